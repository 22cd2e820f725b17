package capturesim

import (
	"math"

	"exemplar/internal/planar"
)

// Coordinates in this package are continuous, as for a lens: the first pixel covers
// [0, 1). In package planar and elsewhere (0, 0) is the centre of the first pixel.
// middle, fromFirst and quadFromFirst convert between the two; nothing else does.

// middle is the coordinate of a pixel's centre.
func middle(pixel int) float64 { return float64(pixel) + 0.5 }

// fromFirst is a coordinate in the convention of package planar.
func fromFirst(place float64) float64 { return place - 0.5 }

func quadFromFirst(q [4]planar.Point) [4]planar.Point {
	for i, p := range q {
		q[i] = planar.Pt(fromFirst(p.X), fromFirst(p.Y))
	}
	return q
}

// then returns the map that applies first, and then second.
func then(first, second planar.Homography) planar.Homography { return second.Multiply(&first) }

// squareTo maps the unit square to a quadrilateral, whose corners are given clockwise from
// the image of (0, 0). If three corners lie on a line, no point has an image.
func squareTo(q [4]planar.Point) planar.Homography {
	m, _ := planar.SquareTo(&q)
	return m
}

// quadToQuad maps one quad to another.
func quadToQuad(from, to [4]planar.Point) planar.Homography {
	square := squareTo(from)
	return then(square.Adjugate(), squareTo(to))
}

// spread returns how many source pixels a step of one pixel at p crosses.
func spread(h *planar.Homography, p planar.Point) float64 {
	const d = 0.5
	a, b := h.Apply(planar.Pt(p.X-d, p.Y)), h.Apply(planar.Pt(p.X+d, p.Y))
	c, e := h.Apply(planar.Pt(p.X, p.Y-d)), h.Apply(planar.Pt(p.X, p.Y+d))
	return math.Sqrt(math.Abs((b.X-a.X)*(e.Y-c.Y) - (b.Y-a.Y)*(e.X-c.X)))
}

// edges says what a warp puts where the source does not reach.
type edges int

const (
	replicate edges = iota // the nearest pixel of the source
	keep                   // the pixel that is in dst already
)

// one is 1 as a fixed-point coordinate, with 16 bits of fraction.
const one = 1 << 16

// warp sets every pixel p of dst to src at h(p), interpolated bilinearly. The division of
// the projection is done every runLength pixels and interpolated between them; for the
// tilts here the error is below a tenth of a pixel.
func warp(dst, src *frame, h planar.Homography, e edges) {
	warpRect(dst, src, h, e, window{0, 0, src.w, src.h})
}

// window is the part of a source that counts as the document. Pixels around it count as
// outside.
type window struct{ x0, y0, x1, y1 int }

const runLength = 16

func warpRect(dst, src *frame, h planar.Homography, e edges, win window) {
	at := func(x, y float64) (int, int) {
		p := h.Apply(planar.Pt(x, y))
		return toFixed(fromFirst(p.X)), toFixed(fromFirst(p.Y))
	}
	for y := range dst.h {
		row := dst.row(y)
		cy := middle(y)
		u, v := at(middle(0), cy)
		for x := 0; x < len(row); x += runLength {
			n := min(runLength, len(row)-x)
			u1, v1 := at(middle(x+n), cy)
			du, dv := (u1-u)/n, (v1-v)/n
			run(row[x:x+n], src, u, v, du, dv, e, win)
			u, v = u1, v1
		}
	}
}

// toFixed converts a coordinate to fixed point. Coordinates far outside are clamped, so
// that they do not overflow.
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

// inside says whether the four pixels around a position are the document's.
func (win window) inside(u, v int) bool {
	ix, iy := u>>16, v>>16
	return ix >= win.x0 && ix < win.x1-1 && iy >= win.y0 && iy < win.y1-1
}

// bilinear interpolates between four pixels. The weights sum to 256, so that all lanes
// are weighted at once.
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
