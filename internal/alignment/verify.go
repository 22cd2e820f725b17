package alignment

import (
	"exemplar/internal/features"
	"exemplar/internal/planar"
)

// Evidence is what speaks for a probe showing a reference.
type Evidence struct {
	Located bool
	Fine    bool // found, or looked for in vain, at the fine scale
	Fit          // in pixels of the probe and of the reference's picture
	Comparison
}

const (
	// strongCoverage is a spread of inliers that needs no look at the fine scale,
	// unless the document is smaller than smallArea of the photo. By eye.
	strongCoverage = 1.0 / 3
	smallArea      = 0.2
	// mostOfProbe is the share of a photo that a document takes up at least if no other one
	// that is to be found at the fine scale alone lies beside it. By eye.
	mostOfProbe = 0.5
)

// Verify looks for the reference in the probe, at the fine scale too where the coarse
// one does not convince, and compares the two.
func Verify(p *Probe, r *Reference) Evidence {
	e := VerifyCoarsely(p, r)
	if e.convincing(p) {
		return e
	}
	fine := verify(p, p.fine(), r, r.fine())
	fine.Fine = true
	if e.Located && (!fine.Located || e.Score() > fine.Score()) {
		e.Fine = true
		return e
	}
	return fine
}

// Fills says that the evidence needs no look at the fine scale, and that little of the probe is
// left for anything else.
func (e *Evidence) Fills(p *Probe) bool {
	return e.convincing(p) && QuadArea(&e.Quad) >= mostOfProbe*float64(p.w*p.h)
}

// VerifyCoarsely is Verify at the coarse scale alone.
func VerifyCoarsely(p *Probe, r *Reference) Evidence {
	return verify(p, p.coarse(), r, r.features)
}

func (e *Evidence) convincing(p *Probe) bool {
	return e.Located && e.Coverage >= strongCoverage && QuadArea(&e.Quad) >= smallArea*float64(p.w*p.h)
}

// QuadArea is the area of a quad; below 0 if its corners go counterclockwise.
func QuadArea(q *[4]planar.Point) float64 {
	return (turn(q[0], q[1], q[2]) + turn(q[0], q[2], q[3])) / 2
}

// Locate is VerifyCoarsely without the comparison.
func Locate(p *Probe, r *Reference) (Fit, bool) {
	return locateAs(p, p.coarse(), r, r.features)
}

// locateAs fits given features of the two, and returns the fit in pixels of the
// probe and of the reference's picture.
func locateAs(p *Probe, probe *features.Searchable, r *Reference, ref *features.Features) (Fit, bool) {
	fit, ok := locate(ref, probe)
	if !ok {
		return Fit{}, false
	}
	fit.rescale(
		resizing(r.picture.W, r.picture.H, ref.W, ref.H),
		resizing(probe.W, probe.H, p.w, p.h),
	)
	fit.Quad = quadOf(&fit.H, r.picture.W, r.picture.H)
	return fit, true
}

func verify(p *Probe, probe *features.Searchable, r *Reference, ref *features.Features) Evidence {
	fit, ok := locateAs(p, probe, r, ref)
	if !ok {
		return Evidence{}
	}
	return Evidence{Located: true, Fit: fit, Comparison: compare(p.photo(), r.pyramid, &fit.H, fit.bend)}
}

// rescale changes the units of the map's two sides.
func (f *Fit) rescale(before, after planar.Homography) {
	m := f.H.Multiply(&before)
	f.H = after.Multiply(&m)
	f.Residual *= after[0]
}

// resizing maps pixels of a picture to those of the same picture at another
// size.
func resizing(fromW, fromH, toW, toH int) planar.Homography {
	return planar.Resizing(float64(toW)/float64(fromW), float64(toH)/float64(fromH))
}

// Score orders evidence, in [0, 1]: by how much of the reference agrees, and by how
// well it agrees where it does so least, which tells look-alikes apart. It is lower
// where few blocks are compared or the inliers are huddled.
func (e *Evidence) Score() float64 {
	if !e.Located || e.Comparable == 0 {
		return 0
	}
	compared := float64(e.Comparable)
	enough := min(1, compared/enoughComparable, compared/(enoughShare*float64(len(e.Blocks))))
	spread := min(1, 0.5+e.Coverage)
	agreement := (e.LocallyConsistent + max(0, e.CorrelationP10-chanceP10)) / (2 - chanceP10)
	return agreement * enough * spread
}

const (
	// enoughComparable blocks, and enoughShare of all, say as much as all of them. By
	// eye.
	enoughComparable = 12
	enoughShare      = 0.5
	// chanceP10 is a CorrelationP10 that chance reaches too: a tenth of the blocks
	// may well be covered. By eye.
	chanceP10 = 0.4
)
