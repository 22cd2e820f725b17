package condition

import (
	"math"

	"exemplar/internal/imaging"
)

// maps hold what is known of each cell of the reference, row by row.
type maps struct {
	v      *view
	w, h   int
	inside []bool // the cell is in the photo

	plainRef   []level   // of the reference in the cell itself
	ref, photo []level   // of the paper: the lightest about the cell
	bare       []level   // of the photo in the cell itself
	light      []float64 // by how much the photo is lighter than the fit, natural logarithm
	red, blue  []float64 // likewise its red and blue against its green
	deviations struct{ light, color float64 }

	texture []float64 // deviation of the reference about the cell, grey levels
	gain    []float64 // of the photo's deviation against it, as a share of what is usual there
	own     []float64 // deviation of the photo about the cell, grey levels
	alike   []float64 // correlation of the two
	usual   struct{ alike, gain float64 }

	sheet    []bool             // see findSheet; nil where all cells are of the document
	area     float64            // of the document, cells
	exposure float64            // by how much the photo is too dark
	softness float64            // see blur
	happened [][answers]float64 // probabilities of nothing and of each of placed
	like     []float64          // on which share of the sides of the document the colour of the cell is seen, but for the nearest
	glare    amount             // how much of it there is
	damage   amount

	margins [4]int      // see findMargins
	off     *[3]float64 // see usualApart

	around []level // of the photo, cells beyond the document's edges that are in it
	places [][2]int
}

// level is a colour, 0 to 255.
type level struct{ r, g, b float64 }

func (l level) luma() float64 { return 0.299*l.r + 0.587*l.g + 0.114*l.b }

// floor is added to levels before their logarithm is taken: dark ones are noise.
const floor = 16

// times is the level under more light.
func (l level) times(k float64) level { return level{k * l.r, k * l.g, k * l.b} }

func (l level) logs() (light, red, blue float64) {
	g := math.Log(l.g + floor)
	return math.Log(l.luma() + floor), math.Log(l.r+floor) - g, math.Log(l.b+floor) - g
}

// minTexture is the deviation of the reference from which on there is print to be
// looked for, in grey levels.
const minTexture = 9

func newMaps(v *view) *maps {
	w, h := v.cells()
	m := &maps{v: v, w: w, h: h}
	m.inside = make([]bool, w*h)
	for i := range m.inside {
		m.inside[i] = v.insideCell(i%w, i/w)
	}
	m.plainRef = cellsOf(v.Reference, 0, w, h)
	m.ref = lightest(m.plainRef, w, h)
	m.bare = cellsOf(v.photo, margin, w, h)
	m.photo = lightest(m.bare, w, h)
	m.surroundings()
	m.comparePrint()
	m.softness = m.blur()
	m.softenReference()
	m.fitColors()
	m.margins = m.findMargins()
	return m
}

func (v *view) insideCell(x, y int) bool {
	for _, c := range [4][2]int{{0, 0}, {cellSide - 1, 0}, {0, cellSide - 1}, {cellSide - 1, cellSide - 1}} {
		if !v.inside[(y*cellSide+c[1]+margin)*v.photo.W+x*cellSide+c[0]+margin] {
			return false
		}
	}
	return true
}

// cellsOf returns the mean of the lightest quarter of each cell's pixels, of a picture
// with a margin.
func cellsOf(p *imaging.Image, margin, w, h int) []level {
	out := make([]level, w*h)
	for i := range out {
		out[i] = cellOf(p, margin+i%w*cellSide, margin+i/w*cellSide)
	}
	return out
}

func cellOf(p *imaging.Image, x0, y0 int) level {
	const most = cellSide * cellSide / 4
	var best [most]level
	var lumas [most]float64
	for y := y0; y < y0+cellSide; y++ {
		for x := x0; x < x0+cellSide; x++ {
			px := p.Pix[3*(y*p.W+x):][:3]
			l := level{float64(px[0]), float64(px[1]), float64(px[2])}
			luma := l.luma()
			for k := range best {
				if luma > lumas[k] {
					luma, lumas[k] = lumas[k], luma
					l, best[k] = best[k], l
				}
			}
		}
	}
	var sum level
	for _, l := range best {
		sum.r, sum.g, sum.b = sum.r+l.r/most, sum.g+l.g/most, sum.b+l.b/most
	}
	return sum
}

// lightest is one of the lightest of the cells about each, the third of nine: paper,
// not print.
func lightest(cells []level, w, h int) []level {
	const rank = 3
	out := make([]level, len(cells))
	for y := range h {
		for x := range w {
			var best [rank]level
			lumas := [rank]float64{-1, -1, -1}
			for v := max(0, y-1); v <= min(h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(w-1, x+1); u++ {
					l := cells[v*w+u]
					luma := l.luma()
					for k := range best {
						if luma > lumas[k] {
							luma, lumas[k] = lumas[k], luma
							l, best[k] = best[k], l
						}
					}
				}
			}
			out[y*w+x] = best[rank-1]
		}
	}
	return out
}

// surroundings notes the colours about the document.
func (m *maps) surroundings() {
	const ring = margin / cellSide
	for y := -ring; y < m.h+ring; y++ {
		for x := -ring; x < m.w+ring; x++ {
			if x >= -1 && y >= -1 && x <= m.w && y <= m.h {
				continue
			}
			if m.v.insideCell(x, y) {
				m.around = append(m.around, cellOf(m.v.photo, margin+x*cellSide, margin+y*cellSide))
				m.places = append(m.places, [2]int{x, y})
			}
		}
	}
}

