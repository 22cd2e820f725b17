package decide

// tally counts the places of the photo that tell two references apart: where
// one agrees and the other does not. What agrees with both, or with neither (a
// thumb, glare, what is filled in), says nothing.
type tally struct{ first, second int }

// tell holds the places of two located references against each other.
func tell(first, second *Geometry) (t tally) {
	grid := newPlaceGrid(second.Places)
	for i := range first.Places {
		a := &first.Places[i]
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
	fewTelling   = 3
	stillTelling = 1
)

// apart says that the tally leaves no doubt which of the two it is, if it is
// one of them: the first.
func (t tally) apart() bool { return t.first >= fewTelling && t.second <= stillTelling }

// placeGrid finds places by where they lie.
type placeGrid struct {
	cell  float32
	cells map[[2]int32][]*Place
}

func newPlaceGrid(places []Place) placeGrid {
	g := placeGrid{cell: 1, cells: map[[2]int32][]*Place{}}
	for i := range places {
		g.cell = max(g.cell, places[i].Size)
	}
	for i := range places {
		key := g.key(&places[i])
		g.cells[key] = append(g.cells[key], &places[i])
	}
	return g
}

func (g *placeGrid) key(p *Place) [2]int32 { return [2]int32{int32(p.X / g.cell), int32(p.Y / g.cell)} }

// nearest returns the place whose middle is nearest to that of p and no further
// than half its size, if there is one.
func (g *placeGrid) nearest(p *Place) (best *Place) {
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
