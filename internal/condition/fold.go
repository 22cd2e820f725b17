package condition

import (
	"image"
	"math"
)

// relief is the photo's light where both pictures show bare paper, by pixels of a
// smaller size.
type relief struct {
	w, h  int
	light []float32 // of the photo against the reference, natural logarithm
	paper []bool    // the reference is flat
}

// foldSide bounds the longer side at which creases are looked for.
const foldSide = 320

func (m *maps) relief() *relief {
	f, l := m.v.Fine, m.v.Laid
	step := max(1, (max(f.W, f.H)+foldSide-1)/foldSide)
	r := &relief{w: f.W / step, h: f.H / step}
	r.light, r.paper = make([]float32, r.w*r.h), make([]bool, r.w*r.h)
	refs := make([]int, r.w*r.h) // levels, times the pixels of a square
	n := floor * step * step
	logs := make([]float32, 256*step*step+n) // of sums of levels, which are looked up
	for i := n; i < len(logs); i++ {
		logs[i] = float32(math.Log(float64(i)))
	}
	for y := range r.h {
		for x := range r.w {
			ref, photo := 0, 0
			for v := y * step; v < (y+1)*step; v++ {
				for u := x * step; u < (x+1)*step; u++ {
					ref, photo = ref+int(f.Pix[v*f.W+u]), photo+int(l.Pix[v*l.W+u])
				}
			}
			i := y*r.w + x
			refs[i] = ref
			r.light[i] = logs[2*photo+n] - logs[ref+n]
			cell := min(m.w*m.h-1, y*m.h/r.h*m.w+x*m.w/r.w)
			// Flat: what lies beside it is as light as it is.
			level := func(other int) bool { d := ref - refs[other]; return max(d, -d) <= (ref+n)/14 }
			r.paper[i] = m.inside[cell] && !m.marred[cell] && (x == 0 || level(i-1)) && (y == 0 || level(i-r.w))
		}
	}
	r.paper = eroded(eroded(r.paper, r.w, r.h), r.w, r.h)
	return r
}

// eroded leaves the marked pixels whose eight neighbours are marked too: print that
// lies a pixel beside its place is no crease.
func eroded(marked []bool, w, h int) []bool {
	rows, out := make([]bool, w*h), make([]bool, w*h)
	for y := range h {
		row := marked[y*w:][:w]
		for x := 1; x+1 < w; x++ {
			rows[y*w+x] = row[x-1] && row[x] && row[x+1]
		}
	}
	for i := w; i+w < w*h; i++ {
		out[i] = rows[i-w] && rows[i] && rows[i+w]
	}
	return out
}

// ridge is by how much a crease stands out of the paper on both sides of it, along a
// line that crosses the document: at is where it begins, lean by how many pixels it
// drifts.
type ridge struct {
	at, lean int
	height   float64 // mean, natural logarithm; below 0 if it is dark
	constant float64 // share of its segments that are of that sign
}

// folded looks for creases from edge to edge.
func (m *maps) folded() []Condition {
	r := m.relief()
	across, strengthA := r.crease(false)
	down, strengthD := r.crease(true)
	strength := max(strengthA, strengthD)
	if strength < 0.01 {
		return nil
	}
	var bounds image.Rectangle
	if strengthA >= strengthD {
		y := across.at * m.h / r.h
		bounds = image.Rect(0, max(0, y-1), m.w, min(m.h, y+2))
	} else {
		x := down.at * m.w / r.w
		bounds = image.Rect(max(0, x-1), 0, min(m.w, x+2), m.h)
	}
	return []Condition{{Kind: Folded, Share: float64(bounds.Dx()*bounds.Dy()) / float64(m.w*m.h), Where: []Place{m.v.place(bounds)}, Strength: strength}}
}

// crease returns the ridge along rows, or along columns, that stands out most, and
// how plain it is.
func (r *relief) crease(columns bool) (best ridge, strength float64) {
	w, h := r.w, r.h
	index := func(x, y int) int { return y*w + x }
	if columns {
		w, h = h, w
		index = func(x, y int) int { return x*r.w + y }
	}
	if h < 40 || w < 40 {
		return best, 0
	}
	// By how much each pixel stands out of those a little above and below, cut off so
	// that print that the mask missed counts little.
	const apart, most = 3, 0.12
	out := make([]float32, w*h)
	for y := range h {
		for x := range w {
			out[y*w+x] = float32(math.NaN())
			if y < apart || y >= h-apart {
				continue
			}
			a, b, c := index(x, y-apart), index(x, y), index(x, y+apart)
			if r.paper[a] && r.paper[b] && r.paper[c] {
				out[y*w+x] = min(most, max(-most, r.light[b]-(r.light[a]+r.light[c])/2))
			}
		}
	}
	strips := newStrips(out, w, h)
	reach := h / 12
	var heights []float64
	for y := apart + 2; y < h-apart-2; y++ {
		highest := 0.0
		for lean := -reach; lean <= reach; lean++ {
			l := strips.ridge(y, lean)
			highest = max(highest, math.Abs(l.height))
			if y > h/12 && y < h-h/12 && math.Abs(l.height)*l.constant > math.Abs(best.height)*best.constant {
				best = l
			}
		}
		heights = append(heights, highest)
	}
	usual := median(heights)
	standing := math.Abs(best.height) / (usual + 0.004)
	return best, logistic(min(standing/5, 1.3)*min(math.Abs(best.height)/0.012, 1.3)*min(math.Pow(best.constant/0.88, 3), 1.3), 1, 0.25)
}

// segments are what a ridge is cut into: a crease is seen in nearly all of them, and
// in the margins, which a line of print does not reach.
const segments = 16

// strips hold, for each segment of the width and each row, the sum of what stands out
// and of how many pixels.
type strips struct {
	w, h   int
	sums   [segments][]float32
	counts [segments][]int32
}

func newStrips(out []float32, w, h int) *strips {
	s := &strips{w: w, h: h}
	for k := range segments {
		s.sums[k], s.counts[k] = make([]float32, h), make([]int32, h)
		from, to := k*w/segments, (k+1)*w/segments
		for y := range h {
			for _, d := range out[y*w+from : y*w+to] {
				if d == d {
					s.sums[k][y] += d
					s.counts[k][y]++
				}
			}
		}
	}
	return s
}

// ridge is what stands out along a line. Its height is 0 where it is no ridge.
func (s *strips) ridge(at, lean int) ridge {
	r := ridge{at: at, lean: lean}
	sum, n := float32(0), int32(0)
	var rows [segments]int
	for k := range segments {
		y := at + lean*(2*k+1-segments)/(2*segments)
		if y < 0 || y >= s.h {
			return r
		}
		rows[k] = y
		sum, n = sum+s.sums[k][y], n+s.counts[k][y]
	}
	if int(n) < s.w/6 {
		return r
	}
	r.height = float64(sum) / float64(n)
	if math.Abs(r.height) < 0.004 {
		return r
	}
	judged, same := 0.0, 0.0
	for k, y := range rows {
		if int(s.counts[k][y]) < s.w/segments/4 {
			continue
		}
		judged++
		if float64(s.sums[k][y])/float64(s.counts[k][y])/r.height > 0.3 {
			same++
		} else if k == 0 || k == segments-1 {
			same -= 2
		}
	}
	r.constant = max(0, same/max(1, judged))
	return r
}
