package main

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/condition"
	"exemplar/internal/imaging"
)

// The effects of this file are written apart from those of package capturesim: other
// shapes, other ways to make them, other strengths.

// paint is a picture of floats in [0, 1] with how much paper there is at each pixel.
type paint struct {
	w, h  int
	rgb   [][3]float64
	paper []float64
}

func newPaint(m *imaging.Image) *paint {
	p := &paint{m.W, m.H, make([][3]float64, m.W*m.H), make([]float64, m.W*m.H)}
	for i := range p.rgb {
		for c := range 3 {
			p.rgb[i][c] = float64(m.Pix[3*i+c]) / 255
		}
		p.paper[i] = 1
	}
	return p
}

func (p *paint) image() *imaging.Image {
	m := imaging.NewImage(p.w, p.h)
	for i, px := range p.rgb {
		for c := range 3 {
			m.Pix[3*i+c] = byte(255*min(1, max(0, px[c])) + 0.5)
		}
	}
	return m
}

// each visits the pixels; x and y are in units of the shorter side.
func (p *paint) each(visit func(x, y float64, rgb *[3]float64, paper *float64)) {
	unit := float64(min(p.w, p.h))
	for i := range p.rgb {
		visit(float64(i%p.w)/unit, float64(i/p.w)/unit, &p.rgb[i], &p.paper[i])
	}
}

// span is the size in units.
func (p *paint) span() (w, h float64) {
	unit := float64(min(p.w, p.h))
	return float64(p.w) / unit, float64(p.h) / unit
}

// random is a source of numbers with what is asked of it here.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 77))} }

func (r random) in(low, high float64) float64 { return low + (high-low)*r.Float64() }

// waves is smooth noise in about [-1, 1]: a few sines of random directions.
func (r random) waves(shortest, longest float64, n int) func(x, y float64) float64 {
	type wave struct{ fx, fy, phase, height float64 }
	all := make([]wave, n)
	sum := 0.0
	for i := range all {
		length := longest * math.Pow(shortest/longest, float64(i)/float64(max(1, n-1)))
		angle := r.in(0, 2*math.Pi)
		all[i] = wave{2 * math.Pi * math.Cos(angle) / length, 2 * math.Pi * math.Sin(angle) / length, r.in(0, 2*math.Pi), math.Sqrt(length / longest)}
		sum += all[i].height
	}
	return func(x, y float64) float64 {
		v := 0.0
		for _, w := range all {
			v += w.height * math.Sin(w.fx*x+w.fy*y+w.phase)
		}
		return 1.6 * v / sum
	}
}

// spoilPaper does to a document what happens to paper: before it is photographed.
func spoilPaper(p *paint, kind condition.Kind, r random) {
	switch kind {
	case condition.Torn:
		tear(p, r)
	case condition.Stained:
		spill(p, r)
	case condition.Faded:
		bleach(p, r)
	case condition.Covered:
		lay(p, r)
	}
}

// tear takes away what lies beyond a broken line from edge to edge over a corner, or a
// strip, or burns a hole.
func tear(p *paint, r random) {
	w, h := p.span()
	jagged := r.waves(0.015, 0.35, 9)
	corner, far := r.IntN(4), r.in(0.35, 0.75)
	lean, way := r.in(0.5, 1.9), r.IntN(3)
	hx, hy, radius := r.in(0.25, 0.75)*w, r.in(0.25, 0.75)*h, r.in(0.1, 0.2)
	burnt := r.Float64() < 0.4
	p.each(func(x, y float64, rgb *[3]float64, paper *float64) {
		u, v := x, y
		if corner&1 == 1 {
			u = w - x
		}
		if corner&2 == 2 {
			v = h - y
		}
		var d float64 // beyond the tear: below 0
		switch way {
		case 0:
			d = (u/lean + v*lean - far) / 1.4
		case 1: // a strip along an edge
			d = v - far*0.3
		default:
			d = math.Hypot(x-hx, y-hy) - radius
		}
		if math.Abs(d) < 0.12 {
			d += 0.035 * jagged(x, y)
		}
		switch {
		case d < 0:
			*paper = 0
		case burnt && way == 2 && d < 0.02:
			for c := range rgb {
				rgb[c] *= d / 0.02
			}
		case d < 0.006: // the white of the torn fibres
			*rgb = [3]float64{0.95, 0.94, 0.92}
		}
	})
}

