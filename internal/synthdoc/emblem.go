package synthdoc

import "math"

// emblem draws an invented emblem of a company or an authority, centred at (x, y), with
// radius r.
func (s *sheet) emblem(x, y, r float32, a, b rgb) {
	g := s.design("logo")
	switch g.IntN(8) {
	case 0:
		s.shield(x, y, r, a, b, g)
	case 1:
		s.starEmblem(x, y, r, a, b, g)
	case 2:
		s.rosetteEmblem(x, y, r, a, g)
	case 3:
		s.monogram(x, y, r, a, g)
	case 4:
		s.petals(x, y, r, a, b, g)
	case 5:
		s.bars(x, y, r, a, b, g)
	case 6:
		s.orbit(x, y, r, a, b, g)
	default:
		s.tiles(x, y, r, a, b, g)
	}
}

func (s *sheet) shield(x, y, r float32, a, b rgb, g rng) {
	outline := func(k float32) *path {
		p, w, h := new(path), r*0.82*k, r*k
		p.moveTo(x-w, y-h*0.9)
		p.quadTo(x, y-h*1.05, x+w, y-h*0.9)
		p.lineTo(x+w, y+h*0.1)
		p.cubeTo(x+w, y+h*0.6, x+w*0.4, y+h*0.85, x, y+h)
		p.cubeTo(x-w*0.4, y+h*0.85, x-w, y+h*0.6, x-w, y+h*0.1)
		p.close()
		return p
	}
	s.fill(outline(1), identity, solid(a))
	s.fill(outline(0.88), identity, solid(b))
	s.fill(outline(0.82), identity, solid(a))
	points := g.upTo(3, 8)
	s.fill(new(path).star(x, y-r*0.1, r*0.45, r*g.between(0.15, 0.3), points, 0), identity, solid(b))
	s.rect(x-r*0.6, y+r*0.36, r*1.2, r*0.08, solid(b))
}

func (s *sheet) starEmblem(x, y, r float32, a, b rgb, g rng) {
	s.disc(x, y, r, solid(a))
	s.ring(x, y, r*0.86, r*0.05, solid(b))
	n := g.upTo(5, 12)
	for i := range n {
		angle := float32(i) * 2 * math.Pi / float32(n)
		s.fill(new(path).star(x+r*0.66*sin(angle), y-r*0.66*cos(angle), r*0.12, r*0.05, 5, 0), identity, solid(b))
	}
	s.fill(new(path).star(x, y, r*0.42, r*g.between(0.14, 0.3), g.upTo(4, 9), 0), identity, solid(b))
}

func (s *sheet) rosetteEmblem(x, y, r float32, a rgb, g rng) {
	n := g.upTo(6, 14)
	p := new(path)
	for i := range n {
		m := turned(float32(i)*2*math.Pi/float32(n), x, y)
		petal := new(path).ellipse(0, -r*0.55, r*g.between(0.18, 0.2), r*0.45)
		for j, q := range petal.pts {
			petal.pts[j] = m.apply(q)
		}
		p.ops = append(p.ops, petal.ops...)
		p.pts = append(p.pts, petal.pts...)
	}
	s.stroke(p, identity, r*0.06, solid(a))
	s.disc(x, y, r*0.18, solid(a))
}

func (s *sheet) monogram(x, y, r float32, a rgb, g rng) {
	if g.chance(0.5) {
		s.roundRect(x-r, y-r, 2*r, 2*r, r*g.between(0.1, 0.6), solid(a))
	} else {
		s.disc(x, y, r, solid(a))
	}
	letters := digits(g, "@@")
	st := style{face: pick(g, bold, boldItalic, monoBold, smallCaps), size: r * 1.1, align: center, ink: solid(a.readable())}
	s.text(x, y+r*0.38, letters, st.fit(letters, r*1.6))
}

func (s *sheet) petals(x, y, r float32, a, b rgb, g rng) {
	n := g.upTo(3, 6)
	for i := range n {
		c := a.toward(b, float32(i)/float32(n))
		p := new(path)
		p.moveTo(0, 0)
		p.quadTo(-r*0.55, -r*0.5, 0, -r)
		p.quadTo(r*0.55, -r*0.5, 0, 0)
		p.close()
		s.fill(p, turned(float32(i)*2*math.Pi/float32(n)+g.between(0, 0.1), x, y), tinted(c, 0.85))
	}
}

