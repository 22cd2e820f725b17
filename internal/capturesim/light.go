package capturesim

import "math"

// gradient multiplies the picture by a linear gradient of light: 1-depth on one side,
// 1+depth on the other.
func (f *frame) gradient(angle, depth float64) {
	reach := float64(f.w)*math.Abs(math.Cos(angle)) + float64(f.h)*math.Abs(math.Sin(angle))
	du, dv := 2*depth*math.Cos(angle)/reach, 2*depth*math.Sin(angle)/reach
	for y := range f.h {
		row := f.row(y)
		gain := 1 + dv*(float64(y)+0.5-float64(f.h)/2) + du*(0.5-float64(f.w)/2)
		k, dk := toFixed(gain*128), toFixed(du*128)
		for x := range row {
			row[x] = gained(row[x], uint64(clamp(k>>16, 0, 256)))
			k += dk
		}
	}
}

// halfPlane is a straight soft edge: 0 on one side, 1 on the other.
type halfPlane struct {
	angle, offset float64 // radians; distance from the middle, as a share of half the diagonal
	soft          float64 // width of the border, pixels
}

// shadow multiplies one side of an edge by light, a factor in 0..1.
func (f *frame) shadow(e halfPlane, light float64) {
	c, s := math.Cos(e.angle), math.Sin(e.angle)
	start := e.offset * math.Hypot(float64(f.w), float64(f.h)) / 2
	soft := max(e.soft, 0.5)
	for y := range f.h {
		row := f.row(y)
		d := ((0.5-float64(f.w)/2)*c + (float64(y)+0.5-float64(f.h)/2)*s - start) / soft
		step := c / soft
		for x := range row {
			gain := 1 - (1-light)*ramp(d)
			row[x] = gained(row[x], uint64(gain*128+0.5))
			d += step
		}
	}
}

// ramp rises smoothly from 0 at -1 to 1 at 1.
func ramp(d float64) float64 {
	if d <= -1 {
		return 0
	}
	if d >= 1 {
		return 1
	}
	t := (d + 1) / 2
	return t * t * (3 - 2*t)
}

// glareSpot is a reflection of light: an ellipse that fades towards its outline.
type glareSpot struct {
	x, y     float64 // pixels
	rx, ry   float64 // radii of the outline, pixels
	angle    float64
	strength float64 // at 1 the middle is white
}

// glare blends the picture with white inside the spot.
func (f *frame) glare(g glareSpot) {
	reach := max(g.rx, g.ry)
	c, s := math.Cos(g.angle), math.Sin(g.angle)
	y0, y1 := clamp(int(g.y-reach), 0, f.h), clamp(int(g.y+reach)+1, 0, f.h)
	x0, x1 := clamp(int(g.x-reach), 0, f.w), clamp(int(g.x+reach)+1, 0, f.w)
	for y := y0; y < y1; y++ {
		row := f.row(y)
		for x := x0; x < x1; x++ {
			dx, dy := float64(x)+0.5-g.x, float64(y)+0.5-g.y
			u, v := (dx*c+dy*s)/g.rx, (dy*c-dx*s)/g.ry
			d := 1 - u*u - v*v
			if d <= 0 {
				continue
			}
			// smooth has slope 0 at the outline, so no edge shows; the middle is clipped to white.
			t := min(1, g.strength*1.25*smooth(d))
			row[x] = lerp(row[x], laneMask, uint64(t*256))
		}
	}
}

// box covers a rectangle with one colour.
func (f *frame) box(x0, y0, x1, y1 int, p uint64) {
	x0, x1 = clamp(x0, 0, f.w), clamp(x1, 0, f.w)
	for y := clamp(y0, 0, f.h); y < clamp(y1, 0, f.h); y++ {
		row := f.row(y)
		for x := x0; x < x1; x++ {
			row[x] = p
		}
	}
}

// fold darkens and lightens along a straight crease.
func (f *frame) fold(angle, offset, depth float64) {
	c, s := math.Cos(angle), math.Sin(angle)
	size := math.Hypot(float64(f.w), float64(f.h))
	start, width := offset*size/2, size/10
	for y := range f.h {
		row := f.row(y)
		d := ((0.5-float64(f.w)/2)*c + (float64(y)+0.5-float64(f.h)/2)*s - start) / width
		for x := range row {
			// One side of the crease faces away from the light, the other towards it.
			// The crease itself is a thin dark line.
			shade := depth * d * math.Exp(-d*d) * 1.6
			if math.Abs(d) < 0.06 {
				shade -= depth * 0.6 * (1 - math.Abs(d)/0.06)
			}
			row[x] = gained(row[x], uint64(clamp(int((1+shade)*128), 0, 256)))
			d += c / width
		}
	}
}

// moire adds the interference pattern of a screen or a halftone: faint coloured stripes.
func (f *frame) moire(period, angle, depth float64) {
	c, s := math.Cos(angle)/period, math.Sin(angle)/period
	for y := range f.h {
		row := f.row(y)
		phase := float64(y) * s
		for x, p := range row {
			r, g, b := channels(p)
			k := phase + float64(x)*c
			row[x] = pixel(striped(r, k, depth), striped(g, k+0.33, depth), striped(b, k+0.67, depth))
		}
	}
}

// striped multiplies a value by a triangle wave around 1.
func striped(v uint64, phase, depth float64) uint64 {
	t := phase - math.Floor(phase)
	wave := 4*math.Abs(t-0.5) - 1
	return uint64(max(0, min(255, float64(v)*(1+depth*wave))))
}

// printed simulates printing and scanning the picture: fewer tones, grey paper, faint
// dots.
func (f *frame) printed(r rng, s *scratch, strength float64) {
	t := newTone()
	t.saturate(1 - 0.7*strength*r.Float64())
	t.contrast(1 + 0.5*strength*r.Float64())
	paper, toner := 1-0.12*strength*r.Float64(), 0.15*strength*r.Float64()
	t.bend(func(v float64) float64 { return toner + v*(paper-toner) })
	t.apply(f)
	f.gaussian(s, 0.6*strength*float64(min(f.w, f.h))/128)
	period := 2 + 2*r.Float64()
	f.moire(period, r.angle(), 0.05*strength)
}
