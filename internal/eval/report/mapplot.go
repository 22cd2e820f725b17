package report

import (
	"fmt"
	"html"
	"math"
	"strings"

	"exemplar/internal/eval"
	"exemplar/internal/pagetemplate"
)

// mapPoints is the largest number of images on a map (by eye). A larger set shows every
// k-th.
const mapPoints = 1500

// mapSide is a map's size in the units of its view box.
const mapSide = 520

// embeddingMap draws a set's embeddings by their principal axes.
func embeddingMap(s *eval.Set, thumbs *thumbnails) (pagetemplate.HTML, error) {
	shown := mapSamples(s)
	if len(shown) < 3 {
		return "", nil
	}
	var x []float32
	for _, i := range shown {
		x = append(x, s.Embeddings[i*s.Dim:(i+1)*s.Dim]...)
	}
	flat, share, err := principal(x, s.Dim)
	if err != nil {
		return "", err
	}
	caption := fmt.Sprintf("principal axes: %.0f %% and %.0f %% of the variance", 100*share[0], 100*share[1])
	return mapSVG(s, shown, flat, caption, thumbs), nil
}

func mapSamples(s *eval.Set) []int {
	var use []int
	for i, x := range s.Samples {
		if x.Refused == "" {
			use = append(use, i)
		}
	}
	step := (len(use) + mapPoints - 1) / mapPoints
	var shown []int
	for k := 0; k < len(use); k += max(1, step) {
		shown = append(shown, use[k])
	}
	return shown
}

func mapSVG(s *eval.Set, shown []int, points []xy, caption string, thumbs *thumbnails) pagetemplate.HTML {
	hue := classHues(s)
	low, scale := fit(points)
	var body strings.Builder
	spots := &plot{}
	for k, i := range shown {
		x, y := 14+(points[k].x-low.x)*scale, mapSide-14-(points[k].y-low.y)*scale
		sample := s.Samples[i]
		class, style, radius := "point", fmt.Sprintf("--h:%.0f", hue[sample.Label]), 3.2
		switch {
		case sample.Label == "":
			class = "point stranger"
		case sample.IsReference:
			class, radius = "point reference", 5
		}
		fmt.Fprintf(&body, `<circle class="%s" style="%s" cx="%.1f" cy="%.1f" r="%.1f"/>`, class, style, x, y, radius)
		spots.spots = append(spots.spots, spot{x, y, sample.Path, thumbs.number(s, i)})
	}
	return pagetemplate.HTML(fmt.Sprintf(`<svg class="map" viewBox="0 0 %d %d" role="img" aria-label="%s"%s>%s</svg><p class="caption">%s</p>`,
		mapSide, mapSide, html.EscapeString(caption), spots.data(), body.String(), html.EscapeString(caption)))
}

// fit returns the lower corner of the points and the scale that makes them fill
// the map.
func fit(points []xy) (low xy, scale float64) {
	low, high := points[0], points[0]
	for _, v := range points {
		low = xy{min(low.x, v.x), min(low.y, v.y)}
		high = xy{max(high.x, v.x), max(high.y, v.y)}
	}
	span := max(high.x-low.x, high.y-low.y, 1e-9)
	scale = (mapSide - 28) / span
	low.x -= (span - (high.x - low.x)) / 2
	low.y -= (span - (high.y - low.y)) / 2
	return low, scale
}

// classHues spreads the classes over the colour circle by the golden angle.
func classHues(s *eval.Set) map[string]float64 {
	var labels []string
	for _, x := range s.Samples {
		labels = append(labels, x.Label)
	}
	hues := map[string]float64{}
	for k, label := range distinct(labels) {
		hues[label] = math.Mod(float64(k)*137.508, 360)
	}
	return hues
}
