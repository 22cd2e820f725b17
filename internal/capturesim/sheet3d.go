package capturesim

import (
	"math"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// sheet3D is a sheet of paper in the plane of the scene, or bent out of it. Its longer
// side is size units of the plane.
type sheet3D struct {
	src        *Source
	w, h       float64 // sides as shares of the longer one
	x, y       float64 // of its centre
	turn, size float64
	bend       *bend
	round      float64 // radius of the corners, units
	paper      []byte  // how much there is of each pixel of src; nil for all
}

// cardRatio is the aspect ratio of ISO/IEC 7810 ID-1 cards, cardRadius the radius of
// their corners (3.18 mm) as a share of the longer side.
const (
	cardRatio  = 85.60 / 53.98
	cardRadius = 3.18 / 85.60
)

func newSheet3D(m *imaging.Image) *sheet3D {
	w, h := float64(m.W), float64(m.H)
	long := max(w, h)
	d := &sheet3D{src: NewSource(m), w: w / long, h: h / long, size: 1}
	if ratio := long / min(w, h); math.Abs(ratio-cardRatio) < 0.02 {
		d.round = cardRadius
	}
	return d
}

// toWorld maps the sheet's own coordinates to the plane's.
func (d *sheet3D) toWorld(x, y float64) (float64, float64) {
	c, s := math.Cos(d.turn)*d.size, math.Sin(d.turn)*d.size
	return d.x + c*x - s*y, d.y + s*x + c*y
}

// place returns where in the photo a point is seen, given in the sheet's own coordinates.
func (d *sheet3D) place(v *placedCamera, x, y float64) planar.Point {
	z := 0.0
	if d.bend != nil {
		z, _ = d.bend.at(clampTo(x, d.w/2), clampTo(y, d.h/2))
	}
	wx, wy := d.toWorld(x, y)
	return v.project(wx, wy, z)
}

func clampTo(x, most float64) float64 { return max(-most, min(most, x)) }

// quad returns where the corners are seen.
func (d *sheet3D) quad(v *placedCamera) [4]planar.Point {
	q := planar.Rectangle(-d.w/2, -d.h/2, d.w/2, d.h/2)
	for i, p := range q {
		q[i] = d.place(v, p.X, p.Y)
	}
	return q
}

// fromPhoto returns the map from the photo to the flat sheet.
func (d *sheet3D) fromPhoto(v *placedCamera) planar.Homography {
	c, s := math.Cos(d.turn)/d.size, math.Sin(d.turn)/d.size
	return then(v.toPlane, planar.Homography{c, s, -c*d.x - s*d.y, -s, c, s*d.x - c*d.y, 0, 0, 1})
}

// find returns the coordinates on the sheet of the point that is seen at p. It starts
// with the flat sheet and corrects for the bend by fixed-point iteration.
func (d *sheet3D) find(v *placedCamera, inverse planar.Homography, p planar.Point) planar.Point {
	q := inverse.Apply(p)
	if d.bend == nil {
		return q
	}
	target := p
	for range 6 {
		seen := d.place(v, q.X, q.Y)
		target = planar.Pt(target.X+p.X-seen.X, target.Y+p.Y-seen.Y)
		q = inverse.Apply(target)
	}
	return q
}

// gridStep is the distance, in pixels, between the points at which the map is computed.
// Between them it is interpolated.
const gridStep = 8

// render draws the sheet into the photo. mask, unless nil, receives the coverage of each
// pixel.
func (s *scene) render(d *sheet3D, mask []byte) {
	x0, y0, x1, y1 := s.extent(d)
	inverse := d.fromPhoto(&s.view)
	lightX, lightY := math.Cos(s.r.angle()), s.r.between(0.3, 1)
	for y := y0; y < y1; y += gridStep {
		left := [2]planar.Point{d.find(&s.view, inverse, planar.Pt(float64(x0), float64(y))), d.find(&s.view, inverse, planar.Pt(float64(x0), float64(y+gridStep)))}
		for x := x0; x < x1; x += gridStep {
			right := [2]planar.Point{d.find(&s.view, inverse, planar.Pt(float64(x+gridStep), float64(y))), d.find(&s.view, inverse, planar.Pt(float64(x+gridStep), float64(y+gridStep)))}
			shade := 1.0
			if d.bend != nil {
				_, slope := d.bend.at(clampTo(left[0].X, d.w/2), clampTo(left[0].Y, d.h/2))
				_, next := d.bend.at(clampTo(right[1].X, d.w/2), clampTo(right[1].Y, d.h/2))
				shade += 0.35 * lightX * lightY * (slope + next) / 2
			}
			s.cell(d, x, y, [4]planar.Point{left[0], right[0], right[1], left[1]}, uint64(max(60, min(180, shade*128))), mask)
			left = right
		}
	}
}

// extent returns a rectangle of pixels that contains the sheet.
func (s *scene) extent(d *sheet3D) (x0, y0, x1, y1 int) {
	lo, hi := planar.Pt(1e9, 1e9), planar.Pt(-1e9, -1e9)
	const n = 8 // bent edges reach further than the corners
	for i := range n + 1 {
		for j := range n + 1 {
			p := d.place(&s.view, d.w*(float64(i)/n-0.5), d.h*(float64(j)/n-0.5))
			lo = planar.Pt(min(lo.X, p.X), min(lo.Y, p.Y))
			hi = planar.Pt(max(hi.X, p.X), max(hi.Y, p.Y))
		}
	}
	limit := func(v float64, n int) int { return int(max(0, min(float64(n), v))) }
	return limit(lo.X-4, s.out.w), limit(lo.Y-4, s.out.h), limit(hi.X+5, s.out.w), limit(hi.Y+5, s.out.h)
}

// cell draws one cell of the grid, given the sheet's coordinates at its
// corners.
func (s *scene) cell(d *sheet3D, x, y int, q [4]planar.Point, shade uint64, mask []byte) {
	if lo, hi := bounds(q); hi.X < -d.w/2 || lo.X > d.w/2 || hi.Y < -d.h/2 || lo.Y > d.h/2 || hi.X-lo.X > 1 || hi.Y-lo.Y > 1 {
		return // outside, or past the horizon
	}
	perUnit := float64(max(d.src.img.W, d.src.img.H))
	step := math.Sqrt(math.Abs((q[2].X-q[0].X)*(q[3].Y-q[1].Y)-(q[2].Y-q[0].Y)*(q[3].X-q[1].X))/2) / gridStep
	level, kx, ky := d.src.level(step * perUnit)
	kx, ky = kx*perUnit, ky*perUnit
	for j := range min(gridStep, s.out.h-y) {
		t := middle(j) / gridStep
		a := planar.Pt(q[0].X+(q[3].X-q[0].X)*t, q[0].Y+(q[3].Y-q[0].Y)*t)
		b := planar.Pt(q[1].X+(q[2].X-q[1].X)*t, q[1].Y+(q[2].Y-q[1].Y)*t)
		du, dv := (b.X-a.X)/gridStep, (b.Y-a.Y)/gridStep
		u, v := a.X+du/2, a.Y+dv/2
		for i := range min(gridStep, s.out.w-x) {
			if cover := d.cover(u, v, step) * d.left(u, v); cover > 0 {
				at := (y+j)*s.out.w + x + i
				px := level.sample(limitTo(fromFirst((u+d.w/2)*kx), level.w), limitTo(fromFirst((v+d.h/2)*ky), level.h))
				s.out.px[at] = lerp(s.out.px[at], gained(px, shade), uint64(cover*256))
				if mask != nil {
					mask[at] = byte(cover * 255)
				}
			}
			u, v = u+du, v+dv
		}
	}
}

func limitTo(x float64, n int) float64 { return max(0, min(float64(n-1), x)) }

// cover returns the share of a pixel at (u, v), step wide, that the sheet covers.
func (d *sheet3D) cover(u, v, step float64) float64 {
	// Signed distance to a rectangle with round corners.
	dx, dy := math.Abs(u)-d.w/2+d.round, math.Abs(v)-d.h/2+d.round
	distance := max(dx, dy) - d.round
	if dx > 0 && dy > 0 {
		distance = math.Hypot(dx, dy) - d.round
	}
	return max(0, min(1, 0.5-distance/step))
}

// left returns how much of the paper there is at a place.
func (d *sheet3D) left(u, v float64) float64 {
	if d.paper == nil {
		return 1
	}
	w, h := d.src.img.W, d.src.img.H
	long := float64(max(w, h))
	x, y := limitTo((u+d.w/2)*long, w), limitTo((v+d.h/2)*long, h)
	return float64(d.paper[int(y)*w+int(x)]) / 255
}
