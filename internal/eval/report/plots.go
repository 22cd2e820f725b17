package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"exemplar/internal/eval"
	"exemplar/internal/pagetemplate"
)

// seriesColours is the number of colours in the style sheet. The second half resembles
// the first, so its points also get rings.
const seriesColours = 12

// series names the classes of the i-th model's colour.
func series(i int) string {
	i %= seriesColours
	if i >= seriesColours/2 {
		return fmt.Sprintf("s%d ringed", i)
	}
	return fmt.Sprintf("s%d", i)
}

// modelLine draws the line of a model in a style ("dashed" or none). Its points get rings
// if the colour alone does not identify it.
func (p *plot) modelLine(series, style string, points []xy) {
	p.line(series+" "+style, points)
	if strings.Contains(series, "ringed") {
		for _, v := range points {
			p.dot(series, v.x, v.y, 3)
		}
	}
}

// rocPlot shows TPR over FMR of several models on one set, on a logarithmic
// axis, with the intervals as bands.
func rocPlot(models []*modelView) pagetemplate.HTML {
	p := &plot{
		x: axis{title: "false match rate", low: lowestFMR(models), high: 1, log: true},
		y: axis{title: "true positive rate", low: 0, high: 1, percent: true},
	}
	p.curves(models, func(c eval.CurvePoint) (v, low, high float64) { return c.TPR, c.Low, c.High })
	return p.svg("ROC")
}

// detPlot shows the same as FNMR over FMR, both logarithmic.
func detPlot(models []*modelView) pagetemplate.HTML {
	floor := 0.1
	for _, m := range models {
		if n := float64(m.R.Verification.MatedPairs); n > 0 {
			floor = min(floor, math.Pow(10, math.Floor(math.Log10(1/n))))
		}
	}
	p := &plot{
		x: axis{title: "false match rate", low: lowestFMR(models), high: 1, log: true},
		y: axis{title: "false non-match rate", low: max(floor, 1e-4), high: 1, log: true},
	}
	p.curves(models, func(c eval.CurvePoint) (v, low, high float64) { return 1 - c.TPR, 1 - c.High, 1 - c.Low })
	return p.svg("DET")
}

// lowestFMR is the beginning of the axis: the power of ten below the rule of three.
func lowestFMR(models []*modelView) float64 {
	low := 0.1
	for _, m := range models {
		low = min(low, 3/float64(m.R.Verification.NonMatedPairs))
	}
	return max(1e-6, math.Pow(10, math.Floor(math.Log10(low))))
}

func (p *plot) curves(models []*modelView, of func(eval.CurvePoint) (v, low, high float64)) {
	for _, m := range models {
		var line, low, high []xy
		for _, c := range m.R.Verification.Curve {
			if c.FMR < p.x.low*(1-1e-9) {
				continue
			}
			v, l, h := of(c)
			line, low, high = append(line, xy{c.FMR, v}), append(low, xy{c.FMR, l}), append(high, xy{c.FMR, h})
			p.spot(c.FMR, v, "%s\nFMR %.2g · %s %s\n95 %%: %s – %s\nthreshold %.4f", titleOf(m.R), c.FMR, p.y.title, percent(v), percent(l), percent(h), c.Threshold)
		}
		p.band(m.Series, low, high)
		p.modelLine(m.Series, "", line)
	}
}

// titleOf names a result in legends.
func titleOf(r *eval.Result) string {
	if r.Model != "" {
		return r.Model
	}
	return r.Name
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + " %" }

