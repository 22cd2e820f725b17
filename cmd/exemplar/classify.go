package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/parallel"
)

func newClassify() *cobra.Command {
	var store galleryFlags
	var format formatFlags
	var only, explain string
	var pages pageFlags
	var all bool
	cmd := &cobra.Command{
		Use:        "classify PATH...",
		GroupID:    "use",
		SuggestFor: []string{"recognise", "recognize", "identify", "match", "search"},
		Short:      "Say what pictures are, or that they are unknown",
		Long: `Say for each picture which registered document it shows ("match"), that several are too close to tell apart
("ambiguous"), that it shows none of them ("unknown"), or that the picture cannot be used ("refused"). PATH is a file, a
folder, a pattern, or - for standard input.

Each picture gets a line, and each page of a PDF or a TIFF: the file, the decision, the label, the confidence (the probability that the decision is right),
and the reason in a few words. --verbose prints everything that is known.

classify searches the whole photo for a document and compares it with its reference part by part; --geometry limits the
search. --all answers with every document in a picture, a line each. --explain FILE.png draws why.

A stranger is a picture of a document that is not registered. The share of strangers that may be accepted (--fpir) and the
number of registered labels set the threshold.`,
		Example: `  exemplar classify inbox/*.jpg
  exemplar classify --json photo.jpg
  curl -s https://example.org/scan.png | exemplar classify -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := expandInputs(args, only)
			if err != nil {
				return err
			}
			opening, err := pages.options(cmd)
			if err != nil {
				return err
			}
			options := store.options()
			options.All, options.Explain = all, explain != ""
			if err := store.checkTarget(target{"--explain", explain, drawingKind}, found.list); err != nil {
				return err
			}
			if options.Explain && len(found.list) != 1 {
				return fmt.Errorf("--explain draws one picture, but %d are given: name one", len(found.list))
			}
			if options.Explain {
				opening.Only = max(1, opening.Only)
			}
			g, err := store.open(exemplar.ReadOnly)
			if err != nil {
				return err
			}
			defer g.Close()
			var drawn []byte // of the one page
			answer := func(ctx context.Context, p exemplar.Picture) ([]exemplar.Answer, error) {
				result, err := g.Classify(ctx, p, options)
				if options.Explain {
					drawn = result.Explanation
				}
				return result.Answers, err
			}
			wanted := pagesOf(cmd.Context(), &found, opening)
			if options.Explain { // of an archive or mail, its first file
				wanted = first(wanted)
			}
			err = classify(cmd, wanted, len(found.list), answer, format.printer(cmd, g, found.list))
			if options.Explain && (err == nil || err == errPartly) {
				err = orElse(err, writeExplanation(cmd, explain, drawn))
			}
			return orElse(err, found.report(cmd, format.json))
		},
	}
	store.add(cmd)
	store.addDecision(cmd)
	format.add(cmd)
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this `PATTERN`")
	pages.add(cmd, "take only page `N` of each file")
	cmd.Flags().BoolVar(&all, "all", false, "answer with every document in a picture")
	cmd.Flags().StringVar(&explain, "explain", "", "draw how one picture, or the first page of a file, compares with its best candidate, to this `FILE` (PNG)")
	return cmd
}

// orElse returns the first error, but the second one if the first is only that some
// pictures could not be used.
func orElse(first, second error) error {
	if second != nil && (first == nil || first == errPartly) {
		return second
	}
	return first
}

// report says how many files were passed over: on the error output, or as JSON among
// the answers.
func (f *inputs) report(cmd *cobra.Command, asJSON bool) error {
	switch {
	case asJSON:
		return f.sayPassedOver(cmd.OutOrStdout(), true)
	case isQuiet(cmd):
		return nil
	}
	return f.sayPassedOver(cmd.ErrOrStderr(), false)
}

// answering says what a picture file shows.
type answering func(ctx context.Context, p exemplar.Picture) ([]exemplar.Answer, error)

// one answers with the most prominent document.
func one(g *exemplar.Gallery) answering {
	return func(ctx context.Context, p exemplar.Picture) ([]exemplar.Answer, error) {
		result, err := g.Classify(ctx, p, exemplar.ClassifyOptions{})
		return result.Answers, err
	}
}

// writeExplanation writes the drawing that explains an answer. If there is none, the
// printed answer says why.
func writeExplanation(cmd *cobra.Command, path string, drawn []byte) error {
	if drawn == nil {
		say(cmd.ErrOrStderr(), "exemplar: %s is not drawn: the picture was not compared with any reference\n", path)
		return errPartly
	}
	return writeDrawing(cmd, path, drawn)
}

// writeDrawing writes a PNG with the mark of this program, so that a later drawing may
// replace it, and says where it is.
func writeDrawing(cmd *cobra.Command, path string, png []byte) error {
	if err := writePicture(cmd, path, marked(png)); err != nil {
		return err
	}
	if !isQuiet(cmd) {
		say(cmd.ErrOrStderr(), "drew %s\n", path)
	}
	return nil
}

// writePicture writes a file that may show somebody's document. As all such files, and
// those that name any, it is for the owner's eyes only.
func writePicture(cmd *cobra.Command, path string, data []byte) error {
	return writeFile(cmd, path, fileio.Private, data)
}

func writeFile(cmd *cobra.Command, path string, mode fs.FileMode, data []byte) error {
	if path == "/dev/stdout" { // it may be a file that others write to: do not replace it
		_, err := cmd.OutOrStdout().Write(data)
		return err
	}
	return fileio.WriteBytes(path, mode, data)
}

// classify answers the pages of files in their order, several at a time.
func classify(cmd *cobra.Command, pages iter.Seq[page], files int, answer answering, out answerPrinter) error {
	progress := newProgressBar("classifying", files)
	defer progress.clear()
	refused, damaged := 0, map[string]exemplar.LeftOut{}
	type answered struct {
		page
		answers []exemplar.Answer
	}
	answers := parallel.Ordered(cmd.Context(), 0, pages, func(ctx context.Context, p page) (answered, error) {
		answers, err := answer(ctx, p.picture)
		return answered{p, answers}, err
	})
	for in, err := range answers {
		if err != nil {
			return err
		}
		progress.clear()
		progress.step(in.file + 1 - progress.done)
		for _, a := range in.answers {
			if a.Decision == exemplar.Refused {
				refused++
			}
			for _, left := range a.LeftOut {
				damaged[left.ID] = left
			}
			if err := out.print(in.name, a); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(damaged)) {
		say(cmd.ErrOrStderr(), "exemplar: reference %s of %s is damaged and was left out: %s; see exemplar gallery check\n",
			id, damaged[id].Label, damaged[id].Reason)
	}
	if refused > 0 {
		return errPartly
	}
	return nil
}

// formatFlags choose how answers are written.
type formatFlags struct{ json, csv bool }

func (f *formatFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "one JSON object per picture and line")
	cmd.Flags().BoolVar(&f.csv, "csv", false, "comma-separated values with a heading")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
}

func (f *formatFlags) printer(cmd *cobra.Command, g *exemplar.Gallery, list []input) answerPrinter {
	var w io.Writer = cmd.OutOrStdout()
	switch {
	case f.json:
		return jsonPrinter{w}
	case f.csv:
		return newCSVPrinter(w)
	}
	return newTextPrinter(w, terminalWidth(w), list, widestLabel(cmd.Context(), g), isVerbose(cmd))
}
