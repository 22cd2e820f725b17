package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"exemplar"
	"exemplar/internal/explain"
	"exemplar/internal/fileio"
)

// answerPrinter writes answers, each as soon as it is known.
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
	out    io.Writer
	w      *csv.Writer
	headed bool
}

func newCSVPrinter(w io.Writer) *csvPrinter { return &csvPrinter{out: w, w: csv.NewWriter(w)} }

// byteOrderMark makes spreadsheets read a CSV file as UTF-8.
const byteOrderMark = "\uFEFF"

func (p *csvPrinter) print(path string, a exemplar.Answer) error {
	if !p.headed {
		p.headed = true
		if _, err := io.WriteString(p.out, byteOrderMark); err != nil {
			return err
		}
		p.w.Write([]string{"path", "member", "page", "decision", "label", "confidence", "basis", "cosine", "llr", "rotation", "conditions", "reason"})
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	text := func(s string) string { return fileio.TextCell(plain(s)) }
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
	page := ""
	if a.Page > 0 {
		page = strconv.Itoa(a.Page)
	}
	p.w.Write([]string{text(path), text(a.Member), page, string(a.Decision), text(a.Label), confidence, string(a.Basis), cosine, llr, strconv.Itoa(a.Rotation), conditions(a), text(reasonOf(a))})
	p.w.Flush()
	return p.w.Error()
}

// The columns of a line on a terminal.
const (
	labelColumns    = 25                            // at most
	clauseColumns   = len("other print, too small") // at least: the shortest clauses fit, most with a state
	decisionColumns = len("ambiguous")
	besideColumns   = len("  ") + decisionColumns + len("  ") + len("  100 %  ") + clauseColumns
)

// aligned is the number of columns that a name or a label is padded to, at most, if
// lines may have any length: room for a file in an archive in a folder (by eye).
const aligned = 120

// textPrinter writes one line for each answer, or with --verbose everything. On a
// terminal a line fits the width; elsewhere nothing is shortened.
type textPrinter struct {
	w       io.Writer
	verbose bool
	width   int // of the terminal; 0 if there is none
	name    int // columns of the names
	longest int // columns that a name may take at most
	label   int // columns of the labels
}

// newTextPrinter makes a printer of answers about the inputs. The longest label takes
// label columns. A width of 0 stands for an output that is no terminal.
func newTextPrinter(w io.Writer, width int, list []input, label int, verbose bool) *textPrinter {
	p := &textPrinter{w: w, verbose: verbose, width: width, label: min(max(label, 1), aligned), longest: aligned}
	if p.width > 0 {
		p.label = min(p.label, labelColumns, (p.width-besideColumns)*5/9) // a label tells more than a name does
		p.longest = p.width - besideColumns - p.label
	}
	for _, in := range list {
		p.name = max(p.name, min(columns(plain(in.name))+pageColumns(in.name), p.longest))
	}
	return p
}

// pageColumns is the number of columns for the number of a page, by the name of its file.
func pageColumns(name string) int {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf", ".tif", ".tiff":
		return len(", page 1")
	}
	return 0
}

// countedReferences is the largest gallery whose labels are measured (by eye). A larger
// one would delay the first answer.
const countedReferences = 10_000

// widestLabel is the number of columns of the longest label of a gallery.
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
	path = nameOf(path, a)
	if p.verbose {
		p.printAll(path, a)
		return nil
	}
	// What is in an archive or mail has a name that nobody knew: lines after it follow.
	p.name = max(p.name, min(columns(plain(path)), p.longest))
	head := pad(p.fit(plain(path), p.longest), p.name) + "  " + pad(string(a.Decision), decisionColumns) + "  "
	if a.Decision != exemplar.Refused {
		label := "-"
		if a.Label != "" {
			label = p.fit(plain(a.Label), max(p.label, len("...")+2))
		}
		confidence := fmt.Sprintf("%3s %%", explain.PercentDown(a.Confidence, 0))
		if isUnsure(a) {
			confidence = "    -"
		}
		head += pad(label, p.label) + "  " + confidence + "  "
	}
	room := math.MaxInt
	if p.width > 0 {
		room = p.width - columns(head)
	}
	_, err := fmt.Fprintln(p.w, strings.TrimRight(head+clause(a, room), " "))
	return err
}

// fit shortens a text for a terminal.
func (p *textPrinter) fit(s string, limit int) string {
	if p.width == 0 {
		return s
	}
	return shorten(s, limit)
}

// printAll writes the whole names, the reason, and the numbers behind it.
func (p *textPrinter) printAll(path string, a exemplar.Answer) {
	say(p.w, "%s\n  %s", path, string(a.Decision))
	if a.Label != "" {
		say(p.w, " %s", a.Label)
	}
	switch {
	case a.Decision == exemplar.Refused:
	case isUnsure(a):
		say(p.w, ", %s", unsure(a))
	default:
		say(p.w, ", confidence %s %%", explain.PercentDown(a.Confidence, 1))
	}
	if how := listed(turnedBy(a), seenIn(a)); how != "" {
		say(p.w, ", %s", how)
	}
	say(p.w, "\n  %s\n", a.Reason)
	if g := a.Geometry; g != nil {
		say(p.w, "  comparison in place: log10 likelihood ratio %.2f, needed %.2f; compared parts: %d; fitting features: %d\n",
			g.LLR, g.Threshold, g.Compared, g.Inliers)
	}
	for _, c := range a.Conditions {
		say(p.w, "  %s: %s of the document\n", explain.Kind(c.Kind), explain.Percent(c.Share))
	}
	if e := a.Embedding; e != nil {
		say(p.w, "  whole picture: similarity %.3f, needed %.3f\n", e.Cosine, e.Threshold)
	}
	const shown = 0.001 // 0.1 %
	for i, c := range a.Candidates {
		if i == 0 || c.Confidence >= shown {
			say(p.w, "  %5s %%  %s  %s\n", explain.PercentDown(c.Confidence, 1), c.Reference, c.Label)
		}
	}
}

