package alignment

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
// it covers in g. The size that g has already returns g itself.
//
// It adds in float32 where [imaging.ResizeArea] counts exactly. The two differ
// where a mean lies half-way between levels: in no pixel of photos of 1000, 1024,
// 1200, 1500 and 1920 pixels shrunk to 640, by a level in 2 of 1000 for 1536.
// Stored features and the calibration are of this one.
func resizeArea(g *imaging.Gray, w, h int) *imaging.Gray {
	if w == g.W && h == g.H {
		return g
	}
	out := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	columns, rows := areaSpans(g.W, w), areaSpans(g.H, h)
	triples := tripled(columns)
	sum := make([]float32, g.W+2) // a triple's last weights may be 0 of nothing
	for y := range rows {
		rows[y].sumRows(sum[:g.W], g)
		to := out.Pix[y*w:][:w]
		for x, t := range triples {
			from := sum[t.first:][:3]
			to[x] = byte(0.5 + t.weights[0]*from[0] + t.weights[1]*from[1] + t.weights[2]*from[2])
		}
		for x := len(triples); x < w; x++ {
			v := float32(0.5)
			from := sum[columns[x].first:]
			for k, weight := range columns[x].weights {
				v += weight * from[k]
			}
			to[x] = byte(v)
		}
	}
	return out
}

// areaSpan says which source pixels an output pixel covers, and how much of
// each; the weights sum to 1.
type areaSpan struct {
	first   int
	weights []float32
}

func areaSpans(from, to int) []areaSpan {
	spans := make([]areaSpan, to)
	weights := make([]float32, 0, from+2*to)
	scale := float64(from) / float64(to)
	for i := range spans {
		lo, hi := float64(i)*scale, float64(i+1)*scale
		s := &spans[i]
		s.first = int(lo)
		begin := len(weights)
		for p := s.first; p < from && float64(p) < hi-1e-9; p++ {
			covered := min(hi, float64(p+1)) - max(lo, float64(p))
			weights = append(weights, float32(covered/scale))
		}
		s.weights = weights[begin:]
	}
	return spans
}

// sumRows fills sum with the weighted sums of the rows of g that s covers.
func (s *areaSpan) sumRows(sum []float32, g *imaging.Gray) {
	row := func(k int) []byte { return g.Pix[(s.first+k)*g.W:][:len(sum)] }
	w := s.weights
	if len(w) < 2 {
		clear(sum)
		for k, weight := range w {
			addScaled(sum, row(k), weight)
		}
		return
	}
	a, b, w0, w1 := row(0), row(1), w[0], w[1]
	for i, v := range a {
		sum[i] = w0*float32(v) + w1*float32(b[i])
	}
	for k := 2; k < len(w); k++ {
		addScaled(sum, row(k), w[k])
	}
}

func addScaled(sum []float32, row []byte, weight float32) {
	row = row[:len(sum)]
	for i, v := range row {
		sum[i] += weight * float32(v)
	}
}

// triple is a span of at most three pixels.
type triple struct {
	first   int
	weights [3]float32
}

// tripled returns the spans as triples if they are, which they are down to half
// the size; else none.
func tripled(spans []areaSpan) []triple {
	out := make([]triple, len(spans))
	for i, s := range spans {
		if len(s.weights) > 3 {
			return nil
		}
		out[i].first = s.first
		copy(out[i].weights[:], s.weights)
	}
	return out
}

// Compared returns a picture as the comparison sees a reference that shows it:
// at that size, slightly blurred.
func Compared(g *imaging.Gray, w, h int) *imaging.Gray { return resizeArea(g, w, h).Soften() }
