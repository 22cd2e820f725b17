package train

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/pagetemplate"
)

//go:embed report.html
var reportHTML string

// reportPage is the content of the report about a run.
type reportPage struct {
	Name, Recipe string
	Summary      []fact
	Curves       []curve
	Notes        []string
}

// fact is a line of a table.
type fact struct{ Name, Value string }

// curve is a diagram of one value over the steps.
type curve struct {
	Title  string
	Points []curvePoint
	Log    bool // logarithmic height
	SVG    pagetemplate.HTML
}

// curvePoint is a value at a step.
type curvePoint struct{ Step, Value float64 }

// writeReport writes the report: one HTML file without scripts and without links to other files.
func writeReport(dir string, r reportPage) error {
	var page bytes.Buffer
	t, err := pagetemplate.Parse(reportHTML, nil)
	if err == nil {
		err = t.Execute(&page, r)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	err = fileio.Write(filepath.Join(dir, "report.html"), fileio.Public, func(w io.Writer) error {
		_, err := w.Write(page.Bytes())
		return err
	})
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// curves makes the diagrams of a log: losses, rate, gradient, speed, and each figure of the evaluations.
func curves(entries []Entry) []curve {
	points := map[string][]curvePoint{}
	add := func(name string, e Entry, v float64) {
		points[name] = append(points[name], curvePoint{float64(e.Step), v})
	}
	for _, e := range entries {
		if e.Figures != nil {
			for name, v := range e.Figures {
				add(name, e, v)
			}
			continue
		}
		add("loss", e, e.Loss)
		add("learning rate", e, e.LR)
		add("gradient norm", e, e.Norm)
		add("images per second", e, e.Images)
		for name, v := range e.Parts {
			add("loss: "+name, e, v)
		}
	}
	var out []curve
	for _, name := range slices.Sorted(maps.Keys(points)) {
		c := curve{Title: name, Points: points[name], Log: strings.HasPrefix(name, "loss") || name == "gradient norm"}
		c.SVG = c.draw()
		out = append(out, c)
	}
	return out
}

// Size of a diagram, and of its plot area, in SVG units.
const (
	curveW, curveH    = 460, 220
	plotX, plotY      = 58, 12
	plotW, plotH      = curveW - plotX - 12, curveH - plotY - 30
	maxPoints         = 400 // more are averaged
	smallestLog       = 1e-6
	gridLines         = 4
	letterWidth, half = 6, 3
)

// draw draws the diagram.
func (c curve) draw() pagetemplate.HTML {
	points := thin(c.Points)
	lo, hi := c.heightRange(points)
	first, last := points[0].Step, points[len(points)-1].Step
	place := func(p curvePoint) (x, y float64) {
		return plotX + plotW*(p.Step-first)/math.Max(1, last-first), plotY + plotH*(1-(c.height(p.Value)-lo)/(hi-lo))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, curveW, curveH, html.EscapeString(c.Title))
	for i := range gridLines + 1 {
		h := lo + (hi-lo)*float64(i)/gridLines
		y := plotY + plotH*(1-float64(i)/gridLines)
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" class="grid"/>`, plotX, plotX+plotW, y, y)
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%.3g</text>`, plotX-letterWidth, y+half, c.value(h))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d">%.0f</text>`, plotX, curveH-letterWidth, first)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">step %.0f</text><polyline class="curve" points="`, plotX+plotW, curveH-letterWidth, last)
	for _, p := range points {
		x, y := place(p)
		fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
	}
	b.WriteString(`"/></svg>`)
	return pagetemplate.HTML(b.String())
}

// height maps a value to the vertical axis; value is its inverse.
func (c curve) height(v float64) float64 {
	if c.Log {
		return math.Log(math.Max(v, smallestLog))
	}
	return v
}

func (c curve) value(h float64) float64 {
	if c.Log {
		return math.Exp(h)
	}
	return h
}

func (c curve) heightRange(points []curvePoint) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, p := range points {
		lo, hi = math.Min(lo, c.height(p.Value)), math.Max(hi, c.height(p.Value))
	}
	if hi-lo < 1e-9 {
		return lo - 0.5, hi + 0.5
	}
	return lo, hi
}

// thin averages neighbouring points so that at most maxPoints are left.
func thin(points []curvePoint) []curvePoint {
	group := (len(points) + maxPoints - 1) / maxPoints
	var out []curvePoint
	for part := range slices.Chunk(points, max(1, group)) {
		var mean curvePoint
		for _, p := range part {
			mean.Step += p.Step / float64(len(part))
			mean.Value += p.Value / float64(len(part))
		}
		out = append(out, mean)
	}
	return out
}