// spill stains the paper: drops, a ring of a cup, or a run of water.
func spill(p *paint, r random) {
	w, h := p.span()
	inks := [][3]float64{{0.35, 0.75, 1.5}, {0.5, 1, 1.8}, {0.15, 1.2, 0.7}, {1.3, 0.9, 0.2}, {0.3, 0.4, 0.6}} // absorption of red, green, blue
	ink := inks[r.IntN(len(inks))]
	edge, cloud := r.waves(0.05, 0.5, 6), r.waves(0.1, 0.6, 5)
	depth := r.in(0.3, 0.9)
	cx, cy, radius := r.in(0.2, 0.8)*w, r.in(0.2, 0.8)*h, r.in(0.14, 0.32)
	ring := r.Float64() < 0.35
	p.each(func(x, y float64, rgb *[3]float64, _ *float64) {
		d := (math.Hypot(x-cx, y-cy) - radius) / radius
		if d > 1 {
			return
		}
		d += 0.2 * edge(x, y)
		k := 0.0
		switch {
		case ring:
			k = 0.9*math.Exp(-math.Pow(d/0.12, 2)) + 0.25*step(-d/0.05)
		default:
			k = step(-d/0.06)*(0.75+0.25*cloud(x, y)) + 0.3*math.Exp(-math.Pow(d/0.05, 2))
		}
		for c := range rgb {
			rgb[c] *= math.Exp(-depth * k * ink[c])
		}
	})
}

// step rises smoothly from 0 to 1 between -0.5 and 0.5.
func step(v float64) float64 {
	t := min(1, max(0, v+0.5))
	return t * t * (3 - 2*t)
}

// bleach is years in a window, or an empty cartridge.
func bleach(p *paint, r random) {
	keep, yellow := r.in(0.22, 0.45), r.in(0, 0.12)
	uneven := r.waves(0.3, 1.5, 3)
	p.each(func(x, y float64, rgb *[3]float64, _ *float64) {
		k := keep * (1 + 0.15*uneven(x, y))
		for c, paper := range [3]float64{0.97, 0.96 - 0.3*yellow, 0.94 - yellow} {
			rgb[c] = paper - (paper-min(rgb[c], paper))*k
		}
	})
}

// lay puts a thing on the document: a coin, a pen, a note, a cable.
func lay(p *paint, r random) {
	w, h := p.span()
	cx, cy := r.in(0.25, 0.75)*w, r.in(0.25, 0.75)*h
	angle := r.in(0, math.Pi)
	c, s := math.Cos(angle), math.Sin(angle)
	grain := r.waves(0.01, 0.1, 6)
	kind := r.IntN(4)
	size := r.in(0.14, 0.26)
	color := [][3]float64{{0.62, 0.55, 0.38}, {0.1, 0.15, 0.35}, {0.98, 0.93, 0.45}, {0.12, 0.12, 0.12}}[kind]
	p.each(func(x, y float64, rgb *[3]float64, _ *float64) {
		u, v := (x-cx)*c+(y-cy)*s, (y-cy)*c-(x-cx)*s
		var d, shade float64 // inside: below 0
		switch kind {
		case 0:
			d = math.Hypot(u, v) - size
			if d < 0 {
				shade = 0.8 + 0.3*u/size + 0.25*grain(x, y)
			}
		case 1:
			d = max(math.Abs(v)-size*0.22, math.Abs(u)-size*2.6)
			shade = 0.6 + 0.9*math.Sqrt(max(0, 1-math.Pow(v/(size*0.22), 2)))
		case 2:
			d = max(math.Abs(u), math.Abs(v)) - size
			shade = 0.98
			if d < 0 && int(40+v/0.045)%2 == 0 && math.Abs(u) < size*0.7 && grain(3*x, y) > -0.3 {
				shade *= 0.35
			}
		default:
			d = math.Abs(v+0.12*math.Sin(4*u)) - size*0.2
			shade = 0.7 + 1.2*math.Pow(max(0, 1+d/(size*0.2)), 2)
		}
		switch {
		case d < 0:
			for k := range rgb {
				rgb[k] = color[k] * shade
			}
		case d < 0.05: // its shadow
			for k := range rgb {
				rgb[k] *= 1 - 0.35*math.Pow(1-d/0.05, 2)
			}
		}
	})
}
