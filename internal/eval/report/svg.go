package report

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"exemplar/internal/pagetemplate"
)

// axis maps values to one side of a plot.
type axis struct {
	title    string
	low      float64
	high     float64
	log      bool
	percent  bool
	interior []float64 // values that get a tick; chosen when nil
}

// place returns where v lies between the ends, 0..1, clamped.
func (a axis) place(v float64) float64 {
	low, high := a.low, a.high
	if a.log {
		low, high, v = math.Log10(low), math.Log10(high), math.Log10(max(v, a.low/10))
	}
	return max(0, min(1, (v-low)/(high-low)))
}

// ticks are at powers of ten, or at about five round values.
func (a axis) ticks() []float64 {
	if a.interior != nil {
		return a.interior
	}
	var list []float64
	if a.log {
		for e := math.Ceil(math.Log10(a.low) - 1e-9); e <= math.Log10(a.high)+1e-9; e++ {
			list = append(list, math.Pow(10, e))
		}
		return list
	}
	step := math.Pow(10, math.Floor(math.Log10((a.high-a.low)/4)))
	for _, m := range []float64{5, 2} {
		if (a.high-a.low)/(m*step) >= 3.5 {
			step *= m
			break
		}
	}
	first := math.Ceil(a.low/step - 1e-9)
	for k := range int((a.high-first*step)/step+1e-9) + 1 {
		list = append(list, (first+float64(k))*step+0) // + 0: no negative zero
	}
	return list
}

var superscript = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

func (a axis) label(v float64) string {
	switch {
	case a.log:
		e := int(math.Round(math.Log10(v)))
		switch e {
		case 0:
			return "1"
		case -1:
			return "0.1"
		}
		return "10" + superscript.Replace(strconv.Itoa(e))
	case a.percent:
		return strconv.FormatFloat(math.Round(v*1000)/10, 'f', -1, 64) + " %"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// Size of a plot and its margins, in the units of its view box.
const (
	plotWidth, plotHeight           = 560, 360
	marginLeft, marginRight         = 58, 16
	marginTop, marginBottom         = 14, 46
	innerWidth, innerHeight float64 = plotWidth - marginLeft - marginRight, plotHeight - marginTop - marginBottom
)

// spot is a point of a plot with a text for the pointer.
type spot struct {
	X, Y  float64
	Text  string
	Thumb int // number of a thumbnail, -1 for none
}

// MarshalJSON keeps pages small: [x, y, "text"] or [x, y, "text", thumbnail].
func (s spot) MarshalJSON() ([]byte, error) {
	list := []any{math.Round(s.X*10) / 10, math.Round(s.Y*10) / 10, s.Text}
	if s.Thumb >= 0 {
		list = append(list, s.Thumb)
	}
	return json.Marshal(list)
}

// plot draws an SVG picture. Its colours are the classes s0, s1, ... of the page's style
// sheet, which has a light and a dark version.
type plot struct {
	x, y  axis
	body  strings.Builder
	spots []spot
}

func (p *plot) at(x, y float64) (px, py float64) {
	return marginLeft + p.x.place(x)*innerWidth, marginTop + (1-p.y.place(y))*innerHeight
}

func (p *plot) printf(format string, args ...any) { fmt.Fprintf(&p.body, format, args...) }

type xy struct{ x, y float64 }

func (p *plot) path(points []xy) string {
	var b strings.Builder
	for i, v := range points {
		px, py := p.at(v.x, v.y)
		fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], px, py)
	}
	return b.String()
}

func (p *plot) line(class string, points []xy) {
	p.printf(`<path class="line %s" d="%s"/>`, class, p.path(points))
}

// band fills the space between two lines over the same values of x.
func (p *plot) band(class string, low, high []xy) {
	outline := append([]xy(nil), high...)
	for i := len(low) - 1; i >= 0; i-- {
		outline = append(outline, low[i])
	}
	p.printf(`<path class="band %s" d="%sZ"/>`, class, p.path(outline))
}

// area fills the space under a line.
func (p *plot) area(class string, points []xy) {
	if len(points) == 0 {
		return
	}
	closed := append([]xy{{points[0].x, p.y.low}}, points...)
	closed = append(closed, xy{points[len(points)-1].x, p.y.low})
	p.printf(`<path class="area %s" d="%sZ"/>`, class, p.path(closed))
}

func (p *plot) dot(class string, x, y, radius float64) {
	px, py := p.at(x, y)
	p.printf(`<circle class="dot %s" cx="%.1f" cy="%.1f" r="%.1f"/>`, class, px, py, radius)
}

// rule draws a vertical line with a caption.
func (p *plot) rule(x float64, caption string) {
	px, _ := p.at(x, p.y.low)
	p.printf(`<line class="rule" x1="%.1f" x2="%.1f" y1="%d" y2="%.1f"/>`, px, px, marginTop, marginTop+innerHeight)
	p.printf(`<text class="tick" x="%.1f" y="%d">%s</text>`, px+4, marginTop+10, html.EscapeString(caption))
}

func (p *plot) spot(x, y float64, format string, args ...any) {
	px, py := p.at(x, y)
	p.spots = append(p.spots, spot{px, py, fmt.Sprintf(format, args...), -1})
}

// svg closes the picture. name describes it for screen readers.
func (p *plot) svg(name string) pagetemplate.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" viewBox="0 0 %d %d" role="img" aria-label="%s"%s>`, plotWidth, plotHeight, html.EscapeString(name), p.data())
	p.frame(&b)
	b.WriteString(p.body.String())
	b.WriteString(`</svg>`)
	return pagetemplate.HTML(b.String())
}

// data is the attribute that holds the spots.
func (p *plot) data() string {
	if len(p.spots) == 0 {
		return ""
	}
	list, err := json.Marshal(p.spots)
	if err != nil {
		return "" // numbers and strings cannot fail
	}
	return fmt.Sprintf(` data-spots="%s"`, html.EscapeString(string(list)))
}

func (p *plot) frame(b *strings.Builder) {
	bottom, right := marginTop+innerHeight, marginLeft+innerWidth
	for _, v := range p.y.ticks() {
		_, y := p.at(p.x.low, v)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%.1f" y1="%.1f" y2="%.1f"/>`, marginLeft, right, y, y)
		fmt.Fprintf(b, `<text class="tick" text-anchor="end" x="%d" y="%.1f">%s</text>`, marginLeft-8, y+3.5, p.y.label(v))
	}
	for _, v := range p.x.ticks() {
		x, _ := p.at(v, p.y.low)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%.1f"/>`, x, x, marginTop, bottom)
		fmt.Fprintf(b, `<text class="tick" text-anchor="middle" x="%.1f" y="%.1f">%s</text>`, x, bottom+16, p.x.label(v))
	}
	fmt.Fprintf(b, `<text class="axis" text-anchor="middle" x="%.1f" y="%d">%s</text>`, marginLeft+innerWidth/2, plotHeight-8, html.EscapeString(p.x.title))
	fmt.Fprintf(b, `<text class="axis" text-anchor="middle" transform="translate(14 %.1f) rotate(-90)">%s</text>`, marginTop+innerHeight/2, html.EscapeString(p.y.title))
}
