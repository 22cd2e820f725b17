package features

import (
	"math"
	"math/bits"
)

const (
	contrastThreshold = 0.03 * 255 / scalesPerOctave // least difference of the refined extremum, in grey levels
	edgeRatio         = 10                           // a larger quotient of the principal curvatures marks an edge (Lowe 2004, 4.1)
	detectBorder      = 5                            // pixels along the border of an octave without features
	refineSteps       = 5
	maxExtrema        = 40_000 // candidates in one picture, which bounds the time that noise can take
)

// extremum is a refined point of the scale space.
type extremum struct {
	x, y     float32 // octave pixels
	layer    float32 // fractional
	octave   int
	response float32 // signed difference at the refined position
}

// detect appends the extrema of the pyramid to found.
func (s *scaleSpace) detect(found []extremum) []extremum {
	mask := make([]uint16, (s.input.w+lanes-1)/lanes)
	for o := range s.octaves {
		for layer := 1; layer <= scalesPerOctave; layer++ {
			found = s.detectLayer(found, o, layer, mask)
		}
	}
	return found
}

func (s *scaleSpace) detectLayer(found []extremum, o, layer int, mask []uint16) []extremum {
	d := &s.differ[o]
	mid := &d[layer]
	groups := (mid.w - 2*detectBorder + lanes - 1) / lanes
	for y := detectBorder; y < mid.h-detectBorder && len(found) < maxExtrema; y++ {
		at := mid.at(detectBorder, y)
		extremaRow(mask, d[layer-1].pix, mid.pix, d[layer+1].pix, at, mid.stride, contrastThreshold/2, groups)
		for g, m := range mask[:groups] {
			for ; m != 0; m &= m - 1 {
				x := detectBorder + g*lanes + bits.TrailingZeros16(m)
				if x >= mid.w-detectBorder {
					break
				}
				if e, ok := s.refine(o, layer, x, y); ok {
					found = append(found, e)
				}
			}
		}
	}
	return found
}

// refine moves the extremum at (x, y, layer) to the extremum of the quadratic fitted to
// its neighbours (Lowe 2004, section 4). It rejects weak extrema and those on an edge.
func (s *scaleSpace) refine(o, layer, x, y int) (extremum, bool) {
	var q quadratic
	for range refineSteps {
		q = s.fitQuadratic(o, layer, x, y)
		if !q.ok {
			return extremum{}, false
		}
		if max(abs(q.x), abs(q.y), abs(q.s)) <= 0.5 {
			break
		}
		x, y, layer = x+step(q.x), y+step(q.y), layer+step(q.s)
		mid := &s.differ[o][0]
		if layer < 1 || layer > scalesPerOctave ||
			x < detectBorder || x >= mid.w-detectBorder || y < detectBorder || y >= mid.h-detectBorder {
			return extremum{}, false
		}
	}
	if max(abs(q.x), abs(q.y), abs(q.s)) > 0.75 || abs(q.value) < contrastThreshold || q.isEdge() {
		return extremum{}, false
	}
	return extremum{
		x: float32(x) + q.x, y: float32(y) + q.y, layer: float32(layer) + q.s,
		octave: o, response: q.value,
	}, true
}

func step(v float32) int { return int(math.Round(float64(v))) }

func abs(v float32) float32 { return float32(math.Abs(float64(v))) }

// quadratic is the second-order Taylor expansion of the differences around a pixel: the
// position of its extremum relative to the pixel, the value there, and derivatives.
type quadratic struct {
	x, y, s, value float32
	dxx, dyy, dxy  float32
	ok             bool
}

func (s *scaleSpace) fitQuadratic(o, layer, x, y int) quadratic {
	mid := &s.differ[o][layer]
	at, stride := mid.at(x, y), mid.stride
	b, m, a := s.differ[o][layer-1].pix, mid.pix, s.differ[o][layer+1].pix

	gx, gy, gs := (m[at+1]-m[at-1])/2, (m[at+stride]-m[at-stride])/2, (a[at]-b[at])/2
	v2 := 2 * m[at]
	dxx, dyy, dss := m[at+1]+m[at-1]-v2, m[at+stride]+m[at-stride]-v2, a[at]+b[at]-v2
	dxy := (m[at+stride+1] - m[at+stride-1] - m[at-stride+1] + m[at-stride-1]) / 4
	dxs := (a[at+1] - a[at-1] - b[at+1] + b[at-1]) / 4
	dys := (a[at+stride] - a[at-stride] - b[at+stride] + b[at-stride]) / 4

	// Cramer's rule for H * offset = -g.
	cxx, cxy, cxs := dyy*dss-dys*dys, dxs*dys-dxy*dss, dxy*dys-dxs*dyy
	det := dxx*cxx + dxy*cxy + dxs*cxs
	if det == 0 {
		return quadratic{}
	}
	cyy, cys, css := dxx*dss-dxs*dxs, dxy*dxs-dxx*dys, dxx*dyy-dxy*dxy
	q := quadratic{dxx: dxx, dyy: dyy, dxy: dxy, ok: true}
	q.x = -(cxx*gx + cxy*gy + cxs*gs) / det
	q.y = -(cxy*gx + cyy*gy + cys*gs) / det
	q.s = -(cxs*gx + cys*gy + css*gs) / det
	q.value = m[at] + (gx*q.x+gy*q.y+gs*q.s)/2
	if max(abs(q.x), abs(q.y), abs(q.s)) > 100 {
		q.ok = false
	}
	return q
}

// isEdge says whether one principal curvature is more than edgeRatio times the
// other.
func (q *quadratic) isEdge() bool {
	trace, det := q.dxx+q.dyy, q.dxx*q.dyy-q.dxy*q.dxy
	return det <= 0 || trace*trace*edgeRatio >= (edgeRatio+1)*(edgeRatio+1)*det
}
