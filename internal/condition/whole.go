package condition

import (
	"image"
	"math"
	"slices"

	"exemplar/internal/imaging"
)

// cutOff finds what of the document lies outside of the picture.
func (m *maps) cutOff() []Condition {
	if !slices.Contains(m.inside, false) {
		return nil
	}
	m.findSheet()
	var bounds image.Rectangle
	n, beyond := 0, 0 // cells, and those of them beside the margins
	for i := range m.inside {
		x, y := i%m.w, i/m.w
		// The middle: a document that fills its picture may be fitted a little too large.
		if m.onSheet(i) && !m.isBeyond(i) && !m.v.inside[(y*cellSide+cellSide/2+margin)*m.v.photo.W+x*cellSide+cellSide/2+margin] {
			bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
			n++
			if !m.inMargin(i, besideMargin) {
				beyond++
			}
		}
	}
	const certain, some = 0.12, 0.01
	if n == 0 || float64(beyond) <= some*m.area && m.sidesOutside() > 1 {
		return nil
	}
	share := float64(n) / m.area
	return []Condition{{Kind: CutOff, Share: share, Where: []Place{m.v.place(bounds)}, Strength: min(1, share/certain), Sure: true}}
}

// isBeyond says that a cell may lie beyond the end of a document that is shorter than the
// reference: none of those across from it is in the photo.
func (m *maps) isBeyond(i int) bool {
	if !m.v.Grows {
		return false
	}
	from, step, n := i-i%m.w, 1, m.w
	if m.w > m.h {
		from, step, n = i%m.w, m.w, m.h
	}
	for k := range n {
		if m.inside[from+k*step] {
			return false
		}
	}
	return true
}

// logistic is 0.5 at the middle and 0.88 one step beyond it.
func logistic(v, middle, step float64) float64 { return 1 / (1 + math.Exp(-2*(v-middle)/step)) }

// whole is a condition of the whole document.
func whole(k Kind, strength float64) []Condition {
	return []Condition{{Kind: k, Share: 1, Strength: strength, Sure: strength >= surely(k)}}
}

// surely is the strength from which on a condition of the whole document is said. Paper
// and print have waves of their own, and cameras take contrast away. By eye, on clean
// photos and scans.
func surely(k Kind) float64 {
	switch k {
	case Screen:
		return 0.98
	case Faded:
		return 0.85
	}
	return Plain
}

// size says whether the document has too few pixels.
func (v *view) size() []Condition {
	const enough = 300 // pixels of the longer side
	return whole(TooSmall, logistic(-math.Log(v.Length/min(enough, 0.6*v.ReferenceLength)), 0, 0.15))
}

// paleness says whether the print is paler than the reference's.
func (m *maps) paleness() []Condition {
	return whole(Faded, logistic(-math.Log(max(0.01, m.coarseContrast())), 0.6+0.2*max(0, m.softness-1), 0.2))
}

// coarseContrast is the photo's contrast against the paper as a share of the
// reference's, by differences over two cells, which blur hardly touches.
func (m *maps) coarseContrast() float64 { return m.usual.gain }

// sharpness says whether the photo is blurred.
func (m *maps) sharpness() []Condition {
	return whole(Blurred, logistic(m.softness, blurredFrom, 0.3))
}

// blurredFrom is the softness from which on a photo is called blurred.
const blurredFrom = 1.4

// blur is the standard deviation, in pixels of Fine, of the blur that would make the
// reference as soft as the photo: by how much contrast between neighbours is left of
// that between pixels four apart, where the reference's print is seen.
func (m *maps) blur() float64 {
	cells := m.sharpCells()
	if len(cells) < 20 {
		return 0
	}
	near, far := m.contrast(m.v.Laid, cells)
	near = max(near-m.noise(), 0.02*near)
	if far == 0 || near == 0 {
		return 0
	}
	wanted := near / far
	// A pass of Soften is a blur of variance 1/2.
	picture, done, before, variance := m.v.Fine, 0, 0.0, 0.0
	for _, passes := range []int{0, 1, 2, 4, 8} {
		for ; done < passes; done++ {
			picture = picture.Soften()
		}
		near, far := m.contrast(picture, cells)
		ratio := near / max(far, 1e-9)
		if ratio <= wanted {
			if passes == 0 {
				return 0
			}
			t := (before - wanted) / (before - ratio)
			return math.Sqrt(variance + t*(float64(passes)/2-variance))
		}
		before, variance = ratio, float64(passes)/2
	}
	return math.Sqrt(variance)
}

// pixels are those of Fine that a cell has, with ok false too near to the edge for
// [contrasts].
func (m *maps) pixels(i int) (r image.Rectangle, ok bool) {
	f := m.v.Fine
	r = image.Rect(i%m.w*f.W/m.w, i/m.w*f.H/m.h, (i%m.w+1)*f.W/m.w, (i/m.w+1)*f.H/m.h)
	return r, r.Min.X >= 2 && r.Min.Y >= 2 && r.Max.X+5 <= f.W && r.Max.Y+5 <= f.H
}

// sharpCells are a third of those in which the reference's print is seen.
func (m *maps) sharpCells() []int {
	var cells []int
	for i := range m.inside {
		if _, ok := m.pixels(i); ok && (i%m.w+i/m.w)%3 == 0 && m.visible(i) {
			cells = append(cells, i)
		}
	}
	return cells
}

// contrast is the mean square of differences in cells, see [contrasts].
func (m *maps) contrast(g *imaging.Gray, cells []int) (near, far float64) {
	n := 0
	for _, i := range cells {
		r, _ := m.pixels(i)
		contrasts(g, r, &near, &far)
		n += r.Dx() * r.Dy()
	}
	return near / float64(n), far / float64(n)
}

// noise is the squared difference of neighbours in Laid where there is no print.
func (m *maps) noise() float64 {
	var all []float64
	for i := range m.inside {
		r, ok := m.pixels(i)
		if !ok || !m.inside[i] || m.texture[i] > 3 || (i%m.w+i/m.w)%3 != 0 {
			continue
		}
		var near, far float64
		contrasts(m.v.Laid, r, &near, &far)
		all = append(all, near/float64(r.Dx()*r.Dy()))
	}
	return median(all)
}

// contrasts adds up squared differences of neighbours, and of the means of squares
// of two pixels four apart.
func contrasts(g *imaging.Gray, r image.Rectangle, near, far *float64) {
	n, d := 0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := y*g.W + r.Min.X
		p, below := g.Pix[at:][:r.Dx()+5], g.Pix[at+g.W:][:r.Dx()+5]
		third, fourth := g.Pix[at+3*g.W:][:r.Dx()+5], g.Pix[at+4*g.W:][:r.Dx()+5]
		for x := range r.Dx() {
			a := int(p[x])
			dx, dy := int(p[x+1])-a, int(below[x])-a
			n += dx*dx + dy*dy
			mean := a + int(p[x+1]) + int(below[x]) + int(below[x+1])
			fx := int(p[x+3]) + int(p[x+4]) + int(below[x+3]) + int(below[x+4]) - mean
			fy := int(third[x]) + int(third[x+1]) + int(fourth[x]) + int(fourth[x+1]) - mean
			d += fx*fx + fy*fy
		}
	}
	*near += float64(n)
	*far += float64(d) / 16
}