// fitColors fits the photo's paper by the reference's: light that changes smoothly
// over the document, another contrast, another white, other saturation and other
// colours. What is left is in the maps.
func (m *maps) fitColors() {
	const light, color = 9, 11
	m.exposure = m.exposureOf()
	n := m.w * m.h
	lights, reds, blues := make([]float64, n), make([]float64, n), make([]float64, n)
	xl, xc := make([]float64, 0, light*n), make([]float64, 0, color*n)
	for i := range n {
		u, v := 2*float64(i%m.w)/float64(m.w)-1, 2*float64(i/m.w)/float64(m.h)-1
		l, r, b := m.ref[i].logs()
		l -= 5.4 // about white
		xl = append(xl, 1, u, v, u*u, u*v, v*v, l, r, b)
		xc = append(xc, 1, u, v, l, r, b, r*r, r*b, b*b, r*l, b*l)
		lights[i], reds[i], blues[i] = m.photo[i].times(m.exposure).logs()
	}
	use := m.trusted()
	m.light, m.deviations.light = robustFit(xl, light, lights, use)
	var dr, db float64
	m.red, dr = robustFit(xc, color, reds, use)
	m.blue, db = robustFit(xc, color, blues, use)
	m.deviations.color = max(dr, db)
}

// exposureOf is by how much the photo is too dark.
func (m *maps) exposureOf() float64 {
	const white, most = 220, 5
	var all []float64
	for i, in := range m.inside {
		if in {
			all = append(all, m.photo[i].luma())
		}
	}
	return min(most, max(1, white/max(1, quantile(all, 0.9))))
}

// trusted are the cells that the fit goes by: those in the photo whose print is not
// gone and which are not blinded, if that leaves a third of them.
func (m *maps) trusted() []bool {
	use := make([]bool, len(m.inside))
	n, all := 0, 0
	for i, in := range m.inside {
		if !in {
			continue
		}
		all++
		if l := m.photo[i]; !m.lost(i) && min(l.r, l.g, l.b) < 250 {
			use[i] = true
			n++
		}
	}
	if 3*n < all {
		return m.inside
	}
	return use
}

// moments are sums over pixels of the reference and the photo.
type moments struct{ n, r, p, rr, pp, rp float64 }

func (s *moments) add(o *moments) {
	s.n, s.r, s.p, s.rr, s.pp, s.rp = s.n+o.n, s.r+o.r, s.p+o.p, s.rr+o.rr, s.pp+o.pp, s.rp+o.rp
}

// comparePrint holds the print of the two against each other, over the cells about
// each cell.
func (m *maps) comparePrint() {
	n := m.w * m.h
	sums := make([]moments, n)
	for i := range sums {
		m.sum(&sums[i], i%m.w, i/m.w)
	}
	m.texture, m.own, m.gain, m.alike = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	var gains, alikes []float64
	for y := range m.h {
		for x := range m.w {
			var s moments
			for v := max(0, y-1); v <= min(m.h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(m.w-1, x+1); u++ {
					s.add(&sums[v*m.w+u])
				}
			}
			i := y*m.w + x
			vr, vp := max(0, s.rr/s.n-s.r*s.r/s.n/s.n), max(0, s.pp/s.n-s.p*s.p/s.n/s.n)
			m.texture[i], m.own[i] = math.Sqrt(vr), 2*math.Sqrt(vp)
			m.alike[i] = (s.rp/s.n - s.r*s.p/s.n/s.n) / math.Sqrt(vr*vp+0.5)
			lit := (m.photo[i].luma() + floor) / (m.ref[i].luma() + floor)
			m.gain[i] = m.own[i] / (m.texture[i] + 1) / lit
			if m.inside[i] && m.texture[i] >= minTexture {
				alikes = append(alikes, m.alike[i])
				if m.alike[i] > 0.6 {
					gains = append(gains, m.gain[i])
				}
			}
		}
	}
	m.usual.alike, m.usual.gain = quantile(alikes, 0.75), 1
	if len(gains) > 0 {
		m.usual.gain = median(gains)
	}
	for i := range m.gain {
		m.gain[i] /= max(0.05, m.usual.gain)
	}
}

// sum adds up the pixels of a cell.
func (m *maps) sum(s *moments, x, y int) {
	f, l := m.v.Fine, m.v.Laid
	x0, x1, y0, y1 := x*f.W/m.w, (x+1)*f.W/m.w, y*f.H/m.h, (y+1)*f.H/m.h
	var n, r, p, rr, pp, rp int
	for v := y0; v < y1; v++ {
		for u := x0; u < x1; u++ {
			a, b := int(f.Pix[v*f.W+u]), int(l.Pix[v*l.W+u])
			n, r, p, rr, pp, rp = n+1, r+a, p+b, rr+a*a, pp+b*b, rp+a*b
		}
	}
	s.n, s.r, s.p, s.rr, s.pp, s.rp = float64(n), float64(r), float64(p), float64(rr), float64(pp), float64(rp)
}

// visible says that the reference's print is seen in a cell, lost that it is not and
// should be.
func (m *maps) visible(i int) bool {
	return m.inside[i] && m.texture[i] >= minTexture && m.alike[i] >= 0.55*max(0.4, m.usual.alike)
}

func (m *maps) lost(i int) bool {
	return m.inside[i] && m.texture[i] >= minTexture && m.alike[i] < 0.55*max(0.4, m.usual.alike)
}
