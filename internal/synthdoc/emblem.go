package synthdoc

import (
	"math"

	"exemplar/internal/canvas"
)

// emblem draws an invented emblem of a company or an authority, centred at (x, y), with
// radius r.
func (s *sheet) emblem(x, y, r float32, a, b canvas.RGB) {
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

func (s *sheet) shield(x, y, r float32, a, b canvas.RGB, g rng) {
	outline := func(k float32) *canvas.Path {
		p, w, h := new(canvas.Path), r*0.82*k, r*k
		p.MoveTo(x-w, y-h*0.9)
		p.QuadTo(x, y-h*1.05, x+w, y-h*0.9)
		p.LineTo(x+w, y+h*0.1)
		p.CubeTo(x+w, y+h*0.6, x+w*0.4, y+h*0.85, x, y+h)
		p.CubeTo(x-w*0.4, y+h*0.85, x-w, y+h*0.6, x-w, y+h*0.1)
		p.Close()
		return p
	}
	s.Fill(outline(1), canvas.Identity, canvas.Solid(a))
	s.Fill(outline(0.88), canvas.Identity, canvas.Solid(b))
	s.Fill(outline(0.82), canvas.Identity, canvas.Solid(a))
	points := g.upTo(3, 8)
	s.Fill(new(canvas.Path).Star(x, y-r*0.1, r*0.45, r*g.between(0.15, 0.3), points, 0), canvas.Identity, canvas.Solid(b))
	s.Rect(x-r*0.6, y+r*0.36, r*1.2, r*0.08, canvas.Solid(b))
}

func (s *sheet) starEmblem(x, y, r float32, a, b canvas.RGB, g rng) {
	s.Disc(x, y, r, canvas.Solid(a))
	s.Ring(x, y, r*0.86, r*0.05, canvas.Solid(b))
	n := g.upTo(5, 12)
	for i := range n {
		angle := float32(i) * 2 * math.Pi / float32(n)
		s.Fill(new(canvas.Path).Star(x+r*0.66*canvas.Sin(angle), y-r*0.66*canvas.Cos(angle), r*0.12, r*0.05, 5, 0), canvas.Identity, canvas.Solid(b))
	}
	s.Fill(new(canvas.Path).Star(x, y, r*0.42, r*g.between(0.14, 0.3), g.upTo(4, 9), 0), canvas.Identity, canvas.Solid(b))
}

func (s *sheet) rosetteEmblem(x, y, r float32, a canvas.RGB, g rng) {
	n := g.upTo(6, 14)
	p := new(canvas.Path)
	for i := range n {
		m := canvas.Turned(float32(i)*2*math.Pi/float32(n), x, y)
		petal := new(canvas.Path).Ellipse(0, -r*0.55, r*g.between(0.18, 0.2), r*0.45)
		for j, q := range petal.Pts {
			petal.Pts[j] = m.Apply(q)
		}
		p.Ops = append(p.Ops, petal.Ops...)
		p.Pts = append(p.Pts, petal.Pts...)
	}
	s.Stroke(p, canvas.Identity, r*0.06, canvas.Solid(a))
	s.Disc(x, y, r*0.18, canvas.Solid(a))
}

func (s *sheet) monogram(x, y, r float32, a canvas.RGB, g rng) {
	if g.chance(0.5) {
		s.RoundRect(x-r, y-r, 2*r, 2*r, r*g.between(0.1, 0.6), canvas.Solid(a))
	} else {
		s.Disc(x, y, r, canvas.Solid(a))
	}
	letters := digits(g, "@@")
	st := canvas.Style{Face: pick(g, canvas.Bold, canvas.BoldItalic, canvas.MonoBold, canvas.SmallCaps), Size: r * 1.1, Align: canvas.Center, Ink: canvas.Solid(a.Readable())}
	s.Text(x, y+r*0.38, letters, st.Fit(letters, r*1.6))
}

func (s *sheet) petals(x, y, r float32, a, b canvas.RGB, g rng) {
	n := g.upTo(3, 6)
	for i := range n {
		c := a.Toward(b, float32(i)/float32(n))
		p := new(canvas.Path)
		p.MoveTo(0, 0)
		p.QuadTo(-r*0.55, -r*0.5, 0, -r)
		p.QuadTo(r*0.55, -r*0.5, 0, 0)
		p.Close()
		s.Fill(p, canvas.Turned(float32(i)*2*math.Pi/float32(n)+g.between(0, 0.1), x, y), canvas.Tinted(c, 0.85))
	}
}

func (s *sheet) bars(x, y, r float32, a, b canvas.RGB, g rng) {
	n := g.upTo(3, 5)
	step := 2 * r / float32(n)
	for i := range n {
		h := r * g.between(0.5, 2)
		s.Rect(x-r+float32(i)*step, y+r-h, step*0.72, h, canvas.Solid(a.Toward(b, float32(i)/float32(n-1))))
	}
}

func (s *sheet) orbit(x, y, r float32, a, b canvas.RGB, g rng) {
	s.Disc(x, y, r*0.6, canvas.Solid(a))
	p := new(canvas.Path).Ellipse(0, 0, r*1.05, r*0.35)
	s.Stroke(p, canvas.Turned(g.between(-0.8, 0.8), x, y), r*0.12, canvas.Solid(b))
	s.Disc(x+r*0.5, y-r*0.55, r*0.16, canvas.Solid(b))
}

// tiles draws a 3 x 3 pattern of quarter circles, squares and dots.
func (s *sheet) tiles(x, y, r float32, a, b canvas.RGB, g rng) {
	step := 2 * r / 3
	for i := range 9 {
		left, top := x-r+float32(i%3)*step, y-r+float32(i/3)*step
		s.tile(left, top, step*0.96, pick(g, a, b), g)
	}
}

func (s *sheet) tile(x, y, d float32, c canvas.RGB, g rng) {
	switch g.IntN(4) {
	case 0:
		s.Rect(x, y, d, d, canvas.Solid(c))
	case 1:
		s.Disc(x+d/2, y+d/2, d/2, canvas.Solid(c))
	case 2:
		s.quarter(x, y, d, g.IntN(4), c)
	default:
		s.Rect(x, y, d, d, canvas.Tinted(c, 0.25))
		s.Disc(x+d/2, y+d/2, d/5, canvas.Solid(c))
	}
}

// quarter fills a quarter disc whose centre is one of the square's corners.
func (s *sheet) quarter(x, y, d float32, corner int, c canvas.RGB) {
	p := new(canvas.Path)
	p.MoveTo(-d/2, -d/2)
	p.LineTo(d/2, -d/2)
	p.CubeTo(d/2, d*(canvas.ArcWeight-0.5), d*(canvas.ArcWeight-0.5), d/2, -d/2, d/2)
	p.Close()
	s.Fill(p, canvas.Turned(float32(corner)*math.Pi/2, x+d/2, y+d/2), canvas.Solid(c))
}

// stamp draws a round rubber stamp with text along its edge.
func (s *sheet) stamp(x, y, r float32, outer, inner string, c canvas.RGB, g rng) {
	k := canvas.Tinted(c, g.between(0.5, 0.75))
	s.Ring(x, y, r, r*0.05, k)
	s.Ring(x, y, r*0.66, r*0.025, k)
	st := canvas.Style{Face: canvas.Bold, Size: r * 0.2, Track: 0.08, Ink: k}
	for st.Measure(outer) > 5*r*0.75 {
		st.Size *= 0.9
	}
	s.ArcText(x, y, r*0.76, outer, st)
	line := canvas.Style{Face: canvas.Bold, Size: r * 0.26, Align: canvas.Center, Ink: k}.Fit(inner, r*1.1)
	s.TextOn(canvas.Turned(g.between(-0.15, 0.1), x, y+r*0.08), inner, line)
	s.Fill(new(canvas.Path).Star(x, y+r*0.38, r*0.13, r*0.06, 5, 0), canvas.Identity, k)
}

// seal draws an embossed seal with ribbons, as on a certificate.
func (s *sheet) seal(x, y, r float32, c canvas.RGB, g rng) {
	for _, side := range []float32{-1, 1} {
		s.Fill(new(canvas.Path).Polygon(canvas.Point{X: x, Y: y}, canvas.Point{X: x + side*r*0.2, Y: y + r*1.9}, canvas.Point{X: x + side*r*0.5, Y: y + r*1.65},
			canvas.Point{X: x + side*r*0.85, Y: y + r*1.75}, canvas.Point{X: x + side*r*0.6, Y: y}), canvas.Identity, canvas.Solid(c.Toward(canvas.Black, 0.25)))
	}
	s.Fill(new(canvas.Path).Star(x, y, r, r*0.88, g.upTo(16, 30), 0), canvas.Identity, canvas.Blend(c.Toward(canvas.White, 0.35), c, canvas.Point{X: x - r, Y: y - r}, canvas.Point{X: x + r, Y: y + r}))
	s.Ring(x, y, r*0.72, r*0.03, canvas.Solid(c.Toward(canvas.White, 0.5)))
	s.Fill(new(canvas.Path).Star(x, y, r*0.45, r*0.2, g.upTo(5, 8), 0), canvas.Identity, canvas.Solid(c.Toward(canvas.White, 0.5)))
}
