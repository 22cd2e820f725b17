package geometry

import (
	"math"

	"exemplar/internal/imaging"
)

// photo is a probe made ready to be rectified: halved again and again, each
// level slightly blurred.
type photo struct {
	levels []*imaging.Gray
}

func newPhoto(g *imaging.Gray) *photo {
	p := &photo{}
	for {
		p.levels = append(p.levels, soften(g))
		if min(g.W, g.H) < 64 {
			return p
		}
		g = resizeArea(g, g.W/2, g.H/2)
	}
}

// soften filters g with 1 2 1 in both directions.
func soften(g *imaging.Gray) *imaging.Gray {
	// Rows are read four bytes at a time, up to two past the end.
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix), len(g.Pix)+4)}
	sums := make([]uint16, g.W+2)
	for y := range g.H {
		up, mid, down := g.Pix[max(0, y-1)*g.W:][:g.W], g.Pix[y*g.W:][:g.W], g.Pix[min(g.H-1, y+1)*g.W:][:g.W]
		for x, v := range mid {
			sums[x+1] = uint16(up[x]) + 2*uint16(v) + uint16(down[x])
		}
		sums[0], sums[g.W+1] = sums[1], sums[g.W]
		to := out.Pix[y*g.W:][:g.W]
		for x := range to {
			to[x] = byte((sums[x] + 2*sums[x+1] + sums[x+2] + 8) >> 4)
		}
	}
	return out
}

// rectified is the photo seen through the map, at half brightness, with
// a margin of searchReach. Pixel (0, 0) of the reference is at offset
// searchReach*(stride+1).
type rectified struct {
	stride int
	pix    []byte
	quad   quadTest
}

// warp maps places of a reference to the photo: bent as the field says, then
// through the homography. bent may be nil.
type warp struct {
	h    Homography
	bent *bend
}

// rectify samples the photo at the places of a w x h reference.
func rectify(p *photo, by *warp, w, height int) *rectified {
	level, down := p.levelFor(&by.h, w, height)
	src := p.levels[level]
	r := &rectified{stride: (w + 2*searchReach + 31) / 16 * 16}
	r.pix = make([]byte, r.stride*(height+2*searchReach+1))
	// Halving moves the centre of the first pixel by a quarter of two.
	shrinkBy := Homography{1 / down, 0, 0.5/down - 0.5, 0, 1 / down, 0.5/down - 0.5, 0, 0, 1}
	m := warp{h: shrinkBy.Multiply(&by.h), bent: by.bent}
	r.quad = quadTest{m: m, w: float64(src.W - 1), h: float64(src.H - 1)}
	for y := range height + 2*searchReach {
		row := r.pix[y*r.stride:][:r.stride]
		at := m.bend(Point{-searchReach, float64(y - searchReach)})
		for x := 0; x < len(row); x += warpStep {
			next := m.bend(Point{float64(x + warpStep - searchReach), float64(y - searchReach)})
			line := m.line(at, next, src)
			warpRow(row[x:min(x+warpStep, len(row))], src, &line)
			at = next
		}
	}
	return r
}

// warpStep is the number of pixels in a row over which the displacement is
// taken to be linear.
const warpStep = 64

// warpLine is a piece of a row as the photo sees it.
type warpLine struct {
	x, y, w, dx, dy, dw float32 // homogeneous place of the first pixel, step per pixel
	maxX, maxY          float32
}

// bend returns where a place of the reference lies once the paper is flat.
func (w *warp) bend(p Point) Point {
	if w.bent == nil {
		return p
	}
	dx, dy := w.bent.at(p.X, p.Y)
	return Point{p.X + dx, p.Y + dy}
}

// line returns the piece of a row between two places, warpStep pixels apart
// before they were bent.
func (w *warp) line(from, to Point, src *imaging.Gray) warpLine {
	sx, sy := (to.X-from.X)/warpStep, (to.Y-from.Y)/warpStep
	h := &w.h
	return warpLine{
		x:    float32(h[0]*from.X + h[1]*from.Y + h[2]),
		y:    float32(h[3]*from.X + h[4]*from.Y + h[5]),
		w:    float32(h[6]*from.X + h[7]*from.Y + h[8]),
		dx:   float32(h[0]*sx + h[1]*sy),
		dy:   float32(h[3]*sx + h[4]*sy),
		dw:   float32(h[6]*sx + h[7]*sy),
		maxX: float32(src.W) - 1.01, maxY: float32(src.H) - 1.01,
	}
}

// warpRowGeneric samples the photo along a line, at half brightness, so that
// bytes are at most 127. Places outside are moved to the edge.
func warpRowGeneric(out []byte, src *imaging.Gray, l *warpLine) {
	for i := range out {
		k := float32(i)
		inverse := 1 / (l.w + k*l.dw)
		x := min(max((l.x+k*l.dx)*inverse, 0), l.maxX)
		y := min(max((l.y+k*l.dy)*inverse, 0), l.maxY)
		ix, iy := int(x), int(y)
		fx, fy := x-float32(ix), y-float32(iy)
		o := iy*src.W + ix
		a, b := src.Pix[o:o+2], src.Pix[o+src.W:o+src.W+2]
		top := float32(a[0]) + fx*(float32(a[1])-float32(a[0]))
		bottom := float32(b[0]) + fx*(float32(b[1])-float32(b[0]))
		out[i] = byte((top + fy*(bottom-top)) / 2)
	}
}

// levelFor chooses the level of the photo whose pixels are about as large as
// those of the reference.
func (p *photo) levelFor(h *Homography, w, height int) (level int, down float64) {
	ux, uy, vx, vy := h.jacobian(Point{float64(w) / 2, float64(height) / 2})
	scale := math.Sqrt(math.Abs(ux*vy - uy*vx))
	down = 1
	for scale > 1.5 && level+1 < len(p.levels) {
		level++
		down *= 2
		scale /= 2
	}
	return level, down
}

// quadTest says whether a place of the reference lies in the photo.
type quadTest struct {
	m    warp
	w, h float64
}

func (q *quadTest) inside(x, y float64) bool {
	p := q.m.h.Apply(q.m.bend(Point{x, y}))
	return p.X >= 0 && p.Y >= 0 && p.X <= q.w && p.Y <= q.h
}

// visible says whether the square of the given side at (x, y) lies wholly in the
// photo.
func (r *rectified) visible(x, y, side int) bool {
	left, top, right, bottom := float64(x), float64(y), float64(x+side-1), float64(y+side-1)
	return r.quad.inside(left, top) && r.quad.inside(right, top) && r.quad.inside(left, bottom) && r.quad.inside(right, bottom)
}

// deviation is that of the photo where a block was found.
func (r *rectified) deviation(b *Block) float32 {
	at := (b.Y+searchReach+int(math.Round(float64(b.DY))))*r.stride + b.X + searchReach + int(math.Round(float64(b.DX)))
	var sum, squares int32
	for y := range blockSide {
		for _, v := range r.pix[at+y*r.stride:][:blockSide] {
			sum += int32(v)
			squares += int32(v) * int32(v)
		}
	}
	mean := float64(sum) / blockPixels
	return float32(math.Sqrt(max(0, float64(squares)/blockPixels-mean*mean)))
}
