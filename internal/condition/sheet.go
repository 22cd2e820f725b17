package condition

import (
	"cmp"
	"math"
	"slices"

	"exemplar/internal/planar"
)

// A reference may show the table that its document lay on. Of that nothing is missed. What
// happened to a document is looked for beside its sheet, too: where most of a side is torn
// away, the rest looks like a smaller sheet. By eye, on captures of odd drawn
// documents: what is said here with "least" or "most".
const (
	leastSheet, mostSheet = 0.12, 0.8 // share of the reference that is the document
	leastSeen             = 20        // cells with print that the photo shows
	mostBeside            = 0.03      // share of them beside the document
	byChance              = 0.3       // share of the table's texture that looks alike by chance, at most
	leastContrast         = 0.12      // between the document and the table, on each side: see borderContrast
)

// findSheet sets which cells are of the document: inside of the smallest of the proposed
// outlines beside which hardly any print is seen, with paper of another colour than what is
// around it on all sides. All are, if there is none.
func (m *maps) findSheet() {
	m.area = float64(len(m.inside))
	if m.v.Outlines == nil {
		return
	}
	for _, quad := range m.v.Outlines() {
		sheet, cells := m.within(&quad, -1)
		if cells < leastSheet*float64(len(m.inside)) || cells > mostSheet*float64(len(m.inside)) || m.sheet != nil && cells >= m.area {
			continue
		}
		if m.isPrintWithin(&quad) && m.borderContrast(&quad) >= leastContrast {
			m.sheet, m.area = sheet, cells
		}
	}
}

// isPrintWithin says that the photo shows print of the reference inside of a quad, and
// beside it no more than there is by chance.
func (m *maps) isPrintWithin(q *[4]planar.Point) bool {
	around, _ := m.within(q, 2) // the paper's edge is seen, too
	seen, beside, texture := 0, 0.0, 0.0
	for i, in := range m.inside {
		switch isSeen := m.visible(i); {
		case !in || m.texture[i] < minTexture:
		case around[i] && isSeen:
			seen++
		case !around[i]:
			texture++
			beside += float64(of(isSeen))
		}
	}
	return seen >= leastSeen && beside <= mostBeside*float64(seen)+byChance*texture
}

// onSheet says that a cell is of the document.
func (m *maps) onSheet(i int) bool { return m.sheet == nil || m.sheet[i] }

// within returns which cells lie in a quad, or no more than some cells beside it, and how
// many do. The quad is in shares of the reference.
func (m *maps) within(q *[4]planar.Point, beside float64) (sheet []bool, cells float64) {
	sheet = make([]bool, len(m.inside))
	for i := range sheet {
		at := planar.Pt((float64(i%m.w)+0.5)/float64(m.w), (float64(i/m.w)+0.5)/float64(m.h))
		sheet[i] = true
		for k := range q {
			a, b := q[k], q[(k+1)%4]
			dx, dy := (b.X-a.X)*float64(m.w), (b.Y-a.Y)*float64(m.h)
			off := dx*(at.Y-a.Y)*float64(m.h) - dy*(at.X-a.X)*float64(m.w) // cells, times the side
			sheet[i] = sheet[i] && off >= -beside*math.Hypot(dx, dy)
		}
		if sheet[i] {
			cells++
		}
	}
	return sheet, cells
}

// borderContrast is by how much the reference's colour just inside of a quad differs from that
// just outside, on the side where it differs least: the median along the side, of logarithms.
func (m *maps) borderContrast(q *[4]planar.Point) float64 {
	const steps, off = 16, 2.5 // cells
	least := math.Inf(1)
	middle := planar.Between(q[0], q[2], 0.5)
	for k := range q {
		var all []float64
		for s := range steps {
			edge := planar.Between(q[k], q[(k+1)%4], (float64(s)+0.5)/steps)
			dx, dy := (middle.X-edge.X)*float64(m.w), (middle.Y-edge.Y)*float64(m.h)
			n := max(1, math.Hypot(dx, dy)) / off
			in, ok := m.cellAt(edge.X*float64(m.w)+dx/n, edge.Y*float64(m.h)+dy/n)
			out, beside := m.cellAt(edge.X*float64(m.w)-dx/n, edge.Y*float64(m.h)-dy/n)
			if !ok || !beside {
				continue // the document reaches the edge of the picture
			}
			l, r, b := m.plainRef[in].logs()
			ol, or, ob := m.plainRef[out].logs()
			all = append(all, max(math.Abs(l-ol), 2*math.Abs(r-or), 2*math.Abs(b-ob)))
		}
		if len(all) > 0 {
			slices.SortFunc(all, cmp.Compare[float64])
			least = min(least, all[len(all)/2])
		}
	}
	return least
}

func (m *maps) cellAt(x, y float64) (i int, ok bool) {
	u, v := int(math.Floor(x)), int(math.Floor(y))
	return v*m.w + u, u >= 0 && v >= 0 && u < m.w && v < m.h
}
