package changedetect

import (
	"math"
	"slices"

	"exemplar/internal/planar"
)

// Laid is what a detector of kinds says of a photo that was laid on a reference.
type Laid struct {
	*Map
	Seen []bool         // (H,W): the cell lies in the photo and under nothing known
	At   []planar.Point // (H,W): where the middle of the cell lies in the photo
}

// Apart says how far one photo, laid on two references of one family, shows the form of
// the first where that of the second is another, and the other way round: cells, in the
// place, about as large as a word or an emblem, that has most. Contents that neither has
// say nothing, nor does what is hidden or blurred for both.
func Apart(a, b *Laid) (first, second float64) {
	first, second = a.over(b)
	second2, first2 := b.over(a)
	return min(first, first2), min(second, second2)
}

// over is Apart in the cells of one.
func (l *Laid) over(other *Laid) (own, its float64) {
	mine, theirs := make([]float64, len(l.Logit)), make([]float64, len(l.Logit))
	for i, j := range l.sameCells(other) {
		if j < 0 || !l.Seen[i] || !other.Seen[j] {
			continue
		}
		here, there := l.differs(i), other.differs(j)
		mine[i] = (1 - here) * there * sigmoid(other.Form[j])
		theirs[i] = (1 - there) * here * sigmoid(l.Form[i])
	}
	return most(mine, l.W, clusterSide), most(theirs, l.W, clusterSide)
}

// differs is how probable it is that the photo shows other print in a cell; of blank
// paper nothing is known.
func (l *Laid) differs(i int) float64 {
	if !l.Judged[i] {
		return 0
	}
	return sigmoid(l.Logit[i])
}

// sameCells returns for every cell the one of the other reference that lies in the same
// place of the photo, or -1.
func (l *Laid) sameCells(other *Laid) []int {
	same := slices.Repeat([]int{-1}, len(l.At))
	if len(l.At) < 2 {
		return same
	}
	side := math.Hypot(l.At[1].X-l.At[0].X, l.At[1].Y-l.At[0].Y) // in the photo
	if !(side > 0) {
		return same
	}
	type place struct{ x, y int }
	at := func(p planar.Point) place { return place{int(math.Floor(p.X / side)), int(math.Floor(p.Y / side))} }
	places := make(map[place][]int, len(other.At))
	for j, p := range other.At {
		places[at(p)] = append(places[at(p)], j)
	}
	for i, p := range l.At {
		nearest, home := 0.75*side, at(p)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				for _, j := range places[place{home.x + dx, home.y + dy}] {
					if d := math.Hypot(other.At[j].X-p.X, other.At[j].Y-p.Y); d < nearest {
						nearest, same[i] = d, j
					}
				}
			}
		}
	}
	return same
}
