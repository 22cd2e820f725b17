package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"exemplar"
)

// registerBatch is how many pictures become visible, and are reported, at a
// time: enough to keep every core busy, few enough that little is lost when
// the command is killed.
const registerBatch = 32

type registerFlags struct {
	label, note, only, explain string
	replace, json              bool
}

func newRegister() *cobra.Command {
	var store galleryFlags
	var flags registerFlags
	cmd := &cobra.Command{
		Use:     "register PATH...",
		GroupID: "use",
		Short:   "Register references: one picture of each document is enough",
		Long: `Register pictures as references. The folders below a PATH are the label: documents/id-card/front/a.jpg, given
documents/, is registered as id-card/front. With --label, all pictures get that label.

A picture that is registered already under its label is skipped. A picture that shows nothing (blank, tiny,
unreadable) is refused, with the reason.

Where a picture resembles a reference of another label, it is said in what the two differ, and whether that is enough
to tell captures of them apart; --explain FILE.png draws it for the two that are most alike.`,
		Example: `  exemplar register documents/
  exemplar register --label id-card/front/2nd-edition card.jpg
  exemplar register --only '*_ref.*' dataset/
  exemplar register --explain differ.png --label note/second second.jpg`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			inputs, err := expandInputs(args, flags.only)
			if err != nil {
				return err
			}
			if err := flags.checkLabels(inputs); err != nil {
				return err
			}
			g, err := store.open(exemplar.ReadWrite)
			if err != nil {
				return err
			}
			defer g.Close()
			return register(cmd.Context(), g, inputs, flags, cmd.OutOrStdout())
		},
	}
	store.add(cmd)
	cmd.Flags().StringVarP(&flags.label, "label", "l", "", "label of all pictures, instead of their folders")
	cmd.Flags().StringVar(&flags.note, "note", "", "a note kept with each reference")
	cmd.Flags().StringVar(&flags.only, "only", "", "take only files whose name matches this pattern, such as '*_ref.jpg'")
	cmd.Flags().StringVar(&flags.explain, "explain", "", "draw in what the most alike of the labels differ to this file (PNG)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "one JSON object per picture and line")
	cmd.Flags().BoolVar(&flags.replace, "replace", false, "remove the other references of each label that is registered")
	return cmd
}

// checkLabels holds every picture to have a label before any work is done.
func (f registerFlags) checkLabels(inputs []input) error {
	for _, in := range inputs {
		if f.labelOf(in) == "" {
			return fmt.Errorf("%s has no label: say --label, or give the folder whose sub-folders are the labels", in.name)
		}
	}
	return nil
}

func (f registerFlags) labelOf(in input) string {
	if f.label != "" {
		return f.label
	}
	return in.folderLabel()
}

func register(ctx context.Context, g *exemplar.Gallery, inputs []input, flags registerFlags, out io.Writer) error {
	report := newRegisterReport(flags.json, out)
	progress := newProgress("registering", len(inputs))
	for batch := range batches(inputs, registerBatch) {
		items := make([]exemplar.Item, 0, len(batch))
		for _, in := range batch {
			item := exemplar.Item{Label: flags.labelOf(in), Source: in.name, Note: flags.note}
			var err error
			if item.Data, err = in.read(); err != nil {
				report.add(exemplar.Registration{Outcome: exemplar.RefusedImage, Label: item.Label, Source: item.Source, Reason: err.Error()})
				continue
			}
			items = append(items, item)
		}
		results, err := g.Register(ctx, items, exemplar.RegisterOptions{Replace: flags.replace})
		if err != nil {
			progress.clear()
			report.print()
			return err
		}
		for _, r := range results {
			report.add(r)
		}
		progress.step(len(batch))
	}
	progress.clear()
	if flags.explain != "" {
		if err := report.explain(ctx, g, flags.explain); err != nil {
			return err
		}
	}
	report.print()
	if report.failed == nil && report.refused > 0 {
		return errPartly
	}
	return report.failed
}

// registerReport gathers what is said at the end, the count and the notes, or
// says it at once as JSON.
type registerReport struct {
	out                 io.Writer
	lines               *json.Encoder // nil: in words
	failed              error         // to write them
	registered, refused int
	labels              map[string]bool
	notes               []string
	pairs               map[[2]string]bool // labels already said to be alike

	// The most alike labels, and the reference that showed it.
	closest exemplar.Rival
	to      string
}

func newRegisterReport(asJSON bool, out io.Writer) *registerReport {
	r := &registerReport{out: out, labels: map[string]bool{}, pairs: map[[2]string]bool{}}
	if asJSON {
		r.lines = json.NewEncoder(out)
	}
	return r
}

func (r *registerReport) add(reg exemplar.Registration) {
	if r.lines != nil {
		r.failed = errors.Join(r.failed, r.lines.Encode(reg))
	}
	switch reg.Outcome {
	case exemplar.RefusedImage:
		r.refused++
		r.notes = append(r.notes, fmt.Sprintf("%s: refused: %s", reg.Source, reg.Reason))
		return
	case exemplar.Skipped:
		r.notes = append(r.notes, fmt.Sprintf("%s %s: skipped", reg.Source, reg.Reason))
		return
	}
	r.registered++
	r.labels[reg.Label] = true
	if reg.Reason != "" {
		r.notes = append(r.notes, reg.Source+" "+reg.Reason)
	}
	r.addRivals(reg)
}

// addRivals notes the most alike of the rivals, and that there are more. Of two
// labels each is the other's: that is said once.
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

// explain draws in what the most alike labels differ.
func (r *registerReport) explain(ctx context.Context, g *exemplar.Gallery, path string) error {
	if r.to == "" {
		r.notes = append(r.notes, path+" is not drawn: nothing that was registered resembles another label")
		return nil
	}
	drawn, err := g.ExplainRival(ctx, r.to, r.closest.Reference)
	if err != nil {
		return err
	}
	return os.WriteFile(path, drawn, 0o644)
}

func (r *registerReport) print() {
	if r.lines != nil {
		return
	}
	fmt.Fprintf(r.out, "registered %s of %s", count(r.registered, "reference"), count(len(r.labels), "label"))
	if len(r.notes) > 0 {
		fmt.Fprintf(r.out, "; %s:", count(len(r.notes), "note"))
	}
	fmt.Fprintln(r.out)
	for _, note := range r.notes {
		fmt.Fprintln(r.out, "  "+note)
	}
}