func isUnsure(a exemplar.Answer) bool {
	return explain.IsUnsure(a.Decision, a.Confidence, len(a.Candidates))
}

// unsure names the label that is probable, and says why it is not the answer.
func unsure(a exemplar.Answer) string {
	return explain.Unsure(a.Candidates[0].Label, a.Candidates[0].Confidence)
}

// reasonOf is the reason of an answer for people, for whom a table is.
func reasonOf(a exemplar.Answer) string {
	if isUnsure(a) {
		return unsure(a) + "; " + explain.Reason(a.Reason)
	}
	return explain.Reason(a.Reason)
}

// turnedBy says how the document is turned, if it is.
func turnedBy(a exemplar.Answer) string {
	if a.Rotation == 0 {
		return ""
	}
	return fmt.Sprintf("turned %d", a.Rotation)
}

// seenIn lists the states in which the document was seen, without those that the summary
// says.
func seenIn(a exemplar.Answer) string {
	var states []string
	for _, c := range a.Conditions {
		if c.Kind != "mirrored" && c.Kind != "dark-mode" {
			states = append(states, explain.Kind(c.Kind))
		}
	}
	return listed(states...)
}

// listed joins clauses, without those that are empty.
func listed(clauses ...string) string {
	return strings.Join(slices.DeleteFunc(clauses, func(s string) bool { return s == "" }), ", ")
}

// conditions lists the states in which the document was seen.
func conditions(a exemplar.Answer) string {
	var kinds []string
	for _, c := range a.Conditions {
		kinds = append(kinds, c.Kind)
	}
	return strings.Join(kinds, " ")
}

// clause says in few words what an answer rests on. It is the first wording that fits
// into the width. The text about a refused picture is never cut, because it says what
// to do.
func clause(a exemplar.Answer, width int) string {
	wordings := wordings(a)
	for _, said := range wordings {
		if columns(said) <= width {
			return said
		}
	}
	return wordings[len(wordings)-1]
}

// wordings says in shorter and shorter texts what an answer rests on. The states in
// which the document was seen are kept, since they may be what a user sorts by. The
// shortest takes clauseColumns at most, unless the picture was refused.
func wordings(a exemplar.Answer) []string {
	summary := plain(explain.Summary(a.Summary))
	if a.Decision == exemplar.Refused {
		return []string{summary, withoutAsides(summary)}
	}
	turned, states := turnedBy(a), seenIn(a)
	nearest := ""
	switch {
	case isUnsure(a):
		summary = listed(plain(unsure(a)), summary)
	case a.Decision == exemplar.Unknown && len(a.Candidates) > 0:
		nearest = "nearest " + plain(a.Candidates[0].Label)
	case a.Decision == exemplar.Ambiguous && len(a.Candidates) > 1:
		nearest = plain(a.Candidates[0].Label + " or " + a.Candidates[1].Label)
	}
	all := []string{listed(summary, turned, states, nearest), listed(summary, turned, states), listed(summary, states)}
	short := shortest(a)
	for _, said := range short {
		all = append(all, listed(said, states))
	}
	first, _, _ := strings.Cut(states, ", ")
	last := short[len(short)-1]
	return append(all, listed(last, first), last)
}

// shortest are wordings for narrow terminals. They keep what a user must know first.
func shortest(a exemplar.Answer) []string {
	said := strings.Split(plain(a.Summary), ", ")
	switch more := said[len(said)-1]; {
	case strings.HasSuffix(more, "(--all)"): // there are more documents
		return []string{more, "more by --all"}
	case isUnsure(a):
		return []string{plain(unsure(a)), "too unsure for this --fpir", "too unsure"}
	case a.Basis == exemplar.ByExact:
		return []string{"not exact"}
	case strings.HasPrefix(said[0], poorPicture):
		return []string{said[0], strings.TrimPrefix(said[0], poorPicture)}
	case len(a.Open) > 0:
		return []string{"the sub-label is open", "sub-label open"}
	case a.Decision == exemplar.Match && a.Geometry != nil && len(a.Geometry.Changes) > 0:
		return []string{"other print in " + count(len(a.Geometry.Changes), "place"), "other print"}
	case a.Decision == exemplar.Match && a.Copy == "other":
		return []string{"another copy"}
	case a.Decision == exemplar.Match && a.Basis == exemplar.ByGeometry:
		return []string{"most of it agrees", "it agrees"}
	case a.Decision == exemplar.Match:
		return []string{"similar enough"}
	case a.Decision == exemplar.Ambiguous:
		return []string{"several labels fit"}
	case a.Basis == exemplar.BySearch:
		return []string{"too little found"}
	case a.Basis == exemplar.ByGeometry:
		return []string{"not enough agrees"}
	case a.Basis == exemplar.ByEmbedding:
		return []string{"not similar enough"}
	}
	return []string{"nothing found"}
}

// poorPicture begins the summary of what is not recognised because of the picture: it is dark,
// blurred or too small.
const poorPicture = "the picture is "

// withoutAsides leaves out text in brackets.
func withoutAsides(s string) string {
	for {
		from := strings.Index(s, " (")
		to := strings.Index(s[max(from, 0):], ")")
		if from < 0 || to < 0 {
			return s
		}
		s = s[:from] + s[from+to+1:]
	}
}
