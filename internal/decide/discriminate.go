package decide

import "exemplar/internal/scoremodel"

// separation counts the places of the photo that tell two references apart: where
// one agrees and the other does not. What agrees with both, or with neither (a
// thumb, glare, what is filled in), says nothing.
type separation struct{ first, second int }

// discriminate holds the places of two located references against each other.
func discriminate(first, second *scoremodel.Evidence) (t separation) {
	grid := newBlockGrid(second.InPhoto)
	for i := range first.InPhoto {
		a := &first.InPhoto[i]
		b := grid.nearest(a)
		switch {
		case b == nil || a.Agrees == b.Agrees:
		case a.Agrees:
			t.first++
		default:
			t.second++
		}
	}
	return t
}

const (
	// fewTelling places, all for one of them but this many, tell two registered
	// references apart.
	SeparatingBlocks = 3
	contraryAllowed  = 1
)

// separates says that the tally leaves no doubt which of the two it is, if it is
// one of them: the first.
func (t separation) separates() bool {
	return t.first >= SeparatingBlocks && t.second <= contraryAllowed
}

// blockGrid finds places by where they lie.
type blockGrid struct {
	cell  float32
	cells map[[2]int32][]*scoremodel.PhotoBlock
}

func newBlockGrid(places []scoremodel.PhotoBlock) blockGrid {
	g := blockGrid{cell: 1, cells: map[[2]int32][]*scoremodel.PhotoBlock{}}
	for i := range places {
		g.cell = max(g.cell, places[i].Size)
	}
	for i := range places {
		key := g.key(&places[i])
		g.cells[key] = append(g.cells[key], &places[i])
	}
	return g
}

func (g *blockGrid) key(p *scoremodel.PhotoBlock) [2]int32 {
	return [2]int32{int32(p.X / g.cell), int32(p.Y / g.cell)}
}

// nearest returns the place whose middle is nearest to that of p and no further
// than half its size, if there is one.
func (g *blockGrid) nearest(p *scoremodel.PhotoBlock) (best *scoremodel.PhotoBlock) {
	at := g.key(p)
	limit := p.Size * p.Size / 4
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			for _, q := range g.cells[[2]int32{at[0] + dx, at[1] + dy}] {
				if d := (q.X-p.X)*(q.X-p.X) + (q.Y-p.Y)*(q.Y-p.Y); d <= limit {
					best, limit = q, d
				}
			}
		}
	}
	return best
}
