package conditiontrain

import (
	"math"
	"math/rand/v2"
)

// random is a source of numbers with what is asked of it here.
type random struct{ *rand.Rand }

func (r random) in(low, high float64) float64 { return low + (high-low)*r.Float64() }

func (r random) chance(p float64) bool { return r.Float64() < p }

// shape is the signed distance of a point to a region, below 0 inside. Lengths are in
// shorter sides of the document.
type shape func(x, y float64) float64

// noise is smooth noise in [-1, 1] with details from the given length down to an
// eighth of it, by values at the knots of grids.
func (r random) noise(length float64) func(x, y float64) float64 {
	const octaves, side = 4, 16
	var knots [octaves][side * side]float64
	for o := range knots {
		for i := range knots[o] {
			knots[o][i] = r.in(-1, 1)
		}
	}
	return func(x, y float64) float64 {
		sum, weight, step := 0.0, 1.0, length
		for o := range knots {
			u, v := x/step+64, y/step+64
			i, j := int(u), int(v)
			fu, fv := u-float64(i), v-float64(j)
			at := func(i, j int) float64 { return knots[o][j%side*side+i%side] }
			sum += weight * ((1-fv)*((1-fu)*at(i, j)+fu*at(i+1, j)) + fv*((1-fu)*at(i, j+1)+fu*at(i+1, j+1)))
			weight, step = weight/2, step/2
		}
		return sum / 1.875
	}
}

// frayed moves the outline of a shape by noise.
func (r random) frayed(s shape, by, length float64) shape {
	n := r.noise(length)
	return func(x, y float64) float64 {
		d := s(x, y)
		if math.Abs(d) < 3*by {
			d += by * n(x, y)
		}
		return d
	}
}

// spot is an ellipse, a rectangle, a bar or a blob somewhere on a document of w x h.
func (r random) spot(w, h, least, most float64) shape {
	cx, cy, angle := r.in(0.08, 0.92)*w, r.in(0.08, 0.92)*h, r.in(0, math.Pi)
	if r.chance(0.3) {
		angle = 0
	}
	c, s := math.Cos(angle), math.Sin(angle)
	size := least * math.Pow(most/least, r.Float64())
	flat := r.in(0.35, 1)
	kind := r.IntN(5)
	bow := r.in(-0.8, 0.8)
	base := func(x, y float64) float64 {
		u, v := (x-cx)*c+(y-cy)*s, (y-cy)*c-(x-cx)*s
		switch kind {
		case 0, 1:
			return (math.Hypot(u, v/flat) - size) * flat
		case 2:
			return max(math.Abs(u)-size, math.Abs(v)-size*flat)
		case 3: // a bar, bowed
			return max(math.Abs(u)-4*size, math.Abs(v+bow*u*u)-size*0.4*flat)
		}
		return math.Hypot(u, v) - size
	}
	if kind == 4 {
		return r.frayed(base, 0.6*size, size)
	}
	return base
}

// edged is a region that reaches in from the edge of a document of w x h: a corner, a
// strip, a bite or a bar.
func (r random) edged(w, h, deep float64) shape {
	side, kind := r.IntN(4), r.IntN(4)
	a, b := r.in(0.6, 1.7), r.in(0, 1)
	width := r.in(0.08, 0.35)
	lean := r.in(-0.3, 0.3)
	return func(x, y float64) float64 {
		along, from, long := x, y, w
		switch side {
		case 1:
			from = h - y
		case 2:
			along, from, long = y, x, h
		case 3:
			along, from, long = y, w-x, h
		}
		if b < 0.5 {
			along = long - along
		}
		switch kind {
		case 0: // a corner
			return (along*a + from/a - 1.3*deep) / math.Hypot(a, 1/a)
		case 1: // a strip
			return from - 0.35*deep - lean*0.3*(along/long-0.5)
		case 2: // a bite
			t := (along - (0.2+0.6*b)*long) / width
			return (from - deep*0.8*(1-t*t)) * 0.6
		}
		return max(math.Abs(along-(0.15+0.7*b)*long-lean*from)-width/2, from-1.2*deep) // a bar
	}
}

// step rises smoothly from 0 at -1 to 1 at 1.
func step(v float64) float64 {
	t := min(1, max(0, (v+1)/2))
	return t * t * (3 - 2*t)
}
