package condition

import "math"

// print is what is known of the print of a cell.
func (m *maps) print(i int) Print {
	if m.v.Print == nil {
		return Print{}
	}
	return m.v.Print((float64(i%m.w)+0.5)/float64(m.w), (float64(i/m.w)+0.5)/float64(m.h))
}

// isOtherContents says that a cell shows the contents of another copy.
func (m *maps) isOtherContents(i int) bool {
	p := m.print(i)
	return p.Judged && p.Contents && p.Other
}

// isContents says that a patch lies where the reference has contents, such as a portrait:
// what looks otherwise there is another holder's. Where there is hardly any print, it is
// none.
func (m *maps) isContents(p *patch) bool {
	const mostly, printed = 0.7, 0.6
	n, own, texture := 0, 0.0, 0.0
	for _, i := range p.cells {
		own, texture = own+m.own[i], texture+m.texture[i]
		if m.isOtherContents(i) {
			n++
		}
	}
	return float64(n) >= mostly*float64(len(p.cells)) && own >= printed*texture
}

// showsPrint says that the reference's print is seen in a patch: then nothing is gone there.
func (m *maps) showsPrint(p *patch) bool {
	const alike = 0.6 // of captures of odd drawn documents no tear has more, of other portraits most do
	n, sum := 0, 0.0
	for _, i := range p.cells {
		if m.texture[i] >= minTexture {
			n++
			sum += m.alike[i]
		}
	}
	return n >= leastCells && sum >= alike*float64(n)
}

// The least shares by which a patch of another colour is another holder's portrait, or the
// like: of its cells with print those that are contents, and those that show other print,
// and of its border that which follows an edge of the reference's colours. A stain does
// not know of these. Chosen on captures of capturesim, of odd drawn documents: portraits
// have 0.33, 0.3 and 0.3 and more, of stains one in twenty has all three.
const pictureContents, pictureOther, pictureEdge = 0.3, 0.28, 0.28

// isAnotherPicture says that a patch is a picture with other colours, which are contents.
func (m *maps) isAnotherPicture(p *patch) bool {
	judged, contents, other := 0.0, 0.0, 0.0
	for _, i := range p.cells {
		if at := m.print(i); at.Judged {
			judged++
			contents += float64(of(at.Contents))
			other += float64(of(at.Other))
		}
	}
	return judged > 0 && contents >= pictureContents*judged && other >= pictureOther*judged && m.edgeShare(p) >= pictureEdge
}

// edgeShare is the share of a patch's border along which the reference's colours change
// within a cell of it.
func (m *maps) edgeShare(p *patch) float64 {
	own := make([]bool, len(m.inside))
	for _, i := range p.cells {
		own[i] = true
	}
	border, edges := 0.0, 0.0
	for _, i := range p.cells {
		x, y := i%m.w, i/m.w
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			if u, v := x+d[0], y+d[1]; u >= 0 && v >= 0 && u < m.w && v < m.h && !own[v*m.w+u] {
				border++
				edges += float64(of(m.changesColor(x-d[0], y-d[1], d)))
			}
		}
	}
	return edges / max(1, border)
}

// changesColor says that the reference's colour changes in one of three steps from a cell.
func (m *maps) changesColor(x, y int, step [2]int) bool {
	const plain = 0.1 // of a logarithm of light, half as much of red and blue: an eighth of its light
	for range 3 {
		u, v := x+step[0], y+step[1]
		if x >= 0 && y >= 0 && x < m.w && y < m.h && u >= 0 && v >= 0 && u < m.w && v < m.h {
			l, r, b := m.plainRef[y*m.w+x].logs()
			nl, nr, nb := m.plainRef[v*m.w+u].logs()
			if max(math.Abs(l-nl), 2*math.Abs(r-nr), 2*math.Abs(b-nb)) > plain {
				return true
			}
		}
		x, y = u, v
	}
	return false
}
