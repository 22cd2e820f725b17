package alignment

import (
	"math"

	"exemplar/internal/features"
	"exemplar/internal/planar"
)

// cellGrid is the number of columns and rows of the raster on which the spread of the
// inliers is measured.
const cellGrid = 6

// Fit is where a reference lies in a probe.
type Fit struct {
	H        planar.Homography // reference pixels to probe pixels
	Quad     [4]planar.Point   // the reference's corners in the probe, clockwise from its top left
	Inliers  int               // distinct points that agree
	Cells    int               // of the reference's 6 x 6 cells, those with an inlier
	Coverage float64           // share of those of its cells that have features
	Residual float64           // root mean square distance of the inliers, probe pixels
	Matches  int               // mutual nearest neighbours that agree in scale and turn

	bend *quadraticField // beyond H, in pixels of the reference's features; nil where it is flat
}

// locate fits the features of the reference to those of the probe. It returns false
// where they do not lie anywhere as one flat thing would.
func locate(ref *features.Features, probe *features.Searchable) (Fit, bool) {
	matches := filterByScaleAndRotation(ref, probe.Features, features.MutualNearest(ref, probe))
	if len(matches) < minInliers {
		return Fit{}, false
	}
	from, to := make([]planar.Point, len(matches)), make([]planar.Point, len(matches))
	for i, m := range matches {
		r, p := &ref.Points[m.Ref], &probe.Points[m.Probe]
		from[i] = planar.Pt(float64(r.X), float64(r.Y))
		to[i] = planar.Pt(float64(p.X), float64(p.Y))
	}
	c := newCorrespondences(from, to)
	m, ok := c.fit()
	if !ok {
		return Fit{}, false
	}
	f := Fit{H: c.inPixels(&m.h), Matches: len(matches)}
	f.Quad = quadOf(&f.H, ref.W, ref.H)
	if !f.possible(ref, probe.Features) {
		return Fit{}, false
	}
	f.count(ref, probe.Features, matches)
	if f.Matches-f.Inliers >= bendMore {
		f.bend = bendOf(ref, probe.Features, matches, &f.H)
	}
	return f, f.Inliers >= minInliers
}

// inPixels undoes the normalisation.
func (c *correspondences) inPixels(h *planar.Homography) planar.Homography {
	inverse, _ := c.toRef.Inverse()
	h2 := h.Multiply(&inverse)
	out := c.toProbe.Multiply(&h2)
	for i := range out {
		out[i] /= out[8]
	}
	return out
}

// corners of a w x h picture, clockwise from the top left.
func corners(w, h int) [4]planar.Point {
	return planar.Rectangle(-0.5, -0.5, float64(w)-0.5, float64(h)-0.5)
}

func quadOf(h *planar.Homography, w, h2 int) [4]planar.Point {
	quad := corners(w, h2)
	for i, p := range quad {
		quad[i] = h.Apply(p)
	}
	return quad
}

const (
	minQuadSide  = 12.0 // pixels: below it nothing could have been recognised
	maxQuadArea  = 30.0 // in areas of the probe
	maxSideRatio = 6.0  // of opposite sides, or of the aspect before and after
)

// possible says whether the quad can be the picture of a document: in front of
// the camera, convex, not mirrored, neither a speck nor a sliver.
func (f *Fit) possible(ref, probe *features.Features) bool {
	for _, p := range corners(ref.W, ref.H) {
		if !(f.H.Depth(p) > 0) {
			return false
		}
	}
	area := 0.0
	var side [4]float64
	for i := range f.Quad {
		a, b, c := f.Quad[i], f.Quad[(i+1)%4], f.Quad[(i+2)%4]
		t := turn(a, b, c)
		if !(t > 0) {
			return false
		}
		area += t / 4
		side[i] = math.Hypot(b.X-a.X, b.Y-a.Y)
		if side[i] < minQuadSide {
			return false
		}
	}
	aspect := (side[0] + side[2]) / (side[1] + side[3]) * float64(ref.H) / float64(ref.W)
	return area < maxQuadArea*float64(probe.W*probe.H) &&
		within(side[0]/side[2], maxSideRatio) && within(side[1]/side[3], maxSideRatio) && within(aspect, maxSideRatio)
}

func within(ratio, limit float64) bool { return ratio < limit && ratio > 1/limit }

const (
	maxTurnError  = 40 * math.Pi / 180
	maxScaleError = 2.0
)

// count finds the inliers: matches that are near, and turned and scaled as the map
// says. Features at the same position (two directions of one point) count once.
func (f *Fit) count(ref, probe *features.Features, matches []features.Match) {
	var cells [cellGrid * cellGrid]bool
	seenRef, seenProbe := map[[2]int]bool{}, map[[2]int]bool{}
	squares := 0.0
	for _, m := range matches {
		r, p := &ref.Points[m.Ref], &probe.Points[m.Probe]
		d2, ok := f.agrees(r, p)
		if !ok {
			continue
		}
		rk, pk := position(r), position(p)
		if seenRef[rk] || seenProbe[pk] {
			continue
		}
		seenRef[rk], seenProbe[pk] = true, true
		f.Inliers++
		squares += d2
		cells[cellOf(ref, r)] = true
	}
	for _, c := range cells {
		if c {
			f.Cells++
		}
	}
	f.Coverage = float64(f.Cells) / float64(max(1, usableCells(ref)))
	f.Residual = math.Sqrt(squares / max(1, float64(f.Inliers)))
}

func cellOf(f *features.Features, p *features.Feature) int {
	x, y := int(p.X)*cellGrid/f.W, int(p.Y)*cellGrid/f.H
	return min(cellGrid-1, y)*cellGrid + min(cellGrid-1, x)
}

// minCellFeatures is how many features make a cell of a reference count.
const minCellFeatures = 4

// usableCells is the number of cells in which inliers can be expected.
func usableCells(f *features.Features) (n int) {
	var count [cellGrid * cellGrid]int
	for i := range f.Points {
		c := cellOf(f, &f.Points[i])
		count[c]++
		if count[c] == minCellFeatures {
			n++
		}
	}
	return n
}

func position(p *features.Feature) [2]int { return [2]int{int(p.X / 2), int(p.Y / 2)} }

// agrees says whether two features correspond under the map, and the square of
// their distance.
func (f *Fit) agrees(r, p *features.Feature) (squared float64, ok bool) {
	at := planar.Pt(float64(r.X), float64(r.Y))
	q := f.H.Apply(at)
	dx, dy := q.X-float64(p.X), q.Y-float64(p.Y)
	squared = dx*dx + dy*dy
	if squared > inlierResidual*inlierResidual {
		return squared, false
	}
	ux, uy, vx, vy := f.H.Jacobian(at)
	scale := math.Sqrt(math.Abs(ux*vy-uy*vx)) * float64(r.Scale) / float64(p.Scale)
	sin, cos := math.Sincos(float64(r.Angle))
	turned := math.Atan2(vx*cos+vy*sin, ux*cos+uy*sin) - float64(p.Angle)
	turned = math.Abs(math.Remainder(turned, 2*math.Pi))
	return squared, turned < maxTurnError && within(scale, maxScaleError)
}
