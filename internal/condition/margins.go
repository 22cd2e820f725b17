package condition

import (
	"math"
	"slices"
)

// A scan that was registered may show more white paper, or the scanner's white lid, than
// another copy's picture does, and the scanner's dark edge beside it. Nothing is missed of
// that. Constants by eye, on drawn documents of an odd seed that were scanned with and
// without such margins.
const (
	asLight      = 0.12 // logarithm of light by which blank paper is darker than the lightest at most
	strayed      = 0.03 // share of a row of cells that may be otherwise: dust, a punched hole
	edgeCells    = 4    // of a scanner's dark edge, with what is blurred beside it, at most
	darkEdge     = 100  // grey level that it has at most
	mostDepth    = 6    // a margin takes a sixth of the reference at most: what is longer may be the blank end of a receipt
	besideMargin = 2    // cells in which the paper's edge may be, and is seen about it
	wholeSide    = 0.7  // share of a side from which on what is seen along it is the margin
)

// findMargins returns how many cells deep the blank margins of the reference are, by side:
// above, right, below, left.
func (m *maps) findMargins() (deep [4]int) {
	var lights []float64
	for i := range m.plainRef {
		light, _, _ := m.plainRef[i].logs()
		lights = append(lights, light)
	}
	paper := quantile(slices.Clone(lights), 0.9) - asLight
	isBlank := func(side, depth int) bool {
		n, printed := m.along(side), 0
		for k := edgeCells; k < n-edgeCells; k++ {
			if i := m.cell(side, depth, k); m.texture[i] >= minTexture || lights[i] < paper {
				printed++
			}
		}
		return float64(printed) <= strayed*float64(n)
	}
	for side := range deep {
		d, most := 0, m.along(side+1)/mostDepth
		if l := m.plainRef[m.cell(side, 0, m.along(side)/2)]; l.luma() <= darkEdge {
			for d < edgeCells && d < most && !isBlank(side, d) {
				d++
			}
		}
		edge := d
		for d < most && isBlank(side, d) {
			d++
		}
		if d > edge {
			deep[side] = d
		}
	}
	return deep
}

// along is the number of cells along a side.
func (m *maps) along(side int) int {
	if side%2 == 0 {
		return m.w
	}
	return m.h
}

// cell is the k-th along a side, so many cells from it.
func (m *maps) cell(side, depth, k int) int {
	switch side {
	case 0:
		return depth*m.w + k
	case 1:
		return k*m.w + m.w - 1 - depth
	case 2:
		return (m.h-1-depth)*m.w + k
	}
	return k*m.w + depth
}

// inMargin says that a cell is in one of the margins, or no more than some cells beside it.
func (m *maps) inMargin(i, beside int) bool {
	x, y := i%m.w, i/m.w
	for side, from := range [4]int{y, m.w - 1 - x, m.h - 1 - y, x} {
		if m.margins[side] > 0 && from < m.margins[side]+beside {
			return true
		}
	}
	return false
}

// sidesOutside is the number of sides along which the reference's edge is not in the photo:
// one that is cropped to its document, or was scanned in a corner of the lid, lacks margins
// on several, and one that is cut off rather on one.
func (m *maps) sidesOutside() (sides int) {
	for side := range 4 {
		n := 0
		for k := range m.along(side) {
			if !m.inside[m.cell(side, 0, k)] {
				n++
			}
		}
		if float64(n) >= wholeSide*float64(m.along(side)) {
			sides++
		}
	}
	return sides
}

// leaveMargins says that nothing happened in the margins where what is seen there lies
// along a whole side: it is what the paper lies on, seen instead of the reference's margin.
func (m *maps) leaveMargins() {
	happened := make([]bool, len(m.inside))
	for i := range happened {
		happened[i] = m.happened[i][0] < 0.5
	}
	for _, p := range m.patches(happened) {
		if !m.isAlongASide(p) {
			continue
		}
		for _, i := range p.cells {
			if m.inMargin(i, besideMargin) {
				m.happened[i] = [answers]float64{1}
			}
		}
	}
}

// isAlongASide says that a patch reaches along most of a side's margin.
func (m *maps) isAlongASide(p *patch) bool {
	for side := range m.margins {
		reached := map[int]bool{}
		for _, i := range p.cells {
			at := [2]int{i % m.w, i / m.w}
			if [4]int{at[1], m.w - 1 - at[0], m.h - 1 - at[1], at[0]}[side] < m.margins[side] {
				reached[at[side%2]] = true
			}
		}
		if float64(len(reached)) >= wholeSide*float64(m.along(side)) {
			return true
		}
	}
	return false
}

// looksAlike is how far the colours of a patch are from the reference's at most, if nothing
// happened there: logarithms; pale is the share of its contrast below which print is gone in
// glare. By eye: see [maps.isAsReference].
const looksAlike, pale = 0.05, 0.75

// isAsReference says that a patch has the colours of the reference, and its print. The fit
// of colours, which is smooth over the document, may be off where a document has a large
// field of one colour at one end: what is seen there is what should be. Light that is the
// same over all of the picture is no difference.
func (m *maps) isAsReference(p *patch) bool {
	usual := m.usualApart()
	sum, lost := 0.0, 0
	for _, i := range p.cells {
		d := m.apart(i)
		sum += max(math.Abs(d[0]-usual[0]), 2*math.Abs(d[1]-usual[1]), 2*math.Abs(d[2]-usual[2]))
		if m.lost(i) || m.texture[i] >= minTexture && m.gain[i] < pale {
			lost++
		}
	}
	return sum <= looksAlike*float64(len(p.cells)) && lost < leastCells
}

// usualApart is the median of [maps.apart] over the cells in the photo.
func (m *maps) usualApart() [3]float64 {
	if m.off == nil {
		var off [3][]float64
		for i, in := range m.inside {
			if in {
				for k, d := range m.apart(i) {
					off[k] = append(off[k], d)
				}
			}
		}
		m.off = &[3]float64{median(off[0]), median(off[1]), median(off[2])}
	}
	return *m.off
}

// apart is by how much a cell of the photo is lighter, redder and bluer than the
// reference's: logarithms.
func (m *maps) apart(i int) [3]float64 {
	l, r, b := m.plainRef[i].logs()
	pl, pr, pb := m.bare[i].logs()
	return [3]float64{pl - l, pr - r, pb - b}
}
