package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"exemplar"
)

// How many labels and notes are listed at the end.
const (
	listedLabels = 40
	listedNotes  = 40
)

// registerReport gathers the counts and notes that are printed at the end. With --json
// it prints every outcome at once.
type registerReport struct {
	cmd                  *cobra.Command
	out                  io.Writer
	json, quiet, verbose bool

	mu                           sync.Mutex // of the numbers, which a forced end reads
	registered, refused, skipped int
	labels                       map[string]int // registered references of each
	notes                        []string
	pairs                        map[[2]string]bool // similar labels that have a note already

	// The most similar labels, and the reference that showed it.
	closest exemplar.Rival
	to      string
	first   exemplar.Registration // the first registered picture
}

func newRegisterReport(cmd *cobra.Command, asJSON bool) *registerReport {
	return &registerReport{
		cmd: cmd, out: cmd.OutOrStdout(), json: asJSON, quiet: isQuiet(cmd), verbose: isVerbose(cmd),
		labels: map[string]int{}, pairs: map[[2]string]bool{},
	}
}

// addAll adds the outcomes, and returns err or the first error of its own.
func (r *registerReport) addAll(registrations []exemplar.Registration, err error) error {
	for _, reg := range registrations {
		if err := r.add(reg); err != nil {
			return err
		}
	}
	return err
}

// count counts outcomes as soon as they are on the disk, because the process may be
// ended before they are added.
func (r *registerReport) count(registrations []exemplar.Registration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, reg := range registrations {
		switch reg.Outcome {
		case exemplar.RefusedImage:
			r.refused++
		case exemplar.Skipped:
			r.skipped++
		default:
			r.registered++
		}
	}
}

// add notes what the report says about an outcome, which count has counted.
func (r *registerReport) add(reg exemplar.Registration) error {
	switch reg.Outcome {
	case exemplar.RefusedImage:
		r.notes = append(r.notes, fmt.Sprintf("%s: refused: %s", reg.Source, reg.Reason))
	case exemplar.Skipped:
		r.notes = append(r.notes, fmt.Sprintf("%s %s: skipped", reg.Source, reg.Reason))
	default:
		r.labels[reg.Label]++
		if r.first.ID == "" {
			r.first = reg
		}
		if reg.Reason != "" {
			r.notes = append(r.notes, reg.Source+" "+reg.Reason)
		}
		r.addRivals(reg)
	}
	if r.json {
		return sayJSON(r.out, reg)
	}
	return nil
}

// addRivals notes the most similar rival and the number of the others. Two labels are
// rivals of each other: the report says it once.
func (r *registerReport) addRivals(reg exemplar.Registration) {
	note, more := "", 0
	for _, rival := range reg.Rivals {
		if rival.Agreement > r.closest.Agreement {
			r.closest, r.to = rival, reg.ID
		}
		pair := [2]string{min(reg.Label, rival.Label), max(reg.Label, rival.Label)}
		switch {
		case r.pairs[pair]:
		case note == "":
			note = reg.Label + " " + rival.Reason
		default:
			more++
		}
		r.pairs[pair] = true
	}
	if more > 0 {
		note += fmt.Sprintf("; it resembles %s more", count(more, "label"))
	}
	if note != "" {
		r.notes = append(r.notes, note)
	}
}

// explain draws where the most similar labels differ; where none are similar, what is
// taken for contents in the first registered picture.
func (r *registerReport) explain(ctx context.Context, g *exemplar.Gallery, path string) error {
	if r.to == "" {
		return r.explainContents(ctx, g, path)
	}
	drawn, err := g.ExplainRival(ctx, r.to, r.closest.Reference)
	if err != nil {
		return err
	}
	return writeDrawing(r.cmd, path, drawn)
}

func (r *registerReport) explainContents(ctx context.Context, g *exemplar.Gallery, path string) error {
	if r.first.ID == "" {
		r.notes = append(r.notes, path+" is not drawn: nothing was registered")
		return nil
	}
	drawn, err := g.ExplainContents(ctx, r.first.ID)
	if err != nil {
		return err
	}
	if r.registered > 1 {
		r.notes = append(r.notes, fmt.Sprintf("%s shows %s alone: no registered picture resembles another label", path, r.first.Label))
	}
	return writeDrawing(r.cmd, path, drawn)
}

// print says how many references were registered, their labels, and the notes.
func (r *registerReport) print() {
	if r.json {
		return
	}
	say(r.out, "registered %s", count(r.registered, "reference"))
	if r.registered > 0 {
		say(r.out, " of %s", count(len(r.labels), "label"))
	}
	if r.skipped > 0 {
		say(r.out, ", %d already registered", r.skipped)
	}
	if r.refused > 0 {
		say(r.out, ", %d refused", r.refused)
	}
	if r.registered > 0 && !r.quiet {
		say(r.out, ":")
	}
	say(r.out, "\n")
	if r.quiet {
		r.printRefused()
		return
	}
	for i, label := range slices.Sorted(maps.Keys(r.labels)) {
		if i == listedLabels && !r.verbose {
			say(r.out, "  ... and %s more\n", count(len(r.labels)-i, "label"))
			break
		}
		say(r.out, "  %s", label)
		if n := r.labels[label]; n > 1 {
			say(r.out, "  (%s)", count(n, "reference"))
		}
		say(r.out, "\n")
	}
	if len(r.notes) > 0 {
		say(r.out, "%s:\n", count(len(r.notes), "note"))
	}
	for i, note := range r.notes {
		if i == listedNotes && !r.verbose {
			say(r.out, "  ... and %s more: --verbose lists all\n", count(len(r.notes)-i, "note"))
			break
		}
		say(r.out, "  %s\n", note)
	}
}

// printRefused tells a quiet command's failure in one line.
func (r *registerReport) printRefused() {
	if r.refused > 0 {
		say(r.cmd.ErrOrStderr(), "exemplar: %s refused\n", count(r.refused, "picture"))
	}
}

// gaveUp is interrupted, but for a gallery that takes no picture as it is.
func (r *registerReport) gaveUp(err error, of int) {
	if !errors.Is(err, exemplar.ErrWrongModel) {
		r.interrupted(of)
	}
}

// interrupted says how many pictures were registered before the command was stopped.
func (r *registerReport) interrupted(of int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done := r.registered + r.skipped + r.refused
	say(r.cmd.ErrOrStderr(), "stopped after %d of %s: %s registered, %d refused; the same command goes on from there\n",
		done, count(of, "picture"), count(r.registered+r.skipped, "reference"), r.refused)
}
