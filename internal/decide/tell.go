package decide

import "math"

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
	// bySecond is the share of the places that tell a registered document's
	// reference from another in which noise lets the other one agree alone.
	bySecond = 0.06

	// fewTelling places, all for one of them but this many, tell two registered
	// references apart.
	fewTelling   = 3
	stillTelling = 1
)

// thirds are the shares in which the other one agrees alone if the photo shows a
// third of their kind: where the third has what both have it tells nothing, and
// elsewhere it may have what either has.
var thirds = [...]float64{0.15, 0.25, 0.35, 0.45, 0.55}

// llr is what the tally says, where the question is whether the photo shows
// the first or a third of their kind that is not registered: binomial, and never
// in favour, as it takes for granted that it is one of the three.
func (t tally) llr() float64 {
	likelihood := func(share float64) float64 {
		return math.Pow(share, float64(t.second)) * math.Pow(1-share, float64(t.first))
	}
	third := 0.0
	for _, share := range thirds {
		third += likelihood(share) / float64(len(thirds))
	}
	own := likelihood(bySecond)
	if own >= third {
		return 0
	}
	return max(math.Log10(own/third), -maxLLR)
}

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
