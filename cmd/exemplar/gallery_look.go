package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
)

func galleryList() *cobra.Command {
	var asJSON bool
	cmd := galleryVerb{
		use: "list [LABEL]", short: "List all references, or those of a label and the labels below it",
		args: cobra.MaximumNArgs(1), labels: 1, suggestFor: []string{"ls", "labels"},
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			references, err := g.List(cmd.Context(), strings.Join(args, ""))
			if err != nil {
				return err
			}
			if asJSON {
				return sayJSONLines(cmd.OutOrStdout(), references)
			}
			if len(references) == 0 && len(args) == 1 {
				return fmt.Errorf("%q: %w: see gallery list", args[0], errNoSuchLabel)
			}
			printReferences(cmd.OutOrStdout(), references, isVerbose(cmd))
			return nil
		},
	}.command()
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object per reference and line")
	return cmd
}

// printReferences prints a line for each reference. On a terminal it shortens the line
// to fit, unless verbose.
func printReferences(out io.Writer, references []exemplar.Reference, verbose bool) {
	width := terminalWidth(out)
	longest := aligned
	if width > 0 && !verbose {
		longest = max(fewestListed, (width-idColumns)/2)
	}
	label := 0
	for _, r := range references {
		label = max(label, min(columns(plain(r.Label)), longest))
	}
	for _, r := range references {
		name, source := plain(r.Label), plain(r.Source)
		if width > 0 && !verbose {
			name, source = shorten(name, longest), shorten(source, max(fewestListed, width-idColumns-label))
		}
		line := fmt.Sprintf("%s  %s  %s  %s", pad(name, label), r.ID, r.Registered.Local().Format("2006-01-02"), source)
		if verbose {
			line += fmt.Sprintf("  %d x %d  %s", r.Width, r.Height, plain(r.Note))
		}
		if r.Contents != exemplar.ContentsAuto {
			line += fmt.Sprintf("  (contents: %s)", r.Contents)
		}
		if r.Damaged {
			line += "  (damaged: see exemplar gallery check)"
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

// theReference finds a reference by its id, or by a label that has one reference.
func theReference(ctx context.Context, g *exemplar.Gallery, name string) (exemplar.Reference, error) {
	found, err := g.Get(ctx, name)
	if errors.Is(err, exemplar.ErrDamaged) { // a damaged reference can still be removed
		return found, nil
	}
	if !errors.Is(err, exemplar.ErrNoReference) {
		return found, err
	}
	below, listErr := g.List(ctx, name)
	if listErr != nil {
		return found, fmt.Errorf("%q: %w: see gallery list", name, exemplar.ErrNoReference)
	}
	var ids []string
	for _, r := range below {
		if r.Label == name {
			found, ids = r, append(ids, r.ID)
		}
	}
	switch {
	case len(ids) == 1:
		return found, nil
	case len(ids) > 1:
		return found, fmt.Errorf("%q has %s: name one by its ID: %s", name, count(len(ids), "reference"), strings.Join(ids, ", "))
	case len(below) > 0:
		return found, fmt.Errorf("%q has no reference of its own; the labels below it have %d: see gallery list %s", name, len(below), name)
	}
	return found, fmt.Errorf("%q: %w: see gallery list", name, exemplar.ErrNoReference)
}

func galleryShow() *cobra.Command {
	var picture string
	var asJSON bool
	cmd := galleryVerb{
		use: "show ID|LABEL", short: "Show a reference, and write its picture with --picture",
		args: cobra.ExactArgs(1), labels: 1, suggestFor: []string{"picture", "get"},
		target: func([]string) target { return target{"--picture", picture, jpegKind} },
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			r, err := theReference(cmd.Context(), g, args[0])
			if err != nil {
				return err
			}
			if picture != "" {
				jpeg, err := g.Picture(cmd.Context(), r.ID)
				if err != nil {
					return err
				}
				return writePicture(cmd, picture, jpeg)
			}
			if asJSON {
				return sayJSON(cmd.OutOrStdout(), r)
			}
			showReference(cmd.OutOrStdout(), r)
			return nil
		},
	}.command()
	cmd.Flags().StringVar(&picture, "picture", "", "write only the stored picture (JPEG), to this `FILE`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func showReference(out io.Writer, r exemplar.Reference) {
	for _, row := range [][2]string{
		{"label", r.Label}, {"id", r.ID}, {"source", r.Source}, {"note", r.Note}, {"contents", string(r.Contents)}, {"registered", r.Registered.Local().Format("2006-01-02 15:04:05")},
		{"size", fmt.Sprintf("%d x %d", r.Width, r.Height)}, {"sha256", r.SHA256}, {"network", r.Model},
	} {
		if row[1] != "" {
			say(out, "%-10s  %s\n", row[0], row[1])
		}
	}
}

func galleryRivals() *cobra.Command {
	var asJSON bool
	var explain string
	cmd := galleryVerb{
		use: "rivals ID|LABEL", short: "Say which other labels a reference resembles, and how",
		args: cobra.ExactArgs(1), labels: 1, suggestFor: []string{"similar", "neighbours"},
		target: func([]string) target { return target{"--explain", explain, drawingKind} },
		run: func(cmd *cobra.Command, g *exemplar.Gallery, args []string) error {
			r, err := theReference(cmd.Context(), g, args[0])
			if err != nil {
				return err
			}
			rivals, err := g.Rivals(cmd.Context(), r.ID)
			if err != nil {
				return err
			}
			if explain != "" && len(rivals) > 0 {
				drawn, err := g.ExplainRival(cmd.Context(), r.ID, rivals[0].Reference)
				if err != nil {
					return err
				}
				if err := writeDrawing(cmd, explain, drawn); err != nil {
					return err
				}
			}
			if asJSON {
				return sayJSONLines(cmd.OutOrStdout(), rivals)
			}
			if len(rivals) == 0 {
				say(cmd.OutOrStdout(), "%s resembles no other label\n", r.Label)
			}
			for _, r := range rivals {
				say(cmd.OutOrStdout(), "%s\n", r.Reason)
			}
			return nil
		},
	}.command()
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object per label and line")
	cmd.Flags().StringVar(&explain, "explain", "", "draw where the most similar label differs, to this `FILE` (PNG)")
	return cmd
}

// The columns of a list on a terminal.
const (
	fewestListed = 12                                 // for a label, and for the source of a reference (by eye)
	idColumns    = 2 + 26 + 2 + len("2006-01-02") + 2 // between the two
)
