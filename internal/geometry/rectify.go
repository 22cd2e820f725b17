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
	clear  []bool // per block: enough of it is not blinded
	w, h   int
}

// rectify samples the photo at the places of a w x h reference.
func rectify(p *photo, h *Homography, w, height int) *rectified {
	level, down := p.levelFor(h, w, height)
	src := p.levels[level]
	r := &rectified{w: w, h: height, stride: (w + 2*searchReach + 31) / 16 * 16}
	r.pix = make([]byte, r.stride*(height+2*searchReach+1))
	// Halving moves the centre of the first pixel by a quarter of two.
	shrinkBy := Homography{1 / down, 0, 0.5/down - 0.5, 0, 1 / down, 0.5/down - 0.5, 0, 0, 1}
	m := shrinkBy.Multiply(h)
	r.quad = quadTest{m: m, w: float64(src.W - 1), h: float64(src.H - 1)}
	for y := range height + 2*searchReach {
		sampleRow(r.pix[y*r.stride:][:w+2*searchReach], src, &m, -searchReach, float64(y-searchReach))
	}
	return r
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

func sampleRow(out []byte, src *Gray, h *Homography, x0 int, y float64) {
	X, Y, W := h[1]*y+h[2]+h[0]*float64(x0), h[4]*y+h[5]+h[3]*float64(x0), h[7]*y+h[8]+h[6]*float64(x0)
	maxX, maxY := float64(src.W)-1.001, float64(src.H)-1.001
	for i := range out {
		inv := 1 / W
		px, py := min(max(X*inv, 0), maxX), min(max(Y*inv, 0), maxY)
		ix, iy := int(px), int(py)
		fx, fy := int32((px-float64(ix))*256), int32((py-float64(iy))*256)
		at := iy*src.W + ix
		a, b := src.Pix[at:at+2], src.Pix[at+src.W:at+src.W+2]
		top := int32(a[0])<<8 + fx*(int32(a[1])-int32(a[0]))
		bottom := int32(b[0])<<8 + fx*(int32(b[1])-int32(b[0]))
		out[i] = byte((top<<8 + fy*(bottom-top) + 1<<16) >> 17)
		X += h[0]
		Y += h[3]
		W += h[6]
	}
}

// quadTest says whether a place of the reference lies in the photo.
type quadTest struct {
	m    Homography
	w, h float64
}

func (q *quadTest) inside(x, y float64) bool {
	p := q.m.Apply(Point{x, y})
	return p.X >= 0 && p.Y >= 0 && p.X <= q.w && p.Y <= q.h
}

const (
	blinded    = 124 // of 127: as good as white
	maxBlinded = 0.5
)

// visible says whether the block at (x, y) lies wholly in the photo and is not
// blinded.
func (r *rectified) visible(x, y int) bool {
	l, t, rt, bt := float64(x), float64(y), float64(x+blockSide-1), float64(y+blockSide-1)
	return r.quad.inside(l, t) && r.quad.inside(rt, t) && r.quad.inside(l, bt) && r.quad.inside(rt, bt)
}
