package alignment

import (
	"math"

	"exemplar/internal/features"
	"exemplar/internal/planar"
)

// Paper that is bent lies on one flat map in one part only. The features of the other parts
// agree with each other, and with a map that changes smoothly from part to part: it grows
// from the flat part outwards, and says where the comparison is to begin. Blocks alone find
// their place no further than they look for it.

const (
	// bendReach is how far from the flat map features may lie, and bendTolerance how far from
	// what those already found say: shares of the reference's longer side. By eye.
	bendReach, bendTolerance = 0.2, 0.015
	bendSteps                = 10
	// bendGain is how many times as many features must agree as on the flat map, and
	// bendMore how many more: false matches make a few agree with anything. By eye.
	bendGain, bendMore = 1.25, 12
	// bentPasses over the smallest picture of the reference: each carries what agrees on
	// into the blocks beside it. By eye, on bent tickets and notes.
	bentPasses = 3
	// bendRidge keeps the quadratic at rest where no features hold it.
	bendRidge = 0.3
)

// displaced is a match as it is seen from the flat map.
type displaced struct {
	basis  [6]float64
	dx, dy float64 // pixels of the reference's features
}

// bendOf returns how the paper is bent beyond the map h, by features that do not lie on it;
// nil where too few say so. The field is in pixels of the reference's features.
func bendOf(ref, probe *features.Features, matches []features.Match, h *planar.Homography) *quadraticField {
	back, ok := h.Inverse()
	if !ok {
		return nil
	}
	long := float64(max(ref.W, ref.H))
	f := quadraticField{w: float64(ref.W), h: float64(ref.H)}
	var all []displaced
	seen := map[[2]int]bool{} // a point may have features of two directions
	for _, m := range matches {
		r, p := &ref.Points[m.Ref], &probe.Points[m.Probe]
		q := back.Apply(planar.Pt(float64(p.X), float64(p.Y)))
		d := displaced{f.basis(float64(r.X), float64(r.Y)), q.X - float64(r.X), q.Y - float64(r.Y)}
		if at := position(r); !seen[at] && math.Hypot(d.dx, d.dy) < bendReach*long {
			seen[at] = true
			all = append(all, d)
		}
	}
	flat, found := f.agreeing(all, bendTolerance*long), 0
	for range bendSteps {
		n := f.refit(all, bendTolerance*long)
		if n <= found {
			break
		}
		found = n
	}
	if found = f.agreeing(all, bendTolerance*long); float64(found) < bendGain*float64(flat) || found < flat+bendMore {
		return nil
	}
	return &f
}

func (f *quadraticField) misses(d *displaced) float64 {
	x, y := f.sum(&d.basis)
	return math.Hypot(d.dx-x, d.dy-y)
}

// agreeing counts the matches that lie where f says.
func (f *quadraticField) agreeing(all []displaced, tolerance float64) int {
	n := 0
	for i := range all {
		if f.misses(&all[i]) < tolerance {
			n++
		}
	}
	return n
}

// refit fits f to the matches that lie where it says, and returns their number.
func (f *quadraticField) refit(all []displaced, tolerance float64) int {
	var x, y quadraticSystem
	n := 0
	for i := range all {
		if d := &all[i]; f.misses(d) < tolerance {
			x.add(&d.basis, d.dx, 1)
			y.add(&d.basis, d.dy, 1)
			n++
		}
	}
	for i := range 6 {
		x.a[i][i] += bendRidge
		y.a[i][i] += bendRidge
	}
	f.x, f.y = x.solve(), y.solve()
	return n
}

// begin returns the deformation that the smallest picture of a reference shows, of those by
// which it is compared at level at. Where features say how the paper is bent, it looks both
// from there on and from the flat map, and keeps what agrees better.
func (s *searcher) begin(l *pyramid, at int, h *planar.Homography, bend *quadraticField) *deformation {
	r := l.levels[min(at+deformationSteps, len(l.levels)-1)]()
	onto := l.onto(r, h)
	if bend == nil {
		deformed, _ := s.settle(r, &onto, nil, 1)
		return deformed
	}
	flat, agrees := s.settle(r, &onto, nil, bentPasses)
	b, more := s.settle(r, &onto, bent(bend, r.w, r.h), bentPasses)
	if more < agrees {
		return flat
	}
	return b
}

// settle refines a deformation, which may be nil, by passes over r, and returns how well the
// blocks agreed in the last one.
func (s *searcher) settle(r *referenceLevel, onto *planar.Homography, b *deformation, passes int) (_ *deformation, agrees float32) {
	for range passes {
		blocks := s.search(r, &warp{h: *onto, deformation: b})
		agrees = 0
		for i := range blocks {
			agrees += max(0, blocks[i].Correlation)
		}
		b = b.refined(blocks, r.w, r.h)
	}
	return b, agrees
}

// bent is the deformation by a field alone.
func bent(f *quadraticField, w, h int) *deformation {
	if f == nil {
		return nil
	}
	b := &deformation{quadraticField: *f, bent: true, columns: w/blockSide + 2, rows: h/blockSide + 2, stepX: blockSide, stepY: blockSide}
	b.quadraticField.resize(w, h)
	b.nodes = make([][2]float32, b.columns*b.rows)
	return b
}
