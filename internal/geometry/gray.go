package geometry

import "exemplar/internal/imaging"

// Shrink returns g scaled so that its longer side is at most side, by area
// averaging; g itself where it is no larger.
func Shrink(g *imaging.Gray, side int) *imaging.Gray {
	longer := max(g.W, g.H)
	if longer <= side {
		return g
	}
	w := max(1, (g.W*side+longer/2)/longer)
	h := max(1, (g.H*side+longer/2)/longer)
	return resizeArea(g, w, h)
}

// resizeArea shrinks g to w x h: every pixel is the mean of the rectangle that
// it covers in g.
func resizeArea(g *imaging.Gray, w, h int) *imaging.Gray {
	out := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	columns := areaSpans(g.W, w)
	rows := areaSpans(g.H, h)
	sum := make([]float32, g.W)
	for y, span := range rows {
		clear(sum)
		for k, weight := range span.weights {
			addScaled(sum, g.Pix[(span.first+k)*g.W:][:g.W], weight)
		}
		to := out.Pix[y*w:][:w]
		for x, span := range columns {
			v := float32(0.5)
			from := sum[span.first:][:len(span.weights)]
			for k, weight := range span.weights {
				v += weight * from[k]
			}
			to[x] = byte(v)
		}
	}
	return out
}

func addScaled(sum []float32, row []byte, weight float32) {
	row = row[:len(sum)]
	for i, v := range row {
		sum[i] += weight * float32(v)
	}
}

// areaSpan says which source pixels an output pixel covers, and how much of
// each; the weights sum to 1.
type areaSpan struct {
	first   int
	weights []float32
}

func areaSpans(from, to int) []areaSpan {
	spans := make([]areaSpan, to)
	scale := float64(from) / float64(to)
	for i := range spans {
		lo, hi := float64(i)*scale, float64(i+1)*scale
		s := &spans[i]
		s.first = int(lo)
		for p := s.first; p < from && float64(p) < hi-1e-9; p++ {
			covered := min(hi, float64(p+1)) - max(lo, float64(p))
			s.weights = append(s.weights, float32(covered/scale))
		}
	}
	return spans
}
