package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"exemplar"
)

func newClassify() *cobra.Command {
	var store galleryFlags
	var format formatFlags
	var only string
	cmd := &cobra.Command{
		Use:     "classify PATH...",
		GroupID: "use",
		Short:   "Say what pictures are, or that they are unknown",
		Long: `Say for each picture which registered document it is ("match"), that several are too close to tell ("ambiguous"),
that it is none of them ("unknown"), or that it cannot be used ("refused"). PATH is a file, a folder, a pattern, or -
for standard input.

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
			return classify(cmd.Context(), g, inputs, format.printer(cmd.OutOrStdout()))
		},
	}
	store.add(cmd)
	store.addDecision(cmd)
	format.add(cmd)
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this pattern")
	return cmd
}

// classify answers the inputs in their order, several at a time.
func classify(ctx context.Context, g *exemplar.Gallery, inputs []input, out answerPrinter) error {
	progress := newProgress("classifying", len(inputs))
	refused := 0
	err := inOrder(ctx, inputs, func(in input) (exemplar.Answer, error) {
		data, err := in.read()
		if err != nil {
			return exemplar.Answer{Decision: exemplar.Refused, Reason: err.Error(), FMR: 1, Candidates: []exemplar.Candidate{}}, nil
		}
		return g.Classify(ctx, data)
	}, func(in input, answer exemplar.Answer) error {
		if answer.Decision == exemplar.Refused {
			refused++
		}
		progress.clear()
		progress.step(1)
		return out.print(in.name, answer)
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
