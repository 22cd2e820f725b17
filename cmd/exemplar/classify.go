package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"exemplar"
)

func newClassify() *cobra.Command {
	var store galleryFlags
	var format formatFlags
	var only, explain string
	var all bool
	cmd := &cobra.Command{
		Use:     "classify PATH...",
		GroupID: "use",
		Short:   "Say what pictures are, or that they are unknown",
		Long: `Say for each picture which registered document it is ("match"), that several are too close to tell ("ambiguous"),
that it is none of them ("unknown"), or that it cannot be used ("refused"). PATH is a file, a folder, a pattern, or -
for standard input.

A document is looked for in the whole photo, and compared with its reference place by place: --geometry says how far.
--all answers with every document in a picture, a line each. --explain FILE.png draws why.

--fpir is the share of strangers that may be accepted; the threshold follows it and the number of labels.`,
		Example: `  exemplar classify inbox/*.jpg
  exemplar classify --json photo.jpg
  curl -s https://example.org/scan.png | exemplar classify -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			inputs, err := expandInputs(args, only)
			if err != nil {
				return err
			}
			g, err := store.open(exemplar.ReadOnly)
			if err != nil {
				return err
			}
			defer g.Close()
			if explain != "" {
				if err := explainOne(cmd.Context(), g, inputs, explain); err != nil {
					return err
				}
			}
			answer := one(g)
			if all {
				answer = g.ClassifyAll
			}
			return classify(cmd.Context(), inputs, answer, format.printer(cmd.OutOrStdout()))
		},
	}
	store.add(cmd)
	store.addDecision(cmd)
	format.add(cmd)
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this pattern")
	cmd.Flags().BoolVar(&all, "all", false, "answer with every document in a picture")
	cmd.Flags().StringVar(&explain, "explain", "", "draw the comparison of one picture with its best candidate to this file (PNG)")
	return cmd
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
func explainOne(ctx context.Context, g *exemplar.Gallery, inputs []input, path string) error {
	if len(inputs) != 1 {
		return fmt.Errorf("--explain draws one picture, %d are given", len(inputs))
	}
	data, err := inputs[0].read()
	if err != nil {
		return err
	}
	drawn, err := g.Explain(ctx, data)
	if err != nil {
		return fmt.Errorf("explain %s: %w", inputs[0].name, err)
	}
	return os.WriteFile(path, drawn, 0o644)
}

// classify answers the inputs in their order, several at a time.
func classify(ctx context.Context, inputs []input, answer answering, out answerPrinter) error {
	progress := newProgress("classifying", len(inputs))
	refused := 0
	err := inOrder(ctx, inputs, func(in input) ([]exemplar.Answer, error) {
		data, err := in.read()
		if err != nil {
			return []exemplar.Answer{{Decision: exemplar.Refused, Reason: err.Error(), FMR: 1, Candidates: []exemplar.Candidate{}}}, nil
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
	progress.clear()
	if err := errors.Join(err, out.flush()); err != nil {
		return err
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

func (f *formatFlags) printer(w io.Writer) answerPrinter {
	switch {
	case f.json:
		return jsonPrinter{json.NewEncoder(w)}
	case f.csv:
		return &csvPrinter{w: csv.NewWriter(w)}
	}
	return &textPrinter{w: w}
}

type answerPrinter interface {
	print(path string, a exemplar.Answer) error
	flush() error
}

type jsonPrinter struct{ enc *json.Encoder }

func (p jsonPrinter) print(path string, a exemplar.Answer) error {
	return p.enc.Encode(struct {
		Path string `json:"path"`
		exemplar.Answer
	}{path, a})
}

func (jsonPrinter) flush() error { return nil }

type csvPrinter struct {
	w      *csv.Writer
	headed bool
}

func (p *csvPrinter) print(path string, a exemplar.Answer) error {
	if !p.headed {
		p.headed = true
		p.w.Write([]string{"path", "decision", "label", "score", "threshold", "fmr", "rotation", "reason"})
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	return p.w.Write([]string{path, string(a.Decision), a.Label, number(a.Score), number(a.Threshold), number(a.FMR),
		strconv.Itoa(a.Rotation), a.Reason})
}

func (p *csvPrinter) flush() error {
	p.w.Flush()
	return p.w.Error()
}

// textPrinter aligns the answers of a screenful; later ones keep that width.
type textPrinter struct {
	w     io.Writer
	show  func(path string) string // nil: as it is
	table *tabwriter.Writer
	rows  int
}

const screenful = 40

func (p *textPrinter) print(path string, a exemplar.Answer) error {
	if p.table == nil {
		p.table = tabwriter.NewWriter(p.w, 0, 8, 2, ' ', 0)
	}
	label := a.Label
	if label == "" {
		label = "-"
	}
	if p.show != nil {
		path = p.show(path)
	}
	turned := ""
	if a.Decision == exemplar.Match && a.Rotation != 0 {
		turned = fmt.Sprintf("turned %d  ", a.Rotation)
	}
	fmt.Fprintf(p.table, "%s\t%s\t%s\t%.2f\t%s(%s)\n", path, a.Decision, label, a.Score, turned, a.Reason)
	if p.rows++; p.rows%screenful == 0 {
		return p.table.Flush()
	}
	return nil
}

func (p *textPrinter) flush() error {
	if p.table == nil {
		return nil
	}
	return p.table.Flush()
}
