package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"exemplar"
)

// answerPrinter writes answers, each as soon as it is there.
type answerPrinter interface {
	print(path string, a exemplar.Answer) error
}

type jsonPrinter struct{ w io.Writer }

func (p jsonPrinter) print(path string, a exemplar.Answer) error {
	return sayJSON(p.w, struct {
		Path string `json:"path"`
		exemplar.Answer
	}{path, a})
}

type csvPrinter struct {
	w      *csv.Writer
	headed bool
}

func newCSVPrinter(w io.Writer) *csvPrinter { return &csvPrinter{w: csv.NewWriter(w)} }

func (p *csvPrinter) print(path string, a exemplar.Answer) error {
	if !p.headed {
		p.headed = true
		p.w.Write([]string{"path", "decision", "label", "confidence", "basis", "cosine", "llr", "rotation", "reason"})
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	confidence, cosine, llr := "", "", ""
	if a.Confidence > 0 {
		confidence = number(a.Confidence)
	}
	if a.Embedding != nil {
		cosine = number(a.Embedding.Cosine)
	}
	if a.Geometry != nil {
		llr = number(a.Geometry.LLR)
	}
	p.w.Write([]string{plain(path), string(a.Decision), plain(a.Label), confidence, string(a.Basis), cosine, llr,
		strconv.Itoa(a.Rotation), plain(a.Reason)})
	p.w.Flush()
	return p.w.Error()
}

// The columns of a line.
const (
	lineColumns     = 100
	labelColumns    = 25 // at most
	clauseColumns   = 14 // at least, for the shortest clauses
	decisionColumns = len("ambiguous")
)

// textPrinter writes one line for each answer, which fits lineColumns, or all
// that is known.
type textPrinter struct {
	w       io.Writer
	verbose bool
	name    int // columns of the names
	longest int // columns that a name may take
	label   int // columns of the labels
}

// newTextPrinter makes a printer of answers about the inputs, whose labels take
// some columns.
func newTextPrinter(w io.Writer, list []input, label int, verbose bool) *textPrinter {
	p := &textPrinter{w: w, verbose: verbose, label: min(label, labelColumns)}
	p.longest = lineColumns - len("  ") - decisionColumns - len("  ") - p.label - len("  100 %  ") - clauseColumns
	for _, in := range list {
		p.name = max(p.name, min(columns(plain(in.name)), p.longest))
	}
	return p
}

// countedReferences is up to how many references the columns of their labels are
// counted: more would have the first answer wait.
const countedReferences = 10_000

// widestLabel is how many columns the labels of a gallery take.
func widestLabel(ctx context.Context, g *exemplar.Gallery) int {
	stats, err := g.Stats(ctx)
	if err != nil || stats.References > countedReferences {
		return labelColumns
	}
	references, err := g.List(ctx, "")
	if err != nil {
		return labelColumns
	}
	widest := len("-")
	for _, r := range references {
		widest = max(widest, columns(plain(r.Label)))
	}
	return widest
}

func (p *textPrinter) print(path string, a exemplar.Answer) error {
	if p.verbose {
		p.printAll(path, a)
		return nil
	}
	head := pad(shorten(plain(path), p.longest), p.name) + "  " + pad(string(a.Decision), decisionColumns) + "  "
	if a.Decision != exemplar.Refused {
		label := "-"
		if a.Label != "" {
			label = shorten(plain(a.Label), max(p.label, len("...")+2))
		}
		head += pad(label, p.label) + "  " + fmt.Sprintf("%3.0f %%", math.Floor(100*a.Confidence)) + "  "
	}
	line := head + clause(a, lineColumns-columns(head))
	_, err := fmt.Fprintln(p.w, strings.TrimRight(line, " "))
	return err
}

// printAll writes the whole names, the reason, and the numbers behind it.
func (p *textPrinter) printAll(path string, a exemplar.Answer) {
	say(p.w, "%s\n  %s", path, string(a.Decision))
	if a.Label != "" {
		say(p.w, " %s", a.Label)
	}
	if a.Decision != exemplar.Refused {
		say(p.w, ", confidence %.1f %%", 100*a.Confidence)
	}
	for _, how := range seenHow(a) {
		say(p.w, ", %s", how)
	}
	say(p.w, "\n  %s\n", a.Reason)
	if g := a.Geometry; g != nil {
		say(p.w, "  found in place: log likelihood ratio %.2f, %.2f is needed; %d parts compared, %d features fit\n",
			g.LLR, g.Threshold, g.Compared, g.Inliers)
	}
	if e := a.Embedding; e != nil {
		say(p.w, "  whole picture: similarity %.3f, %.3f is needed\n", e.Cosine, e.Threshold)
	}
	const shown = 0.001 // 0.1 %
	for i, c := range a.Candidates {
		if i == 0 || c.Confidence >= shown {
			say(p.w, "  %5.1f %%  %s  %s\n", 100*c.Confidence, c.Reference, c.Label)
		}
	}
}

// seenHow says what is unusual about the picture.
func seenHow(a exemplar.Answer) []string {
	var how []string
	if a.Rotation != 0 {
		how = append(how, fmt.Sprintf("turned %d", a.Rotation))
	}
	if a.Mirrored {
		how = append(how, "mirrored")
	}
	if a.Inverted {
		how = append(how, "a negative")
	}
	return how
}

// clause says in few words what an answer rests on, as much as fits: the summary,
// with the label that an unknown picture is most like and what is unusual about
// it; or one part of the summary.
func clause(a exemplar.Answer, width int) string {
	more := seenHow(a)
	if a.Decision == exemplar.Unknown && len(a.Candidates) > 0 {
		more = append(more, "nearest "+a.Candidates[0].Label)
	}
	if a.Decision == exemplar.Ambiguous && len(a.Candidates) > 1 {
		more = append(more, a.Candidates[0].Label+" or "+a.Candidates[1].Label)
	}
	for ; ; more = more[:len(more)-1] {
		said := plain(strings.Join(append([]string{a.Summary}, more...), ", "))
		if columns(said) <= width {
			return said
		}
		if len(more) == 0 {
			break
		}
	}
	parts := strings.Split(plain(a.Summary), ", ")
	for _, part := range []string{parts[len(parts)-1], parts[0]} { // what it adds says more
		if a.Decision != exemplar.Refused && columns(part) <= width {
			return part
		}
	}
	return cut(plain(a.Summary), width)
}

// cut shortens a sentence at its end.
func cut(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeColumns(r); used > limit-3 {
			return strings.TrimRight(s[:i], " ") + "..."
		}
	}
	return s
}
