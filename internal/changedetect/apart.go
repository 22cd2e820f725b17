package changedetect

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Laid is a photo that was laid on a reference, and what a detector of kinds says of it.
type Laid struct {
	*Map
	Reference, Photo *imaging.Gray  // pixel upon pixel, the photo at half brightness
	Seen             []bool         // (H,W): the cell lies in the photo and under nothing known
	At               []planar.Point // (H,W): where the middle of the cell lies in the photo
}

// Apart says what a photo that was laid on two references shows where their forms differ,
// in the place, about as large as a word or an emblem, that has most of it. Contents that
// neither has say little, nor does what is hidden or blurred for both, nor what is blank
// in both.
type Apart struct {
	First, Second float64 // print of one that the other does not have
	Neither       float64 // other print where both have form
	Both          float64 // another form than either has, as the detector sees it on both
}

const (
	// shown is the correlation from which on a photo shows a window, and unlike the one below
	// which it shows another. leastGain is how much better one of two must agree there, as the
	// logarithm of what is left unexplained, to which noise adds leftOver. By eye, on drawn
	// documents of seed 1 (bench/kinds).
	shown, unlike       = 0.75, 0.5
	leastGain, leftOver = 0.4, 0.08
	// leastForm is the probability of form from which on a cell counts, and likelyForm that from
	// which on it tells how clear the photo is.
	leastForm, likelyForm = 0.1, 0.5
	// surelyShown is the correlation from which on a photo shows a window, whatever the
	// detector sees in it. If the median of the form lacks unclear of a correlation of 1, what
	// seems another form is the photo's noise; the less it lacks, the more counts. Both were
	// chosen on 105 drawn documents, seeds 1 and 3 of bench/kinds.
	surelyShown, unclear = 0.95, 0.2
)

// TellApart compares a photo with two references in every place that both have, each as
// well as it agrees nearby: where the two are alike, whatever blurs the photo blurs it for
// both.
func TellApart(a, b *Laid) Apart {
	first, second, neither, both := make([]float64, len(a.Logit)), make([]float64, len(a.Logit)), make([]float64, len(a.Logit)), make([]float64, len(a.Logit))
	same := a.sameCells(b)
	own, its := a.surelyForm(), b.surelyForm()
	var agree []float64
	for i, j := range same {
		if j < 0 || !a.Seen[i] || !b.Seen[j] || !a.Judged[i] && !b.Judged[j] {
			continue
		}
		form := own[i] * its[j]
		if form < leastForm {
			continue
		}
		shows, other, ok := a.agreements(b, i, j)
		if !ok {
			continue
		}
		best := max(shows, other)
		if best < surelyShown {
			both[i] = min(a.otherForm(i), b.otherForm(j)) * form
		}
		if form > likelyForm && a.Judged[i] && b.Judged[j] {
			agree = append(agree, best)
		}
		switch gain := math.Log((1 - other + leftOver) / (1 - shows + leftOver)); {
		case gain > leastGain && shows > shown && a.Judged[i] && shows < 1:
			first[i] = gain * form
		case gain < -leastGain && other > shown && b.Judged[j] && other < 1:
			second[i] = -gain * form
		case best < unlike && a.Judged[i] && b.Judged[j]:
			neither[i] = (1 - best) * form
		}
	}
	clear := 1.0
	if len(agree) > 0 {
		slices.Sort(agree)
		clear = max(0, 1-(1-agree[len(agree)/2])/unclear)
	}
	most := func(cells []float64) float64 { return most(cells, a.W, clusterSide) }
	return Apart{most(first), most(second), most(neither), clear * most(both)}
}

