package main

import (
	"math"
	"slices"

	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// capture takes a picture of a document in a state, by its own simulator. The same
// seed gives the same.
func capture(doc *imaging.Image, kind condition.Kind, how manner, seed uint64) *imaging.Image {
	for ; ; seed += 101 {
		r := newRandom(seed)
		p := newPaint(doc)
		spoilPaper(p, kind, r)
		changed := p.differs(newPaint(doc).rgb) + p.missing()
		out := p.place(kind, how, r)
		light(out, how, r)
		if kind == condition.Glare {
			unlit := slices.Clone(out.rgb)
			mirror(out, r)
			changed = out.differs(unlit)
		}
		if !hasPlace(kind) || changed >= capturesim.PlainToSee {
			return shoot(out, kind, how, r)
		}
	}
}

// differs is the share of the document whose colours differ from others, of the
// same pixels, as anybody can see.
func (p *paint) differs(from [][3]float64) float64 {
	const plain = 24. / 255
	all, n := 0.0, 0.0
	for i, rgb := range p.rgb {
		d := 0.0
		for c, v := range rgb {
			d = max(d, math.Abs(min(1, v)-min(1, from[i][c])))
		}
		all += p.paper[i]
		if d >= plain {
			n += p.paper[i]
		}
	}
	return n / max(1, all)
}

// missing is the share of the document that is torn away.
func (p *paint) missing() float64 {
	n := 0.0
	for _, k := range p.paper {
		n += 1 - k
	}
	return n / float64(len(p.paper))
}

// shoot is what the camera makes of it.
func shoot(out *paint, kind condition.Kind, how manner, r random) *imaging.Image {
	if kind == condition.Screen {
		screen(out, r)
	}
	if kind == condition.Blurred {
		out = blur(out, r.in(2.2, 4), r)
	}
	sensor(out, how, r)
	m := out.image()
	switch kind {
	case condition.Mirrored:
		m = m.Mirror()
	case condition.DarkMode:
		m = m.Invert()
	}
	decoded, _, err := imaging.Decode(imaging.EncodeJPEG(m, 70+r.IntN(25)), imaging.DefaultLimits)
	if err != nil {
		panic(err) // it was just encoded
	}
	return decoded
}

// place lays the document into a picture: of its own, or on a surface.
func (p *paint) place(kind condition.Kind, how manner, r random) *paint {
	w, h := 900, 675
	if p.h > p.w {
		w, h = h, w
	}
	ratio := float64(p.w) / float64(p.h)
	var quad [4]planar.Point
	cx, cy := float64(w)/2, float64(h)/2
	if how == scan {
		long := 900
		if kind == condition.TooSmall {
			long = 150 + r.IntN(60)
		}
		w, h = long, int(float64(long)/ratio)
		if ratio < 1 {
			w, h = int(float64(long)*ratio), long
		}
		cx, cy = float64(w)/2, float64(h)/2
		edge := r.in(0, 0.012) * float64(long)
		turn := r.in(-0.012, 0.012)
		quad = corners(cx, cy, cx-edge, cy-edge, turn)
	} else {
		share := r.in(0.6, 0.85)
		if kind == condition.TooSmall {
			share = r.in(0.16, 0.22)
		}
		half := share / 2 * min(float64(w)/max(1, ratio), float64(h)*min(1, ratio)*max(1, 1/ratio))
		hx, hy := half*max(1, ratio), half*max(1, 1/ratio)
		if k := max(hx/(cx*0.95), hy/(cy*0.95)); k > 1 {
			hx, hy = hx/k, hy/k
		}
		quad = corners(cx+r.in(-0.06, 0.06)*float64(w), cy+r.in(-0.06, 0.06)*float64(h), hx, hy, r.in(-0.25, 0.25))
		for i := range quad { // seen aslant
			quad[i].X += r.in(-0.05, 0.05) * hx
			quad[i].Y += r.in(-0.05, 0.05) * hy
		}
	}
	if kind == condition.CutOff {
		quad = moved(quad, w, h, r.IntN(4), r.in(0.12, 0.35))
	}
	return p.onto(quad, ground(w, h, how, r), r)
}

// moved moves a quad over a side of a picture until a share of it is outside.
func moved(q [4]planar.Point, w, h, side int, share float64) [4]planar.Point {
	low, high := q[0], q[0]
	for _, c := range q {
		low = planar.Pt(min(low.X, c.X), min(low.Y, c.Y))
		high = planar.Pt(max(high.X, c.X), max(high.Y, c.Y))
	}
	outX, outY := share*(high.X-low.X), share*(high.Y-low.Y)
	by := [4]planar.Point{{X: -low.X - outX}, {X: float64(w) - high.X + outX}, {Y: -low.Y - outY}, {Y: float64(h) - high.Y + outY}}[side]
	for i := range q {
		q[i] = planar.Pt(q[i].X+by.X, q[i].Y+by.Y)
	}
	return q
}

func corners(cx, cy, hx, hy, turn float64) [4]planar.Point {
	c, s := math.Cos(turn), math.Sin(turn)
	var q [4]planar.Point
	for i, d := range [4][2]float64{{-hx, -hy}, {hx, -hy}, {hx, hy}, {-hx, hy}} {
		q[i] = planar.Pt(cx+c*d[0]-s*d[1], cy+s*d[0]+c*d[1])
	}
	return q
}

// ground is what the document lies on: a scanner's lid, or a drawn surface.
func ground(w, h int, how manner, r random) *paint {
	if how == photo {
		names := capturesim.SurfaceNames()
		return newPaint(capturesim.Surface(names[r.IntN(len(names))], w, h, r.Uint64()))
	}
	lid := []float64{0.99, 0.93, 0.08}[r.IntN(3)]
	p := newPaint(imaging.NewImage(w, h))
	for i := range p.rgb {
		p.rgb[i] = [3]float64{lid, lid, lid}
	}
	return p
}

// onto draws the document into a ground, four samples for each pixel.
func (p *paint) onto(quad [4]planar.Point, out *paint, r random) *paint {
	own := planar.Rectangle(0, 0, float64(p.w), float64(p.h))
	toDoc, ok := planar.FourPoints(&quad, &own)
	if !ok {
		return out
	}
	shadow := r.in(0.1, 0.4)
	for y := range out.h {
		for x := range out.w {
			var sum [3]float64
			covered, near := 0.0, 0.0
			for k := range 4 {
				q := toDoc.Apply(planar.Pt(float64(x)+0.25+0.5*float64(k%2), float64(y)+0.25+0.5*float64(k/2)))
				u, v := int(math.Floor(q.X)), int(math.Floor(q.Y))
				if q.X > -6 && q.Y > -6 && q.X < float64(p.w)+9 && q.Y < float64(p.h)+9 {
					near += 0.25
				}
				if u < 0 || v < 0 || u >= p.w || v >= p.h {
					continue
				}
				i := v*p.w + u
				a := p.paper[i] / 4
				covered += a
				for c := range sum {
					sum[c] += a * p.rgb[i][c]
				}
			}
			i := y*out.w + x
			for c := range sum {
				out.rgb[i][c] = out.rgb[i][c]*(1-covered)*(1-shadow*near) + sum[c]
			}
			out.paper[i] = covered
		}
	}
	return out
}

// light is a room's light and its shadows.
func light(p *paint, how manner, r random) {
	w, h := p.span()
	if how == photo {
		gx, gy, base := r.in(-0.2, 0.2), r.in(-0.2, 0.2), r.in(0.62, 0.9)
		warm := r.in(-0.07, 0.1)
		edge, soft, deep := r.in(0, 2*math.Pi), r.in(0.05, 0.3), r.in(0, 0.4)
		off := r.in(-0.5, 0.5)
		p.each(func(x, y float64, rgb *[3]float64, _ *float64) {
			k := base * (1 + gx*(x/w-0.5) + gy*(y/h-0.5))
			d := (x-w/2)*math.Cos(edge) + (y-h/2)*math.Sin(edge) - off
			k *= 1 - deep*step(d/soft)
			rgb[0], rgb[1], rgb[2] = rgb[0]*k*(1+warm), rgb[1]*k, rgb[2]*k*(1-warm)
		})
	}
}

// mirror shows lamps and windows.
func mirror(p *paint, r random) {
	w, h := p.span()
	for n := 1 + r.IntN(2); n > 0; n-- {
		cx, cy := w/2+r.in(-0.26, 0.26)*w, h/2+r.in(-0.26, 0.26)*h
		a := r.in(0, math.Pi)
		c, s := math.Cos(a), math.Sin(a)
		rx, ry := r.in(0.09, 0.24), r.in(0.07, 0.16)
		strength := r.in(0.7, 1.6)
		window := r.Float64() < 0.4
		p.each(func(x, y float64, rgb *[3]float64, _ *float64) {
			u, v := ((x-cx)*c+(y-cy)*s)/rx, ((y-cy)*c-(x-cx)*s)/ry
			var k float64
			if window { // a pane, unsharp
				k = step((1-math.Abs(u))/0.35) * step((1-math.Abs(v))/0.35)
			} else { // a lamp with its halo
				d := u*u + v*v
				k = math.Exp(-d*d) + 0.25*math.Exp(-d/3)
			}
			for i := range rgb {
				rgb[i] += strength * k * (1.02 - 0.3*rgb[i])
			}
		})
	}
}

// screen shows the picture by the red, green and blue stripes of pixels, which the
// camera's pixels beat with.
func screen(p *paint, r random) {
	pitch, turn := r.in(1.7, 3.2), r.in(-0.12, 0.12)
	c, s := math.Cos(turn)/pitch, math.Sin(turn)/pitch
	depth := r.in(0.25, 0.6)
	for i := range p.rgb {
		x, y := float64(i%p.w), float64(i/p.w)
		row := 1 - 0.4*depth*gridLine(y*c-x*s)
		for k := range 3 {
			p.rgb[i][k] *= row * (1 - depth*gridLine(x*c+y*s+float64(k)/3)) * []float64{1, 1.02, 1.1}[k] * (1 + 0.3*depth)
		}
	}
}

// gridLine is what a pixel of the camera, one wide, sees dark of a grid.
func gridLine(phase float64) float64 {
	t := phase - math.Floor(phase)
	return 0.5 + 0.5*math.Cos(2*math.Pi*t)
}

// blur is a disc or a path of the given radius in pixels of a picture of 1000.
func blur(p *paint, radius float64, r random) *paint {
	radius *= float64(max(p.w, p.h)) / 1000
	var taps [][2]int
	if r.Float64() < 0.5 {
		for y := -int(radius) - 1; y <= int(radius)+1; y++ {
			for x := -int(radius) - 1; x <= int(radius)+1; x++ {
				if float64(x*x+y*y) <= radius*radius+0.3 {
					taps = append(taps, [2]int{x, y})
				}
			}
		}
	} else {
		a := r.in(0, math.Pi)
		for t := -2 * radius; t <= 2*radius; t += 0.5 {
			taps = append(taps, [2]int{int(math.Round(t * math.Cos(a))), int(math.Round(t*math.Sin(a) + 0.4*radius*math.Sin(t/radius)))})
		}
	}
	out := &paint{p.w, p.h, make([][3]float64, len(p.rgb)), p.paper}
	for y := range p.h {
		for x := range p.w {
			var sum [3]float64
			for _, t := range taps {
				px := p.rgb[min(max(y+t[1], 0), p.h-1)*p.w+min(max(x+t[0], 0), p.w-1)]
				for c := range sum {
					sum[c] += px[c]
				}
			}
			for c := range sum {
				out.rgb[y*p.w+x][c] = sum[c] / float64(len(taps))
			}
		}
	}
	return out
}

// sensor is the camera's or scanner's curve, and its noise.
func sensor(p *paint, how manner, r random) {
	gamma, contrast, noise := 1.0, 1.0, 0.004
	if how == photo {
		gamma, contrast, noise = r.in(0.85, 1.2), r.in(0.92, 1.12), r.in(0.004, 0.02)
	}
	for i := range p.rgb {
		for c := range 3 {
			v := math.Pow(min(1, max(0, p.rgb[i][c])), gamma)
			p.rgb[i][c] = 0.5 + (v-0.5)*contrast + noise*r.NormFloat64()
		}
	}
}
