package alignment

import (
	"exemplar/internal/features"
	"exemplar/internal/planar"
)

// Pair is a point of a reference and the point of a photo that shows it.
type Pair struct {
	Reference planar.Point // pixels of the reference's picture, see [Reference.Picture]
	Photo     planar.Point // pixels of the photo
}

// Pairs returns the points that agree under the map of located evidence, for people
// to see; they are matched once more. Evidence that is not located has none.
func Pairs(p *Probe, r *Reference, e *Evidence) []Pair {
	if !e.Located {
		return nil
	}
	probe, ref := p.coarse(), r.features
	if e.Fine {
		probe, ref = p.fine(), r.fine()
	}
	fit := e.Fit
	fit.rescale(
		resizing(ref.W, ref.H, r.picture.W, r.picture.H),
		resizing(p.w, p.h, probe.W, probe.H),
	)
	toPicture := resizing(ref.W, ref.H, r.picture.W, r.picture.H)
	toPhoto := resizing(probe.W, probe.H, p.w, p.h)
	var pairs []Pair
	seen := map[[2]int]bool{} // a point may have features of two directions
	for _, m := range features.MutualNearest(ref, probe) {
		from, to := &ref.Points[m.Ref], &probe.Points[m.Probe]
		if _, ok := fit.agrees(from, to); !ok || seen[position(from)] {
			continue
		}
		seen[position(from)] = true
		pairs = append(pairs, Pair{
			Reference: toPicture.Apply(planar.Pt(float64(from.X), float64(from.Y))),
			Photo:     toPhoto.Apply(planar.Pt(float64(to.X), float64(to.Y))),
		})
	}
	return pairs
}

// BlockCorners returns the corners of each block of the evidence, clockwise from the
// top left, in pixels of the reference's picture. (A block itself counts in pixels of
// the level that was compared.)
func BlockCorners(r *Reference, e *Evidence) [][4]planar.Point {
	quads := make([][4]planar.Point, len(e.Blocks))
	if len(quads) == 0 {
		return quads
	}
	l := r.pyramid
	c := l.levels[l.levelFor(&e.H)]()
	toPicture := resizing(c.w, c.h, l.w, l.h)
	for i, b := range e.Blocks {
		quads[i] = corners(blockSide, blockSide)
		for j, p := range quads[i] {
			quads[i][j] = toPicture.Apply(planar.Pt(p.X+float64(b.X), p.Y+float64(b.Y)))
		}
	}
	return quads
}

// Dismiss leaves out blocks of the evidence because something is known to lie upon
// them, and judges the others anew.
func Dismiss(e *Evidence, hidden func(block int) bool) {
	any := false
	for i := range e.Blocks {
		b := &e.Blocks[i]
		if b.comparable && hidden(i) {
			b.comparable, b.hidden, b.State, any = false, true, NotComparable, true
		}
	}
	if !any {
		return
	}
	e.Comparison = Comparison{Blocks: e.Blocks, level: e.level, warp: e.warp, found: e.found}
	e.judge(e.level.w, e.level.h)
}
