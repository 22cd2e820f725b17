package train

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/train/recipe"
)

// progress shows a person how a run goes: on a terminal in one line that it rewrites, elsewhere in a line every 15
// seconds.
type progress struct {
	opt    Options
	total  int // steps of all stages
	last   time.Time
	loss   float64 // exponential moving average, as images is
	images float64
	open   bool // an unfinished line is on the terminal
}

const (
	terminalEvery = 200 * time.Millisecond
	lineEvery     = 15 * time.Second
	smoothing     = 0.05
)

func newProgress(opt Options, cfg *recipe.Config) *progress {
	pr := &progress{opt: opt}
	for _, s := range cfg.Stages {
		pr.total += s.Steps
	}
	return pr
}

// step shows the state of the run after a step.
func (pr *progress) step(e Entry, p Position, figures map[string]float64) {
	if pr.opt.Progress == nil {
		return
	}
	if pr.images == 0 {
		pr.loss, pr.images = e.Loss, e.Images
	}
	pr.loss += smoothing * (e.Loss - pr.loss)
	pr.images += smoothing * (e.Images - pr.images)
	every := lineEvery
	if pr.opt.Terminal {
		every = terminalEvery
	}
	if time.Since(pr.last) < every && p.Total != pr.total && !pr.opt.everyStep {
		return
	}
	pr.last = time.Now()
	left := time.Duration(float64(pr.total-p.Total) * p.Seconds / float64(p.Total) * float64(time.Second))
	line := fmt.Sprintf("%s  step %d/%d  loss %.3f  lr %.2g  %.0f images/s  %s left", e.Stage, p.Total, pr.total, pr.loss, e.LR, pr.images, left.Round(time.Second))
	if tpr, ok := figures[FigureTPR]; ok {
		line += fmt.Sprintf("  TPR %.1f", 100*tpr)
	}
	if pr.opt.Terminal {
		fmt.Fprintf(pr.opt.Progress, "\r%s\x1b[K", line)
		pr.open = true
		return
	}
	fmt.Fprintln(pr.opt.Progress, line)
}

// evaluation shows the figures of an evaluation.
func (pr *progress) evaluation(step int, figures map[string]float64) {
	pr.note("step %d: %s %.1f, %s %.1f", step, FigureTPR, 100*figures[FigureTPR], FigureRank1, 100*figures[FigureRank1])
}

// note writes a separate line.
func (pr *progress) note(format string, args ...any) {
	if pr.opt.Progress == nil {
		return
	}
	pr.end()
	fmt.Fprintf(pr.opt.Progress, format+"\n", args...)
}

// end finishes the line on the terminal.
func (pr *progress) end() {
	if pr.open {
		fmt.Fprintln(pr.opt.Progress)
		pr.open = false
	}
}

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