// agreements is how well the photo agrees with either reference in a cell of the first
// and the one of the second in the same place: the correlation, or 1 if both are blank.
func (l *Laid) agreements(other *Laid, i, j int) (own, its float64, ok bool) {
	at := other.pixelAt(l.At[i], j)
	a, here := windowAbout(l.Reference, Cell*(i%l.W)+Cell/2, Cell*(i/l.W)+Cell/2)
	b, there := windowAbout(other.Reference, int(math.Round(at.X)), int(math.Round(at.Y)))
	if !here || !there {
		return 0, 0, false
	}
	own, its = l.quick(&a), other.quick(&b)
	if min(own, its) >= alike {
		return own, its, true
	}
	if !a.isBlank(blankDeviation) {
		own = a.bestCorrelation(l.Photo)
	}
	if !b.isBlank(blankDeviation) {
		its = b.bestCorrelation(other.Photo)
	}
	return own, its, true
}

// quick is how well the photo agrees with a window of the reference in its place.
func (l *Laid) quick(w *window) float64 {
	if !w.isBlank(blankDeviation) {
		return max(0, w.correlation(l.Photo, 0, 0))
	}
	if photo, _ := windowAbout(l.Photo, w.x+windowSide/2, w.y+windowSide/2); photo.isBlank(blankPhoto / 2) { // at half brightness
		return 1
	}
	return 0
}

// surelyForm is how probable it is of each cell that neither its print nor that of its
// neighbours is contents.
func (l *Laid) surelyForm() []float64 {
	form := make([]float64, len(l.Filled))
	for i := range form {
		form[i] = 1
		x, y := i%l.W, i/l.W
		for v := max(0, y-1); v <= min(l.H-1, y+1); v++ {
			for u := max(0, x-1); u <= min(l.W-1, x+1); u++ {
				if k := v*l.W + u; l.Judged[k] {
					form[i] = min(form[i], 1-sigmoid(l.Filled[k]))
				}
			}
		}
	}
	return form
}

// Across maps the pixels of a reference to those of another that lie in the same place of
// the photo.
func (l *Laid) Across(other *Laid) func(planar.Point) (planar.Point, bool) {
	same := l.sameCells(other)
	return func(p planar.Point) (planar.Point, bool) {
		x, y := int(p.X)/Cell, int(p.Y)/Cell
		if x >= l.W || y >= l.H || same[y*l.W+x] < 0 {
			return p, false
		}
		at := other.pixelAt(l.At[y*l.W+x], same[y*l.W+x])
		kx, ky := float64(other.Reference.W)/float64(l.Reference.W), float64(other.Reference.H)/float64(l.Reference.H)
		return planar.Pt(at.X+kx*(p.X-float64(Cell*x+Cell/2)), at.Y+ky*(p.Y-float64(Cell*y+Cell/2))), true
	}
}

// pixelAt is the pixel of the reference that lies at a point of the photo, in cell j.
func (l *Laid) pixelAt(p planar.Point, j int) planar.Point {
	x, y := j%l.W, j/l.W
	middle := planar.Pt(float64(Cell*x+Cell/2), float64(Cell*y+Cell/2))
	if x == l.W-1 || y == l.H-1 {
		return middle
	}
	d := planar.Pt(p.X-l.At[j].X, p.Y-l.At[j].Y)
	u := planar.Pt((l.At[j+1].X-l.At[j].X)/Cell, (l.At[j+1].Y-l.At[j].Y)/Cell)
	v := planar.Pt((l.At[j+l.W].X-l.At[j].X)/Cell, (l.At[j+l.W].Y-l.At[j].Y)/Cell)
	det := u.X*v.Y - u.Y*v.X
	if det == 0 {
		return middle
	}
	return planar.Pt(middle.X+(d.X*v.Y-d.Y*v.X)/det, middle.Y+(u.X*d.Y-u.Y*d.X)/det)
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
		nearest, home := 0.75*0.75*side*side, at(p)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				for _, j := range places[place{home.x + dx, home.y + dy}] {
					dx, dy := other.At[j].X-p.X, other.At[j].Y-p.Y
					if d := dx*dx + dy*dy; d < nearest {
						nearest, same[i] = d, j
					}
				}
			}
		}
	}
	return same
}
