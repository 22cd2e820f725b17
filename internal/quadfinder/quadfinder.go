// Package quadfinder proposes where documents may lie in a picture, from straight
// edges alone. In comes a photo; out come at most 12 quadrilaterals, the likeliest
// first.
//
// Package recognise calls it for photos that local features do not explain. It
// rectifies each quadrilateral and looks it up by its embedding.
//
// lines.go finds edges and, by a Hough transform, straight lines; quadfinder.go
// joins lines to quadrilaterals, scores them, and drops near duplicates.
package quadfinder

import (
	"cmp"
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

const (
	// Side is the longer side, in pixels, of the picture in which outlines are
	// searched. At that size small print has vanished and edges of paper have not.
	Side = 256
	// maxQuads is the largest number of proposals. Each costs half a CPU-ms and a
	// search. Of 29 pages at 640 pixels, among 10,000 references, 8 are answered with
	// 8 proposals, 11 with 10, 12 with 12 and 13 with 16.
	maxQuads = 12
)

// Quads proposes where documents may lie in a picture, the likeliest first. The
// corners are in pixels of the picture, clockwise, and begin with the upper left one
// of the picture; which side of the document is up is not known. A picture whose
// shorter side is under 48/256 of its longer side has none.
func Quads(picture *imaging.Image) [][4]planar.Point {
	k := float64(Side) / float64(max(picture.W, picture.H))
	w, h := max(1, int(math.Round(k*float64(picture.W)))), max(1, int(math.Round(k*float64(picture.H))))
	if min(w, h) < minOutline {
		return nil
	}
	edges := findEdges(imaging.Resize(picture, w, h))
	var quads [][4]planar.Point
	for _, o := range outlines(edges.lines(), w, h) {
		if slices.ContainsFunc(quads, func(q [4]planar.Point) bool { return alike(&q, &o.corners) }) {
			continue
		}
		if quads = append(quads, o.corners); len(quads) == maxQuads {
			break
		}
	}
	sx, sy := float64(picture.W)/float64(w), float64(picture.H)/float64(h)
	for i := range quads {
		for j, p := range quads[i] {
			quads[i][j] = planar.Point{X: (p.X+0.5)*sx - 0.5, Y: (p.Y+0.5)*sy - 0.5}
		}
	}
	return quads
}

const (
	minOutline = 48 // pixels: least shorter side of the picture after scaling
	// alikeCorners is the mean distance of corners, as a share of Side, under which
	// two proposals count as one.
	alikeCorners = 0.05
)

func alike(a, b *[4]planar.Point) bool {
	sum := 0.0
	for i := range a {
		sum += math.Hypot(a[i].X-b[i].X, a[i].Y-b[i].Y)
	}
	return sum < 4*alikeCorners*Side
}

// outline is the quadrilateral that four lines bound, with its score.
type outline struct {
	corners [4]planar.Point // clockwise from the upper left
	score   float64
}

const (
	maxParallel = 40 * math.Pi / 180 // largest angle between opposite sides, which perspective causes
	minCrossing = 40 * math.Pi / 180 // least angle between neighbouring sides
	minSide     = 0.12               // least length of a side, as a share of Side
	beyond      = 0.06               // how far corners may lie outside the picture, as a share of Side
)

// outlines joins every two pairs of opposite sides to a quadrilateral, best score first.
func outlines(lines []line, w, h int) []outline {
	type pair struct{ a, b int }
	var pairs []pair
	for i := range lines {
		for j := range i {
			if lines[i].apart(&lines[j], w, h) {
				pairs = append(pairs, pair{i, j})
			}
		}
	}
	crossings := crossAll(lines, w, h)
	var found []outline
	for i, p := range pairs {
		for _, q := range pairs[:i] {
			if p.a == q.a || p.a == q.b || p.b == q.a || p.b == q.b {
				continue
			}
			if o, ok := join(lines, crossings, [4]int{p.a, q.a, p.b, q.b}, w, h); ok {
				found = append(found, o)
			}
		}
	}
	slices.SortFunc(found, func(a, b outline) int { return cmp.Compare(b.score, a.score) })
	return found
}

// apart says whether two lines may be opposite sides: they are nearly parallel, and
// far enough from each other near the middle of the picture.
func (l *line) apart(m *line, w, h int) bool {
	if math.Abs(math.Remainder(l.angle-m.angle, math.Pi)) > maxParallel {
		return false
	}
	x, y := float64(w)/2, float64(h)/2
	here, there := l.distance(x, y), m.distance(x, y)
	if math.Cos(l.angle-m.angle) < 0 { // the normals point in opposite directions
		there = -there
	}
	return math.Abs(here-there) > minSide*Side
}

// crossing is the intersection of two lines: the point, and its position t along the
// first line. ok says that a document may have a corner there.
type crossing struct {
	at planar.Point
	t  float64
	ok bool
}

func crossAll(lines []line, w, h int) [][]crossing {
	all := make([][]crossing, len(lines))
	for i := range lines {
		all[i] = make([]crossing, len(lines))
		for j := range lines {
			if i == j {
				continue
			}
			c := lines[i].cross(&lines[j])
			c.ok = c.ok && c.at.X >= -beyond*Side && c.at.Y >= -beyond*Side &&
				c.at.X <= float64(w)+beyond*Side && c.at.Y <= float64(h)+beyond*Side
			all[i][j] = c
		}
	}
	return all
}

// join makes a quadrilateral of four lines in cyclic order and scores it. The score
// rises with the share of the sides that is edge (the worst side counts extra) and with
// the size, since print has frames too. It falls with edges that continue past the
// corners.
func join(lines []line, crossings [][]crossing, side [4]int, w, h int) (outline, bool) {
	var o outline
	for i := range side {
		c := &crossings[side[i]][side[(i+1)%4]]
		if !c.ok {
			return o, false
		}
		o.corners[i] = c.at
	}
	mean, worst := 0.0, 1.0
	var spans [4][2]float64
	for i := range side {
		t0 := crossings[side[i]][side[(i+3)%4]].t
		t1 := crossings[side[i]][side[(i+1)%4]].t
		t0, t1 = min(t0, t1), max(t0, t1)
		if t1-t0 < minSide*Side {
			return o, false
		}
		s := lines[side[i]].support(t0, t1)
		mean, worst = mean+s/4, min(worst, s)
		spans[i] = [2]float64{t0, t1}
	}
	if mean < minSupport || worst < minWorst {
		return o, false
	}
	past := 0.0
	for i, span := range spans {
		l := &lines[side[i]]
		past += (l.support(span[0]-pastCorner, span[0]-2) + l.support(span[1]+2, span[1]+pastCorner)) / 8
	}
	area, convex := o.orderCorners()
	size := math.Sqrt(math.Sqrt(area / float64(w*h)))
	o.score = (mean + worst/4 - pastWeight*past) * size
	return o, convex
}

// Constants of the score: of the values tried on simulated photos, those that found
// most documents.
const (
	pastCorner = 12.0 // pixels past a corner in which edges count against the outline
	pastWeight = 0.7  // weight of such edges
	minSupport = 0.5  // least mean share of the sides that is edge
	minWorst   = 0.1  // the same of the worst side
)

// orderCorners orders the corners clockwise from the upper left and returns the area;
// convex is false where sides cross or a corner points inwards.
func (o *outline) orderCorners() (area float64, convex bool) {
	q := &o.corners
	turns := 0
	for i := range q {
		a, b, c := q[i], q[(i+1)%4], q[(i+2)%4]
		t := (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X)
		area += t / 4
		if t > 0 {
			turns++
		}
	}
	if turns != 0 && turns != 4 {
		return 0, false
	}
	if turns == 0 {
		slices.Reverse(q[:])
	}
	first := 0
	for i, p := range q {
		if p.X+p.Y < q[first].X+q[first].Y {
			first = i
		}
	}
	*q = [4]planar.Point{q[first], q[(first+1)%4], q[(first+2)%4], q[(first+3)%4]}
	return math.Abs(area), true
}
