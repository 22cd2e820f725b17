package train

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/train/recipe"
)

// meter tells a person how a run goes: on a terminal one line that is written over, elsewhere a line now and then.
type meter struct {
	opt    Options
	total  int // steps of all stages
	last   time.Time
	loss   float64 // smoothed
	images float64
	open   bool // an unfinished line is on the terminal
}

const (
	terminalEvery = 200 * time.Millisecond
	lineEvery     = 15 * time.Second
	smoothing     = 0.05
)

func newMeter(opt Options, cfg *recipe.Config) *meter {
	m := &meter{opt: opt}
	for _, s := range cfg.Stages {
		m.total += s.Steps
	}
	return m
}

// step shows where the run stands.
func (m *meter) step(e Entry, p Position, figures map[string]float64) {
	if m.opt.Progress == nil {
		return
	}
	if m.images == 0 {
		m.loss, m.images = e.Loss, e.Images
	}
	m.loss += smoothing * (e.Loss - m.loss)
	m.images += smoothing * (e.Images - m.images)
	every := lineEvery
	if m.opt.Terminal {
		every = terminalEvery
	}
	if time.Since(m.last) < every && p.Total != m.total && !m.opt.everyStep {
		return
	}
	m.last = time.Now()
	left := time.Duration(float64(m.total-p.Total) * p.Seconds / float64(p.Total) * float64(time.Second))
	line := fmt.Sprintf("%s  step %d/%d  loss %.3f  lr %.2g  %.0f images/s  %s left", e.Stage, p.Total, m.total, m.loss, e.LR, m.images, left.Round(time.Second))
	if tpr, ok := figures[FigureTPR]; ok {
		line += fmt.Sprintf("  TPR %.1f", 100*tpr)
	}
	if m.opt.Terminal {
		fmt.Fprintf(m.opt.Progress, "\r%s\x1b[K", line)
		m.open = true
		return
	}
	fmt.Fprintln(m.opt.Progress, line)
}

// evaluation shows the figures of one.
func (m *meter) evaluation(step int, figures map[string]float64) {
	m.note("step %d: %s %.1f, %s %.1f", step, FigureTPR, 100*figures[FigureTPR], FigureRank1, 100*figures[FigureRank1])
}

// note writes a line of its own.
func (m *meter) note(format string, args ...any) {
	if m.opt.Progress == nil {
		return
	}
	m.end()
	fmt.Fprintf(m.opt.Progress, format+"\n", args...)
}

// end finishes the line on the terminal.
func (m *meter) end() {
	if m.open {
		fmt.Fprintln(m.opt.Progress)
		m.open = false
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
		{"steps", fmt.Sprintf("%d of %d", p.Total, r.meter.total)},
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
