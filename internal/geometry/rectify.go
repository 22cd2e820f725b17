package geometry

import "math"

// photo is a probe made ready to be rectified: halved again and again, each
// level slightly blurred.
type photo struct {
	levels []*Gray
}

func newPhoto(g *Gray) *photo {
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
func soften(g *Gray) *Gray {
	out := &Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
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
		row := r.pix[y*r.stride:][:w+2*searchReach]
		for x := 0; x < len(row); x += warpStep {
			m.sample(row[x:min(x+warpStep, len(row))], src, float64(x-searchReach), float64(y-searchReach))
		}
	}
	return r
}

// warpStep is the number of pixels in a row over which the displacement is
// taken to be linear.
const warpStep = 64

// line returns the homogeneous coordinates of (x, y) bent, and their steps per
// pixel along the row.
func (w *warp) line(x, y float64) (at, step [3]float64) {
	h := &w.h
	x0, y0, x1, y1 := x, y, x+warpStep, y
	if w.bent != nil {
		dx, dy := w.bent.at(x, y)
		x0, y0 = x0+dx, y0+dy
		dx, dy = w.bent.at(x+warpStep, y)
		x1, y1 = x1+dx, y1+dy
	}
	sx, sy := (x1-x0)/warpStep, (y1-y0)/warpStep
	for i := range 3 {
		at[i] = h[3*i]*x0 + h[3*i+1]*y0 + h[3*i+2]
		step[i] = h[3*i]*sx + h[3*i+1]*sy
	}
	return at, step
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

// sample fills a piece of a row that begins at (x, y).
func (w *warp) sample(out []byte, src *Gray, x, y float64) {
	at, step := w.line(x, y)
	X, Y, W := at[0], at[1], at[2]
	maxX, maxY := float64(src.W)-1.001, float64(src.H)-1.001
	for i := range out {
		inv := 1 / W
		px, py := min(max(X*inv, 0), maxX), min(max(Y*inv, 0), maxY)
		ix, iy := int(px), int(py)
		fx, fy := int32((px-float64(ix))*256), int32((py-float64(iy))*256)
		o := iy*src.W + ix
		a, b := src.Pix[o:o+2], src.Pix[o+src.W:o+src.W+2]
		top := int32(a[0])<<8 + fx*(int32(a[1])-int32(a[0]))
		bottom := int32(b[0])<<8 + fx*(int32(b[1])-int32(b[0]))
		out[i] = byte((top<<8 + fy*(bottom-top)) >> 17) // half brightness: at most 127
		X += step[0]
		Y += step[1]
		W += step[2]
	}
}

// quadTest says whether a place of the reference lies in the photo.
type quadTest struct {
	m    warp
	w, h float64
}

func (q *quadTest) inside(x, y float64) bool {
	if q.m.bent != nil {
		dx, dy := q.m.bent.at(x, y)
		x, y = x+dx, y+dy
	}
	p := q.m.h.Apply(Point{x, y})
	return p.X >= 0 && p.Y >= 0 && p.X <= q.w && p.Y <= q.h
}

// visible says whether the block at (x, y) lies wholly in the photo.
func (r *rectified) visible(x, y int) bool {
	l, t, rt, bt := float64(x), float64(y), float64(x+blockSide-1), float64(y+blockSide-1)
	return r.quad.inside(l, t) && r.quad.inside(rt, t) && r.quad.inside(l, bt) && r.quad.inside(rt, bt)
}
