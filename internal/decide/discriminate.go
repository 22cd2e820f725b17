package decide

import "exemplar/internal/scoremodel"

// separation counts the blocks that tell two references apart: one agrees with the
// photo there and the other does not. Where both agree, or neither (a thumb, glare,
// what is filled in), a block says nothing of which it is.
type separation struct{ first, second, both int }

// discriminate compares two located references block by block, where their blocks lie
// in the same place of the photo.
func discriminate(first, second *scoremodel.Evidence) (t separation) {
	grid := newBlockGrid(second.InPhoto)
	for i := range first.InPhoto {
		a := &first.InPhoto[i]
		b := grid.nearest(a)
		switch {
		case b == nil || !a.Agrees && !b.Agrees:
		case a.Agrees && b.Agrees:
			t.both++
		case a.Agrees:
			t.first++
		default:
			t.second++
		}
	}
	return t
}

const (
	// SeparatingBlocks blocks that speak for one of two registered references tell
	// them apart, if no more than contraryAllowed speak for the other. Both are by
	// eye.
	SeparatingBlocks = 3
	contraryAllowed  = 1
)

// separates says that the photo shows the first of the two, if it shows one of them.
func (t separation) separates() bool {
	return t.first >= SeparatingBlocks && t.second <= contraryAllowed
}

// foreignContents is how many times more blocks of one reference agree where another, in
// the same place of the photo, does not, than where that does too, if the two are not of
// one form: they have contents in common with the photo, each others, as the portrait of
// a holder of two cards. Members of a family agree where the others do. By eye.
const foreignContents = 2

// isForeign says that the second has something of the first's photo in common, but not
// what the first has.
func (t separation) isForeign() bool {
	return t.second >= SeparatingBlocks && t.second >= foreignContents*t.both
}

// blockGrid finds blocks by where they lie.
type blockGrid struct {
	cell  float32
	cells map[[2]int32][]*scoremodel.PhotoBlock
}

func newBlockGrid(blocks []scoremodel.PhotoBlock) blockGrid {
	g := blockGrid{cell: 1, cells: map[[2]int32][]*scoremodel.PhotoBlock{}}
	for i := range blocks {
		g.cell = max(g.cell, blocks[i].Size)
	}
	for i := range blocks {
		key := g.key(&blocks[i])
		g.cells[key] = append(g.cells[key], &blocks[i])
	}
	return g
}

func (g *blockGrid) key(p *scoremodel.PhotoBlock) [2]int32 {
	return [2]int32{int32(p.X / g.cell), int32(p.Y / g.cell)}
}

// nearest returns the block whose middle is nearest to that of b and no further than
// half its size; nil if there is none.
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
