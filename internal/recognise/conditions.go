package recognise

import (
	"math"
	"slices"

	"exemplar/internal/changedetect"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/planar"
	"exemplar/internal/scoremodel"
)

// Condition is a state in which a document was seen.
type Condition struct {
	Kind  condition.Kind
	Share float64  // of the document
	Where []Change // the places; none where it is the whole document
	Sure  bool     // the evidence is strong enough to say it
}

// Conditions says in what state the photo shows a reference that was found in it, and
// with what it is compared by. It looks once, when it is first asked for.
func (p *Photo) Conditions(r *Reference, f *Found) ([]Condition, condition.Seen) {
	if f.state == nil {
		conditions, seen := p.lookAtState(r, f)
		f.state = &lookedAt{conditions, seen}
	}
	return slices.Clone(f.state.conditions), f.state.seen
}

// lookedAt is what [Photo.Conditions] says.
type lookedAt struct {
	conditions []Condition
	seen       condition.Seen
}

func (p *Photo) lookAtState(r *Reference, f *Found) ([]Condition, condition.Seen) {
	laid := f.rectified
	if laid == nil { // of a find that nothing was looked for in
		rectified := f.Rectify(p.probe, changedetect.Cell)
		laid = &rectified
	}
	w, h := float64(laid.Reference.W), float64(laid.Reference.H)
	rw, rh := r.Size()
	sent := [4]planar.Point{}
	for i, corner := range f.Quad {
		sent[i] = p.AsSent(corner)
	}
	at := func(q planar.Point) planar.Point { return laid.At(planar.Point{X: q.X*w - 0.5, Y: q.Y*h - 0.5}) }
	var print func(x, y float64) condition.Print
	grows := false
	if f.rectified != nil {
		print = f.printAt
		if grows = r.isStrip(f.seenKinds()); grows {
			if f.ForDecision == nil { // of a reference that was only laid on another
				p.gatherEvidence(r, f)
			}
			grows = decide.IsOtherCopy(f.ForDecision)
		}
	}
	seen := condition.Look(&condition.Pair{
		Reference: r.colors, Photo: p.picture, Halves: p.halves, At: at, Fine: laid.Reference, Laid: laid.Photo, Print: print, Outlines: r.outlines, Grows: grows,
		Length: longest(&sent), ReferenceLength: float64(max(rw, rh)),
	})
	var all []Condition
	for _, c := range seen.Conditions {
		found := Condition{Kind: c.Kind, Share: c.Share, Sure: c.Sure}
		for _, where := range c.Where {
			var place Change
			for i, corner := range [4]planar.Point{{X: where.Left, Y: where.Top}, {X: where.Right, Y: where.Top}, {X: where.Right, Y: where.Bottom}, {X: where.Left, Y: where.Bottom}} {
				place.Photo[i] = at(corner)
				place.Reference[i] = planar.Point{X: corner.X*float64(rw) - 0.5, Y: corner.Y*float64(rh) - 0.5}
			}
			found.Where = append(found.Where, place)
		}
		all = append(all, found)
	}
	return all, seen
}

// printAt is what is known of the print at a place, in shares of the reference.
func (f *Found) printAt(x, y float64) condition.Print {
	kinds := f.seenKinds()
	i := min(kinds.H-1, int(y*float64(kinds.H)))*kinds.W + min(kinds.W-1, int(x*float64(kinds.W)))
	return condition.Print{Judged: kinds.Judged[i], Contents: kinds.Filled[i] > 0, Other: kinds.Logit[i] > 0}
}

// illegible says why contents cannot be read in a document seen in conditions.
func illegible(seen []Condition) scoremodel.Illegible {
	for _, c := range seen {
		switch {
		case c.Kind == condition.TooSmall && c.Sure:
			return scoremodel.TooSmall
		case c.Kind == condition.Blurred && c.Sure:
			return scoremodel.Blurred
		}
	}
	return ""
}

// longest is the mean length of the two sides of a quad that are longer than the others.
func longest(q *[4]planar.Point) float64 {
	length := func(i int) float64 { return math.Hypot(q[i].X-q[(i+1)%4].X, q[i].Y-q[(i+1)%4].Y) }
	return max(length(0)+length(2), length(1)+length(3)) / 2
}
