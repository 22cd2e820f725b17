package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"exemplar"
)

// registerBatch is how many pictures become visible, and are reported, at a
// time: enough to keep every core busy, few enough that little is lost when
// the command is killed.
const registerBatch = 32

type registerFlags struct {
	label, note, only string
	replace           bool
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
unreadable) is refused, with the reason. Labels that look alike are reported: captures of one may be answered
"ambiguous".`,
		Example: `  exemplar register documents/
  exemplar register --label id-card/front/2nd-edition card.jpg
  exemplar register --only '*_ref.*' dataset/`,
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
	var report registerReport
	progress := newProgress("registering", len(inputs))
	for batch := range batches(inputs, registerBatch) {
		items := make([]exemplar.Item, 0, len(batch))
		for _, in := range batch {
			data, err := in.read()
			if err != nil {
				report.refuse(in.name, err.Error())
				continue
			}
			items = append(items, exemplar.Item{Label: flags.labelOf(in), Source: in.name, Note: flags.note, Data: data})
		}
		results, err := g.Register(ctx, items, exemplar.RegisterOptions{Replace: flags.replace})
		if err != nil {
			progress.clear()
			report.print(out)
			return err
		}
		for _, r := range results {
			report.add(r)
		}
		progress.step(len(batch))
	}
	progress.clear()
	report.print(out)
	if report.refused > 0 {
		return errPartly
	}
	return nil
}

// registerReport gathers what is said at the end: the count and the notes.
type registerReport struct {
	registered, refused int
	labels              map[string]bool
	notes               []string
	pairs               map[[2]string]bool // labels already said to be alike
}

func (r *registerReport) refuse(name, reason string) {
	r.refused++
	r.notes = append(r.notes, fmt.Sprintf("%s: refused: %s", name, reason))
}

func (r *registerReport) add(reg exemplar.Registration) {
	switch reg.Outcome {
	case exemplar.RefusedImage:
		r.refuse(reg.Source, reg.Reason)
		return
	case exemplar.Skipped:
		r.notes = append(r.notes, fmt.Sprintf("%s %s: skipped", reg.Source, reg.Reason))
		return
	}
	if r.labels == nil {
		r.labels, r.pairs = map[string]bool{}, map[[2]string]bool{}
	}
	r.registered++
	r.labels[reg.Label] = true
	if reg.Reason != "" {
		r.notes = append(r.notes, reg.Source+" "+reg.Reason)
	}
	for _, rival := range reg.Rivals {
		pair := [2]string{min(reg.Label, rival.Label), max(reg.Label, rival.Label)}
		if !r.pairs[pair] {
			r.pairs[pair] = true
			r.notes = append(r.notes, reg.Label+" "+rival.Reason)
		}
	}
}

func (r *registerReport) print(out io.Writer) {
	fmt.Fprintf(out, "registered %s of %s", count(r.registered, "reference"), count(len(r.labels), "label"))
	if len(r.notes) > 0 {
		fmt.Fprintf(out, "; %s:", count(len(r.notes), "note"))
	}
	fmt.Fprintln(out)
	for _, note := range r.notes {
		fmt.Fprintln(out, "  "+note)
	}
}