func (s *sheet) bars(x, y, r float32, a, b rgb, g rng) {
	n := g.upTo(3, 5)
	step := 2 * r / float32(n)
	for i := range n {
		h := r * g.between(0.5, 2)
		s.rect(x-r+float32(i)*step, y+r-h, step*0.72, h, solid(a.toward(b, float32(i)/float32(n-1))))
	}
}

func (s *sheet) orbit(x, y, r float32, a, b rgb, g rng) {
	s.disc(x, y, r*0.6, solid(a))
	p := new(path).ellipse(0, 0, r*1.05, r*0.35)
	s.stroke(p, turned(g.between(-0.8, 0.8), x, y), r*0.12, solid(b))
	s.disc(x+r*0.5, y-r*0.55, r*0.16, solid(b))
}

// tiles draws a 3 x 3 pattern of quarter circles, squares and dots.
func (s *sheet) tiles(x, y, r float32, a, b rgb, g rng) {
	step := 2 * r / 3
	for i := range 9 {
		left, top := x-r+float32(i%3)*step, y-r+float32(i/3)*step
		s.tile(left, top, step*0.96, pick(g, a, b), g)
	}
}

func (s *sheet) tile(x, y, d float32, c rgb, g rng) {
	switch g.IntN(4) {
	case 0:
		s.rect(x, y, d, d, solid(c))
	case 1:
		s.disc(x+d/2, y+d/2, d/2, solid(c))
	case 2:
		s.quarter(x, y, d, g.IntN(4), c)
	default:
		s.rect(x, y, d, d, tinted(c, 0.25))
		s.disc(x+d/2, y+d/2, d/5, solid(c))
	}
}

// quarter fills a quarter disc whose centre is one of the square's corners.
func (s *sheet) quarter(x, y, d float32, corner int, c rgb) {
	p := new(path)
	p.moveTo(-d/2, -d/2)
	p.lineTo(d/2, -d/2)
	p.cubeTo(d/2, d*(arcWeight-0.5), d*(arcWeight-0.5), d/2, -d/2, d/2)
	p.close()
	s.fill(p, turned(float32(corner)*math.Pi/2, x+d/2, y+d/2), solid(c))
}

// stamp draws a round rubber stamp with text along its edge.
func (s *sheet) stamp(x, y, r float32, outer, inner string, c rgb, g rng) {
	k := tinted(c, g.between(0.5, 0.75))
	s.ring(x, y, r, r*0.05, k)
	s.ring(x, y, r*0.66, r*0.025, k)
	st := style{face: bold, size: r * 0.2, track: 0.08, ink: k}
	for st.measure(outer) > 5*r*0.75 {
		st.size *= 0.9
	}
	s.arcText(x, y, r*0.76, outer, st)
	line := style{face: bold, size: r * 0.26, align: center, ink: k}.fit(inner, r*1.1)
	s.textOn(turned(g.between(-0.15, 0.1), x, y+r*0.08), inner, line)
	s.fill(new(path).star(x, y+r*0.38, r*0.13, r*0.06, 5, 0), identity, k)
}

// seal draws an embossed seal with ribbons, as on a certificate.
func (s *sheet) seal(x, y, r float32, c rgb, g rng) {
	for _, side := range []float32{-1, 1} {
		s.fill(new(path).polygon(point{x, y}, point{x + side*r*0.2, y + r*1.9}, point{x + side*r*0.5, y + r*1.65},
			point{x + side*r*0.85, y + r*1.75}, point{x + side*r*0.6, y}), identity, solid(c.toward(black, 0.25)))
	}
	s.fill(new(path).star(x, y, r, r*0.88, g.upTo(16, 30), 0), identity, blend(c.toward(white, 0.35), c, point{x - r, y - r}, point{x + r, y + r}))
	s.ring(x, y, r*0.72, r*0.03, solid(c.toward(white, 0.5)))
	s.fill(new(path).star(x, y, r*0.45, r*0.2, g.upTo(5, 8), 0), identity, solid(c.toward(white, 0.5)))
}
