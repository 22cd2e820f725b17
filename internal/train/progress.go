package train

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/progress"
	"exemplar/internal/train/recipe"
)

// runProgress shows a person how a run goes.
type runProgress struct {
	line   progress.Line
	total  int     // steps of all stages
	loss   float64 // exponential moving average, as images is
	images float64
}

const (
	terminalEvery = 200 * time.Millisecond
	lineEvery     = 15 * time.Second
	smoothing     = 0.05
)

func newProgress(opt Options, cfg *recipe.Config) *runProgress {
	pr := &runProgress{}
	pr.line.Out, pr.line.Terminal, pr.line.Every = opt.Progress, opt.Terminal, lineEvery
	switch {
	case opt.everyStep:
		pr.line.Every = 0
	case opt.Terminal:
		pr.line.Every = terminalEvery
	}
	for _, s := range cfg.Stages {
		pr.total += s.Steps
	}
	return pr
}

// step shows the state of the run after a step.
func (pr *runProgress) step(e Entry, p Position, figures map[string]float64) {
	if pr.images == 0 {
		pr.loss, pr.images = e.Loss, e.Images
	}
	pr.loss += smoothing * (e.Loss - pr.loss)
	pr.images += smoothing * (e.Images - pr.images)
	state := func() string {
		left := progress.Left(time.Duration(p.Seconds*float64(time.Second)), p.Total, pr.total)
		line := fmt.Sprintf("%s  step %d/%d  loss %.3f  lr %.2g  %.0f images/s  %s left", e.Stage, p.Total, pr.total, pr.loss, e.LR, pr.images, left)
		if tpr, ok := figures[FigureTPR]; ok {
			line += fmt.Sprintf("  TPR %.1f", 100*tpr)
		}
		return line
	}
	if p.Total == pr.total {
		pr.line.ShowNow(state())
	} else {
		pr.line.Show(state)
	}
}

// evaluation shows the figures of an evaluation.
func (pr *runProgress) evaluation(step int, figures map[string]float64) {
	pr.note("step %d: %s %.1f, %s %.1f", step, FigureTPR, 100*figures[FigureTPR], FigureRank1, 100*figures[FigureRank1])
}

// note writes a separate line.
func (pr *runProgress) note(format string, args ...any) { pr.line.Note(fmt.Sprintf(format, args...)) }

// report writes the page about the run so far.
func (r *run) report(note string) error {
	entries, err := ReadLog(filepath.Join(r.cfg.Out, logName), math.MaxInt)
	if err != nil {
		return err
	}
	written, err := fileio.ReadFile(r.cfg.File, recipe.MaxBytes)
	if err != nil {
		written = []byte(err.Error())
	}
	p := r.pos
	facts := []fact{
		{"network", r.cfg.Architecture(r.stage().Input).String()},
		{"images", fmt.Sprintf("%d, of which %d could not be decoded", r.pool.Len(), r.cache.Corrupt())},
		{"classes", fmt.Sprint(r.classes.Count())},
		{"steps", fmt.Sprintf("%d of %d", p.Total, r.progress.total)},
		{"samples", fmt.Sprint(p.Samples)},
		{"time", time.Duration(p.Seconds * float64(time.Second)).Round(time.Second).String()},
		{"seed", fmt.Sprint(r.cfg.Seed)},
	}
	if p.BestStep > 0 {
		facts = append(facts, fact{"best " + FigureTPR, fmt.Sprintf("%.1f at step %d", 100*p.Best, p.BestStep)})
	}
	for name, v := range r.figures {
		facts = append(facts, fact{"newest " + name, fmt.Sprintf("%.1f", 100*v)})
	}
	return writeReport(r.cfg.Out, reportPage{Name: r.cfg.Name, Recipe: string(written), Summary: facts, Curves: curves(entries), Notes: []string{note}})
}
