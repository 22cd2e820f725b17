// Package report shows the results of package eval as one HTML page that needs no other
// file: tables, curves as SVG, the worst pairs with their pictures, a map of the
// embeddings. exemplar eval --html calls it. report.go builds the page, plots.go and
// svg.go draw curves, matrix.go confusion matrices, maps.go and mapplot.go the map. It
// computes no rate.
//
//	err := report.Write(w, results, report.Options{Title: "Photos of March"})
package report

import (
	_ "embed" // the page's parts
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"exemplar/internal/eval"
	"exemplar/internal/pagetemplate"
)

var (
	//go:embed page/report.html
	pageHTML string
	//go:embed page/report.css
	pageCSS string
	//go:embed page/report.js
	pageJS string
)

// Options say what a report shows beside the results.
type Options struct {
	Title  string        // "Evaluation" by default
	Sweeps []*eval.Sweep // one for each model
	Thumb  Thumb         // pictures for the worst pairs and the maps; nil for none
	Maps   bool          // draw the embeddings by principal axes
}

// Write writes one HTML page that needs neither files nor a network. Results of several
// models on one set stand side by side, in the given order.
func Write(w io.Writer, results []*eval.Result, o Options) error {
	page, err := newPage(results, o)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	t, err := pagetemplate.Parse(pageHTML, pagetemplate.Funcs{
		"percent": percent, "series": series, "inc": func(i int) int { return i + 1 },
		"score": func(v float64) string { return fmt.Sprintf("%.3f", v) },
		"rate":  func(v float64) string { return fmt.Sprintf("%.2g", v) },
		"short": shortLabel, "count": humanize.Comma,
		"right": (*eval.OpenPoint).Right, "rightLow": (*eval.OpenPoint).RightLow, "rightHigh": (*eval.OpenPoint).RightHigh,
	})
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := t.Execute(w, page); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// page is the data of the template.
type page struct {
	Title  string
	CSS    pagetemplate.HTML
	JS     pagetemplate.HTML
	Models []string // in the order of their colours; empty when unnamed
	Rows   []headline
	Sets   []setView
	Sweep  *sweepView
	Thumbs []string
}

// headline is a row of the first table.
type headline struct {
	First  bool // row of its set
	Span   int  // rows of the set
	Series string
	R      *eval.Result
	Point  *eval.Point     // TPR at 1e-4
	Loose  *eval.Point     // TPR at 1e-3
	Open   *eval.OpenPoint // own class out at 1 %
	Wide   *eval.OpenPoint // and at 5 %
}

type setView struct {
	ID, Name                  string
	Models                    []*modelView
	ROC, DET, CMC, Open       pagetemplate.HTML
	HasVerification, HasRanks bool
}

type modelView struct {
	Series    string
	R         *eval.Result
	Histogram pagetemplate.HTML
	Map       pagetemplate.HTML
	Checks    *eval.Checks // nil if there are none
	Genuine   []pairView
	Impostor  []pairView
	Matrix    *matrixView
	Decisions *matrixView
}

type pairView struct {
	A, B   imageView
	Score  float64
	Margin string // to the threshold
}

type imageView struct {
	Path, Label string
	Thumb       int
}

type sweepView struct {
	Models     []string
	Severities []int
	Operators  []sweepOperator
}

type sweepOperator struct {
	Name string
	Plot pagetemplate.HTML
	Rows [][]eval.SweepPoint // by model
}

func newPage(results []*eval.Result, o Options) (*page, error) {
	thumbs := newThumbnails(o.Thumb)
	p := &page{Title: o.Title, CSS: pagetemplate.HTML(pageCSS), JS: pagetemplate.HTML(pageJS), Sweep: newSweepView(o.Sweeps)}
	if p.Title == "" {
		p.Title = "Evaluation"
	}
	for _, group := range bySet(results) {
		p.Rows = append(p.Rows, headlines(group)...)
		view, err := newSetView(group, o, thumbs)
		if err != nil {
			return nil, err
		}
		view.ID = fmt.Sprintf("set-%d", len(p.Sets)+1)
		p.Sets = append(p.Sets, view)
		for _, r := range group {
			if r.Model != "" && !slices.Contains(p.Models, r.Model) {
				p.Models = append(p.Models, r.Model)
			}
		}
	}
	p.Thumbs = thumbs.Images
	return p, nil
}

// bySet groups results by their set, in the order in which sets come first.
func bySet(results []*eval.Result) [][]*eval.Result {
	var groups [][]*eval.Result
	at := map[string]int{}
	for _, r := range results {
		k, known := at[r.Name]
		if !known {
			k = len(groups)
			at[r.Name] = k
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], r)
	}
	return groups
}