// histogramPlot shows the scores of mated and non-mated pairs.
func histogramPlot(r *eval.Result) pagetemplate.HTML {
	h := r.Verification.Histograms
	top := 0.0
	for i := range h.Mated {
		top = max(top, h.Mated[i], h.NonMated[i])
	}
	p := &plot{x: axis{title: "score", low: h.Low, high: h.High}, y: axis{title: "share of pairs", low: 0, high: top * 1.05, percent: true}}
	if h.Low == h.High {
		p.x.high += max(1, math.Abs(h.High)) // float64 would lose a 1 beside a large score
	}
	width := (p.x.high - p.x.low) / float64(len(h.Mated))
	var mated, other []xy
	for i := range h.Mated {
		x := p.x.low + (float64(i)+0.5)*width
		mated, other = append(mated, xy{x, h.Mated[i]}), append(other, xy{x, h.NonMated[i]})
		if h.Mated[i]+h.NonMated[i] > 0 {
			p.spot(x, max(h.Mated[i], h.NonMated[i]), "score %.3f – %.3f\nmated %.2f %%\nnon-mated %.2f %%", x-width/2, x+width/2, 100*h.Mated[i], 100*h.NonMated[i])
		}
	}
	p.area("non-mated", other)
	p.area("mated", mated)
	if point := r.Verification.Headline(); point.Threshold < p.x.high {
		p.rule(point.Threshold, fmt.Sprintf("FMR %.0e", point.Target))
	}
	return p.svg("score histograms of " + titleOf(r))
}

// cmcPlot shows the share of captures whose label is among the best few.
func cmcPlot(models []*modelView) pagetemplate.HTML {
	low := 1.0
	for _, m := range models {
		low = min(low, m.R.Identification.Low[0])
	}
	p := &plot{
		x: axis{title: "rank", low: 1, high: eval.MaxRank, interior: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		y: axis{title: "right label among the best", low: math.Floor(low*10) / 10, high: 1, percent: true},
	}
	for _, m := range models {
		id := m.R.Identification
		var line, below, above []xy
		for k, v := range id.Ranks {
			x := float64(k + 1)
			line, below, above = append(line, xy{x, v}), append(below, xy{x, id.Low[k]}), append(above, xy{x, id.High[k]})
			p.spot(x, v, "%s\nrank %d: %s\n95 %%: %s – %s", titleOf(m.R), k+1, percent(v), percent(id.Low[k]), percent(id.High[k]))
		}
		p.band(m.Series, below, above)
		p.modelLine(m.Series, "", line)
	}
	return p.svg("CMC")
}

// openPlot shows FNIR over FPIR of both protocols; held-out is dashed.
func openPlot(models []*modelView) pagetemplate.HTML {
	p := &plot{
		x: axis{title: "strangers accepted (FPIR)", low: 1e-3, high: 1, log: true},
		y: axis{title: "captures missed (FNIR)", low: 0, high: 1, percent: true},
	}
	for _, m := range models {
		for _, c := range m.R.Identification.OpenCurves {
			var line, low, high []xy
			for _, v := range c.Points {
				x := v.Target
				line, low, high = append(line, xy{x, v.FNIR}), append(low, xy{x, v.Low}), append(high, xy{x, v.High})
				p.spot(x, v.FNIR, "%s, %s\nFPIR requested %.3g, observed %.3g\nFNIR %s\n95 %%: %s – %s", titleOf(m.R), c.Protocol, x, v.FPIR, percent(v.FNIR), percent(v.Low), percent(v.High))
			}
			if c.Protocol == eval.OwnClassOut {
				p.band(m.Series, low, high)
				p.modelLine(m.Series, "", line)
			} else {
				p.modelLine(m.Series, "dashed", line)
			}
		}
	}
	return p.svg("FNIR over FPIR")
}

// sweepPlot shows one disturbance of several models.
func sweepPlot(sweeps []*eval.Sweep, operator string) pagetemplate.HTML {
	p := &plot{
		x: axis{title: "severity", low: 1, high: eval.Severities, interior: []float64{1, 2, 3, 4, 5}},
		y: axis{title: "TPR at FMR 1e-4", low: 0, high: 1, percent: true},
	}
	for i, s := range sweeps {
		var line, low, high []xy
		for _, v := range s.Of(operator) {
			x := float64(v.Severity)
			line, low, high = append(line, xy{x, v.TPR}), append(low, xy{x, v.Low}), append(high, xy{x, v.High})
			p.spot(x, v.TPR, "%s\n%s, severity %d\nTPR %s\n95 %%: %s – %s", s.Model, operator, v.Severity, percent(v.TPR), percent(v.Low), percent(v.High))
		}
		p.band(series(i), low, high)
		p.line(series(i), line)
		for _, v := range line {
			p.dot(series(i), v.x, v.y, 3)
		}
	}
	return p.svg("robustness to " + operator)
}
