package capturesim

import (
	"math"

	"exemplar/internal/planar"
)

// light adds gradients of light, and shadows of people and things.
func (s *scene) light() {
	r, p := s.r, s.p
	size := float64(min(s.out.w, s.out.h))
	if r.chance(p.Shade) {
		s.out.gradient(r.angle(), r.between(0.1, 0.45))
	}
	if r.chance(p.Shade * 0.7) {
		edge := halfPlane{r.angle(), r.around(0.5), size * r.between(0.01, 0.12)}
		light := r.between(0.35, 0.8)
		s.out.shadow(edge, light)
		if r.chance(0.4) { // an arm, a lamp's frame: a band
			edge.angle += math.Pi + r.around(0.3)
			edge.offset = r.around(0.5)
			s.out.shadow(edge, light)
		}
	}
	s.vignette(r.between(0, 0.35))
}

// reflections adds glare to the document. It follows expose, which would make the white
// spots grey.
func (s *scene) reflections(quad [4]planar.Point) {
	r := s.r
	if !r.chance(s.p.Glare) {
		return
	}
	for range r.upTo(1, 3) {
		a, t, u := quad[0], r.between(0.1, 0.9), r.between(0.1, 0.9)
		x := a.X + (quad[1].X-a.X)*t + (quad[3].X-a.X)*u
		y := a.Y + (quad[1].Y-a.Y)*t + (quad[3].Y-a.Y)*u
		reach := s.view.unit() * r.between(0.07, 0.26)
		angle := r.angle()
		s.out.glare(glareSpot{x, y, reach, reach * r.between(0.15, 0.8), angle, r.between(0.5, 1.4)})
		// The veil around a bright reflection.
		s.out.glare(glareSpot{x, y, 2.2 * reach, 1.8 * reach, angle, r.between(0.1, 0.35)})
	}
}

// expose sets brightness, white balance and saturation.
func (s *scene) expose() {
	r, t := s.r, newTone()
	if r.chance(s.p.Dim) {
		t.exposure(r.between(-1.4, 0.5))
		// Lamps are yellow or blue; green and pink are rare.
		warm := r.around(0.16)
		t.balance(1+warm, 1+r.around(0.03), 1-1.2*warm+r.around(0.05))
		t.gamma(math.Exp(r.around(0.25)))
	}
	t.saturate(r.between(0.8, 1.15))
	t.apply(&s.out)
}

// vignette darkens towards the corners, as lenses do.
func (s *scene) vignette(depth float64) {
	w, h := float64(s.out.w), float64(s.out.h)
	for y := range s.out.h {
		row := s.out.row(y)
		v := (2*float64(y) - h) / h
		for x := range row {
			u := (2*float64(x) - w) / w
			d := (u*u + v*v) / 2
			row[x] = gained(row[x], uint64(128*(1-depth*d*d)))
		}
	}
}

// shoot applies lens, sensor and the phone's processing.
func (s *scene) shoot() {
	r, p := s.r, s.p
	size := float64(max(s.out.w, s.out.h))
	if p.screen {
		s.out.pixels(r)
	}
	if r.chance(p.Blur) {
		least := 0.0
		if p.blurMost {
			least = 0.5
		}
		if r.chance(0.5) {
			s.out.motion(&s.scratch, size*r.between(0.003+0.012*least, 0.015), r.angle())
		} else {
			s.out.defocus(&s.scratch, size*r.between(0.001+0.0045*least, 0.0055))
		}
	}
	s.out.gaussian(&s.scratch, r.between(0.3, 0.8)*size/1024) // no lens is perfect
	if p.Noise > 0 {
		s.out.iso(r, &s.scratch, min(1.5, p.Noise*r.ExpFloat64()))
	}
	s.out.jpeg(&s.scratch, r.upTo(min(p.Quality, 95), 95))
}