func headlines(group []*eval.Result) []headline {
	var rows []headline
	for i, r := range group {
		h := headline{First: i == 0, Span: len(group), Series: series(i), R: r}
		if v := r.Verification; v != nil {
			strict, loose := v.At(1e-4), v.At(1e-3)
			h.Point, h.Loose = &strict, &loose
		}
		if id := r.Identification; id != nil {
			h.Open, h.Wide = id.At(eval.OwnClassOut, 0.01), id.At(eval.OwnClassOut, 0.05)
		}
		rows = append(rows, h)
	}
	return rows
}

func newSetView(group []*eval.Result, o Options, thumbs *thumbnails) (setView, error) {
	v := setView{Name: group[0].Name}
	var verified, found []*modelView
	for i, r := range group {
		m, err := newModelView(i, r, o, thumbs)
		if err != nil {
			return v, err
		}
		v.Models = append(v.Models, m)
		if r.Verification != nil {
			verified = append(verified, m)
		}
		if r.Identification != nil {
			found = append(found, m)
		}
	}
	if v.HasVerification = len(verified) > 0; v.HasVerification {
		v.ROC, v.DET = rocPlot(verified), detPlot(verified)
	}
	if v.HasRanks = len(found) > 0; v.HasRanks {
		v.CMC, v.Open = cmcPlot(found), openPlot(found)
	}
	return v, nil
}

func newModelView(i int, r *eval.Result, o Options, thumbs *thumbnails) (*modelView, error) {
	m := &modelView{Series: series(i), R: r}
	if !r.Checks.Empty() {
		m.Checks = r.Checks
	}
	if r.Verification != nil {
		m.Histogram = histogramPlot(r)
		threshold := r.Verification.Headline().Threshold
		m.Genuine = pairViews(r.Set, r.Verification.Worst.Genuine, threshold, thumbs)
		m.Impostor = pairViews(r.Set, r.Verification.Worst.Impostor, threshold, thumbs)
	}
	if r.Identification != nil {
		m.Matrix = confusionView(r.Identification.Confusions)
	}
	if r.Classification != nil {
		m.Decisions = decisionView(r.Classification.Confusion)
	}
	if !o.Maps || r.Set == nil || r.Set.Embeddings == nil {
		return m, nil
	}
	var err error
	m.Map, err = embeddingMap(r.Set, thumbs)
	return m, err
}

func pairViews(s *eval.Set, pairs []eval.ScoredPair, threshold float64, thumbs *thumbnails) []pairView {
	var list []pairView
	for _, p := range pairs {
		image := func(i int) imageView {
			return imageView{Path: s.Samples[i].Path, Label: s.Samples[i].Label, Thumb: thumbs.number(s, i)}
		}
		v := pairView{A: image(p.A), B: image(p.B), Score: p.Score, Margin: "rejected"}
		if p.Score >= threshold {
			v.Margin = "accepted"
		}
		list = append(list, v)
	}
	return list
}

// shortLabel keeps a label's end, where labels differ.
func shortLabel(label string) string {
	const most = 22
	runes := []rune(label)
	if len(runes) <= most {
		return label
	}
	return "…" + strings.TrimLeft(string(runes[len(runes)-most:]), "/")
}

func newSweepView(sweeps []*eval.Sweep) *sweepView {
	if len(sweeps) == 0 {
		return nil
	}
	v := &sweepView{Severities: []int{1, 2, 3, 4, 5}}
	var operators []string
	for _, s := range sweeps {
		v.Models = append(v.Models, s.Model)
		operators = append(operators, s.Operators()...)
	}
	for _, name := range distinct(operators) {
		x := sweepOperator{Name: name, Plot: sweepPlot(sweeps, name)}
		for _, s := range sweeps {
			x.Rows = append(x.Rows, s.Of(name))
		}
		v.Operators = append(v.Operators, x)
	}
	return v
}

// distinct returns a sorted copy of a list without duplicates.
func distinct(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
