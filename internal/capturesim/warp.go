package capturesim

import "math"

// homography maps (x, y) to ((h0 x + h1 y + h2)/w, (h3 x + h4 y + h5)/w) with
// w = h6 x + h7 y + h8. Coordinates are continuous: the first pixel covers
// [0, 1), its centre is at one half.
type homography [9]float64

// Point is a place in a picture, in pixels; (0, 0) is the upper left corner of
// the upper left pixel.
type Point struct{ X, Y float64 }

func (h homography) apply(p Point) Point {
	w := h[6]*p.X + h[7]*p.Y + h[8]
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

// then returns the map that applies h first, g second.
func (h homography) then(g homography) homography {
	var out homography
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = g[3*i]*h[j] + g[3*i+1]*h[3+j] + g[3*i+2]*h[6+j]
		}
	}
	return out
}

// inverse returns the inverse map (the adjugate: scale does not matter).
func (h homography) inverse() homography {
	return homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}

// squareTo maps the unit square to a quad given clockwise from the image of
// (0, 0). Heckbert, Fundamentals of Texture Mapping and Image Warping (1989),
// section 2.2.3.
func squareTo(q [4]Point) homography {
	dx1, dy1 := q[1].X-q[2].X, q[1].Y-q[2].Y
	dx2, dy2 := q[3].X-q[2].X, q[3].Y-q[2].Y
	sx, sy := q[0].X-q[1].X+q[2].X-q[3].X, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return homography{
		q[1].X - q[0].X + g*q[1].X, q[3].X - q[0].X + h*q[3].X, q[0].X,
		q[1].Y - q[0].Y + g*q[1].Y, q[3].Y - q[0].Y + h*q[3].Y, q[0].Y,
		g, h, 1,
	}
}

func rectangle(x0, y0, x1, y1 float64) [4]Point {
	return [4]Point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// quadToQuad maps one quad to another.
func quadToQuad(from, to [4]Point) homography { return squareTo(from).inverse().then(squareTo(to)) }

// spread returns how many source pixels a step of one pixel at p crosses.
func (h homography) spread(p Point) float64 {
	const d = 0.5
	a, b := h.apply(Point{p.X - d, p.Y}), h.apply(Point{p.X + d, p.Y})
	c, e := h.apply(Point{p.X, p.Y - d}), h.apply(Point{p.X, p.Y + d})
	return math.Sqrt(math.Abs((b.X-a.X)*(e.Y-c.Y) - (b.Y-a.Y)*(e.X-c.X)))
}

// edges says what a warp puts where the source does not reach.
type edges int

const (
	replicate edges = iota // the nearest pixel of the source
	keep                   // what is there already
)

// fixed-point coordinates: 16 bits of fraction.
const one = 1 << 16

// warp sets every pixel p of dst to src at h(p), bilinear. The division of the
// projection is made every runLength pixels and interpolated between: over so
// short a run the error is below a tenth of a pixel for the tilts here.
func warp(dst, src *frame, h homography, e edges) {
	warpRect(dst, src, h, e, window{0, 0, src.w, src.h})
}

// window is the part of a source that counts as the document; what lies
// around it is as good as outside.
type window struct{ x0, y0, x1, y1 int }

const runLength = 16

func warpRect(dst, src *frame, h homography, e edges, win window) {
	at := func(x, y float64) (int, int) {
		p := h.apply(Point{x, y})
		return toFixed(p.X - 0.5), toFixed(p.Y - 0.5)
	}
	for y := range dst.h {
		row := dst.row(y)
		cy := float64(y) + 0.5
		u, v := at(0.5, cy)
		for x := 0; x < len(row); x += runLength {
			n := min(runLength, len(row)-x)
			u1, v1 := at(float64(x+n)+0.5, cy)
			du, dv := (u1-u)/n, (v1-v)/n
			run(row[x:x+n], src, u, v, du, dv, e, win)
			u, v = u1, v1
		}
	}
}

// toFixed converts a coordinate; what is far outside is held at a place that
// is outside too and cannot overflow.
func toFixed(x float64) int {
	const far = 1 << 24
	if !(x > -far) { // also NaN, from a point on the horizon
		return -far * one
	}
	return int(math.Floor(min(x, far) * one))
}

// run samples one run of pixels along a straight line of the source.
func run(row []uint64, src *frame, u, v, du, dv int, e edges, win window) {
	last := len(row) - 1
	if win.inside(u, v) && win.inside(u+last*du, v+last*dv) {
		runInside(row, src, u, v, du, dv)
		return
	}
	for i := range row {
		if win.inside(u, v) {
			row[i] = src.bilinear(u, v)
		} else {
			row[i] = border(row[i], src, u, v, e, win)
		}
		u += du
		v += dv
	}
}

// runInside is run where all four neighbours of every sample exist.
func runInside(row []uint64, src *frame, u, v, du, dv int) {
	for i := range row {
		row[i] = src.bilinear(u, v)
		u += du
		v += dv
	}
}

// inside says whether the four pixels around a place are the document's.
func (win window) inside(u, v int) bool {
	ix, iy := u>>16, v>>16
	return ix >= win.x0 && ix < win.x1-1 && iy >= win.y0 && iy < win.y1-1
}

// bilinear samples between four pixels. Their weights sum to 256, so that all
// lanes are weighed at once.
func (f *frame) bilinear(u, v int) uint64 {
	at := v>>16*f.w + u>>16
	fx, fy := uint64(u)>>8&255, uint64(v)>>8&255
	both := fx * fy >> 8
	upper, lower := f.px[at:at+2:at+2], f.px[at+f.w:at+f.w+2:at+f.w+2]
	return (upper[0]*(256-fx-fy+both) + upper[1]*(fx-both) + lower[0]*(fy-both) + lower[1]*both + laneHalf) >> 8 & laneMask
}

// border samples near or past the source's edge. With keep, the document's
// edge is blended with what is behind it over one source pixel.
func border(behind uint64, src *frame, u, v int, e edges, win window) uint64 {
	ix, iy := u>>16, v>>16
	cover := uint64(256)
	if e == keep {
		cx := min(u+one/2-win.x0*one+one/2, win.x1*one-u)
		cy := min(v+one/2-win.y0*one+one/2, win.y1*one-v)
		c := min(cx, cy, one)
		if c <= 0 {
			return behind
		}
		cover = uint64(c) >> 8
	}
	x0, x1 := clamp(ix, win.x0, win.x1-1), clamp(ix+1, win.x0, win.x1-1)
	y0, y1 := clamp(iy, win.y0, win.y1-1), clamp(iy+1, win.y0, win.y1-1)
	fx, fy := uint64(u>>8&255), uint64(v>>8&255)
	top := lerp(src.px[y0*src.w+x0], src.px[y0*src.w+x1], fx)
	bottom := lerp(src.px[y1*src.w+x0], src.px[y1*src.w+x1], fx)
	return lerp(behind, lerp(top, bottom, fy), cover)
}

func clamp(v, lo, hi int) int { return max(lo, min(hi, v)) }
