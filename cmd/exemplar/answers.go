package main

import (
	"encoding/csv"
	"fmt"
	"io"
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
		p.w.Write([]string{"path", "decision", "label", "score", "threshold", "fmr", "rotation", "reason"})
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	p.w.Write([]string{plain(path), string(a.Decision), plain(a.Label), number(a.Score), number(a.Threshold), number(a.FMR),
		strconv.Itoa(a.Rotation), plain(a.Reason)})
	p.w.Flush()
	return p.w.Error()
}

// The columns of a line.
const (
	lineColumns     = 100
	nameColumns     = 30 // at most
	labelColumns    = 28 // at most
	decisionColumns = len("ambiguous")
	scoreColumns    = 4
)

// textPrinter writes one line for each answer, which fits lineColumns, or all
// that is known.
type textPrinter struct {
	w       io.Writer
	verbose bool
	name    int // columns of the names
	label   int // columns of the labels, of those that were printed
}

func newTextPrinter(w io.Writer, list []input, verbose bool) *textPrinter {
	p := &textPrinter{w: w, verbose: verbose, label: len("unknown")}
	for _, in := range list {
		p.name = max(p.name, min(columns(plain(in.name)), nameColumns))
	}
	return p
}

func (p *textPrinter) print(path string, a exemplar.Answer) error {
	if p.verbose {
		return p.printAll(path, a)
	}
	head := pad(shorten(plain(path), nameColumns), p.name) + "  " + pad(string(a.Decision), decisionColumns) + "  "
	if a.Decision != exemplar.Refused {
		label := "-"
		if a.Label != "" {
			label = shorten(plain(a.Label), labelColumns)
		}
		p.label = max(p.label, columns(label))
		head += pad(label, p.label) + "  " + fmt.Sprintf("%.2f", a.Score) + "  "
	}
	line := head + clause(a, lineColumns-columns(head))
	_, err := fmt.Fprintln(p.w, strings.TrimRight(line, " "))
	return err
}

// printAll writes the whole names, and the reason on a line of its own.
func (p *textPrinter) printAll(path string, a exemplar.Answer) error {
	say(p.w, "%s\n  %s", path, string(a.Decision))
	if a.Label != "" {
		say(p.w, " %s", a.Label)
	}
	if a.Decision != exemplar.Refused {
		say(p.w, ", score %.3f, threshold %.3f, turned %d", a.Score, a.Threshold, a.Rotation)
	}
	say(p.w, "\n  %s\n", a.Reason)
	for _, c := range a.Candidates {
		say(p.w, "    %-40s %.3f  %s\n", c.Label, c.Score, c.Reference)
	}
	return nil
}

// clause says in few words what an answer rests on, as much as fits.
func clause(a exemplar.Answer, width int) string {
	if a.Decision == exemplar.Refused {
		return cut(plain(a.Reason), width)
	}
	said := ""
	for _, part := range clauseParts(a) {
		next := said
		if said != "" {
			next += ", "
		}
		if next += plain(part); columns(next) > width {
			break
		}
		said = next
	}
	return said
}

// clauseParts are what can be said, the most telling first.
func clauseParts(a exemplar.Answer) []string {
	var parts []string
	g := a.Geometry
	switch {
	case a.Decision == exemplar.Ambiguous && len(a.Candidates) > 1:
		parts = append(parts, a.Candidates[0].Label+" or "+a.Candidates[1].Label)
	case a.Decision == exemplar.Unknown && len(a.Candidates) > 0:
		parts = append(parts, "nearest "+a.Candidates[0].Label)
	}
	if g != nil && g.Judged > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %% agrees", 100*g.Agreement))
	} else if a.Decision == exemplar.Match {
		parts = append(parts, "alike as a whole")
	}
	if g != nil && len(g.Changes) > 0 {
		parts = append(parts, "other print in "+count(len(g.Changes), "place"))
	}
	if a.Decision == exemplar.Match && a.Rotation != 0 {
		parts = append(parts, fmt.Sprintf("turned %d", a.Rotation))
	}
	return parts
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
