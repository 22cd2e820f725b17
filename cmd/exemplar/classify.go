package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/fileio"
)

func newClassify() *cobra.Command {
	var store galleryFlags
	var format formatFlags
	var only, explain string
	var all bool
	cmd := &cobra.Command{
		Use:        "classify PATH...",
		GroupID:    "use",
		SuggestFor: []string{"recognise", "recognize", "identify", "match", "search"},
		Short:      "Say what pictures are, or that they are unknown",
		Long: `Say for each picture which registered document it is ("match"), that several are too close to tell ("ambiguous"),
that it is none of them ("unknown"), or that it cannot be used ("refused"). PATH is a file, a folder, a pattern, or -
for standard input.

A line says the file, the decision, the label, and what speaks for it; --verbose says everything. A document is
looked for in the whole photo, and compared with its reference place by place: --geometry says how far. --all answers
with every document in a picture, a line each. --explain FILE.png draws why.

--fpir is the share of strangers that may be accepted; the threshold follows it and the number of labels.`,
		Example: `  exemplar classify inbox/*.jpg
  exemplar classify --json photo.jpg
  curl -s https://example.org/scan.png | exemplar classify -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := expandInputs(args, only)
			if err != nil {
				return err
			}
			g, err := store.open(exemplar.ReadOnly)
			if err != nil {
				return err
			}
			defer g.Close()
			if explain != "" {
				if err := explainOne(cmd, g, found.list, explain); err != nil {
					return err
				}
			}
			answer := one(g)
			if all {
				answer = g.ClassifyAll
			}
			err = classify(cmd.Context(), found.list, answer, format.printer(cmd, found.list))
			return orElse(err, found.report(cmd, format.json))
		},
	}
	store.add(cmd)
	store.addDecision(cmd)
	format.add(cmd)
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this `PATTERN`")
	cmd.Flags().BoolVar(&all, "all", false, "answer with every document in a picture")
	cmd.Flags().StringVar(&explain, "explain", "", "draw the comparison of one picture with its best candidate to this `FILE` (PNG)")
	return cmd
}

// orElse is the first error, or the second where there is none worse than that
// some pictures could not be used.
func orElse(first, second error) error {
	if second != nil && (first == nil || first == errPartly) {
		return second
	}
	return first
}

// report says on the error output what was passed over, or among the answers as
// JSON.
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
type answering func(ctx context.Context, data []byte) ([]exemplar.Answer, error)

// one answers with the most prominent document.
func one(g *exemplar.Gallery) answering {
	return func(ctx context.Context, data []byte) ([]exemplar.Answer, error) {
		answer, err := g.Classify(ctx, data)
		return []exemplar.Answer{answer}, err
	}
}

// explainOne draws why the only input is answered as it is.
func explainOne(cmd *cobra.Command, g *exemplar.Gallery, list []input, path string) error {
	if len(list) != 1 {
		return fmt.Errorf("--explain draws one picture, %d are given", len(list))
	}
	data, err := list[0].read()
	if err != nil {
		return err
	}
	drawn, err := g.Explain(cmd.Context(), data)
	if err != nil {
		return fmt.Errorf("explain %s: %w", list[0].name, err)
	}
	return writePicture(cmd, path, drawn)
}

// writePicture writes a picture that may show somebody's document, or what was made of it.
func writePicture(cmd *cobra.Command, path string, data []byte) error {
	return writeFile(cmd, path, fileio.Private, data)
}

func writeFile(cmd *cobra.Command, path string, mode fs.FileMode, data []byte) error {
	if path == "/dev/stdout" { // which may be a file that others write to, and is not to be replaced
		_, err := cmd.OutOrStdout().Write(data)
		return err
	}
	return fileio.WriteBytes(path, mode, data)
}

// classify answers the inputs in their order, several at a time.
func classify(ctx context.Context, list []input, answer answering, out answerPrinter) error {
	progress := newProgress("classifying", len(list))
	defer progress.clear()
	refused := 0
	err := inOrder(ctx, list, func(in input) ([]exemplar.Answer, error) {
		data, err := in.read()
		if err != nil {
			return []exemplar.Answer{unreadable(in, err)}, nil
		}
		return answer(ctx, data)
	}, func(in input, answers []exemplar.Answer) error {
		progress.clear()
		progress.step(1)
		for _, a := range answers {
			if a.Decision == exemplar.Refused {
				refused++
			}
			if err := out.print(in.name, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if refused > 0 {
		return errPartly
	}
	return nil
}

func unreadable(in input, err error) exemplar.Answer {
	return exemplar.Answer{Decision: exemplar.Refused, Reason: in.reason(err), FMR: 1, Candidates: []exemplar.Candidate{}}
}

// formatFlags choose how answers are written.
type formatFlags struct{ json, csv bool }

func (f *formatFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "one JSON object per picture and line")
	cmd.Flags().BoolVar(&f.csv, "csv", false, "comma-separated values with a heading")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
}

func (f *formatFlags) printer(cmd *cobra.Command, list []input) answerPrinter {
	var w io.Writer = cmd.OutOrStdout()
	switch {
	case f.json:
		return jsonPrinter{w}
	case f.csv:
		return newCSVPrinter(w)
	}
	return newTextPrinter(w, list, isVerbose(cmd))
}
