package synthdoc

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

type point struct{ x, y float32 }

// affine maps (x, y) to (a*x+b*y+c, d*x+e*y+f).
type affine struct{ a, b, c, d, e, f float32 }

var identity = affine{a: 1, e: 1}

func at(x, y float32) affine { return affine{1, 0, x, 0, 1, y} }

func (m affine) apply(p point) point {
	return point{m.a*p.x + m.b*p.y + m.c, m.d*p.x + m.e*p.y + m.f}
}

// then returns the map that applies m first, n second.
func (m affine) then(n affine) affine {
	return affine{
		n.a*m.a + n.b*m.d, n.a*m.b + n.b*m.e, n.a*m.c + n.b*m.f + n.c,
		n.d*m.a + n.e*m.d, n.d*m.b + n.e*m.e, n.d*m.c + n.e*m.f + n.f,
	}
}

func (m affine) scaled(s float32) affine { return m.then(affine{a: s, e: s}) }

func (m affine) shifted(x, y float32) affine { m.c += x; m.f += y; return m }

// turned returns the rotation by an angle (radians, clockwise on screen) about
// the origin, followed by a shift.
func turned(angle, x, y float32) affine {
	s, c := sin(angle), cos(angle)
	return affine{c, -s, x, s, c, y}
}

// path is a list of outlines made of lines and Bézier curves.
type path struct {
	ops []byte // 'M', 'L', 'Q', 'C', 'Z'
	pts []point
}

func (p *path) moveTo(x, y float32) { p.add('M', point{x, y}) }
func (p *path) lineTo(x, y float32) { p.add('L', point{x, y}) }
func (p *path) close()              { p.add('Z') }

func (p *path) quadTo(bx, by, x, y float32) { p.add('Q', point{bx, by}, point{x, y}) }

func (p *path) cubeTo(bx, by, cx, cy, x, y float32) {
	p.add('C', point{bx, by}, point{cx, cy}, point{x, y})
}

func (p *path) add(op byte, pts ...point) {
	p.ops = append(p.ops, op)
	p.pts = append(p.pts, pts...)
}

func (p *path) rect(x, y, w, h float32) *path {
	return p.polygon(point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

func (p *path) polygon(pts ...point) *path {
	p.moveTo(pts[0].x, pts[0].y)
	for _, q := range pts[1:] {
		p.lineTo(q.x, q.y)
	}
	p.close()
	return p
}

// arcWeight places the control points of a cubic that follows a quarter circle.
const arcWeight = 0.5523

func (p *path) roundRect(x, y, w, h, r float32) *path {
	r = min(r, w/2, h/2)
	k := r * (1 - arcWeight)
	p.moveTo(x+r, y)
	p.lineTo(x+w-r, y)
	p.cubeTo(x+w-k, y, x+w, y+k, x+w, y+r)
	p.lineTo(x+w, y+h-r)
	p.cubeTo(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	p.lineTo(x+r, y+h)
	p.cubeTo(x+k, y+h, x, y+h-k, x, y+h-r)
	p.lineTo(x, y+r)
	p.cubeTo(x, y+k, x+k, y, x+r, y)
	p.close()
	return p
}

func (p *path) ellipse(x, y, rx, ry float32) *path {
	kx, ky := rx*arcWeight, ry*arcWeight
	p.moveTo(x, y-ry)
	p.cubeTo(x+kx, y-ry, x+rx, y-ky, x+rx, y)
	p.cubeTo(x+rx, y+ky, x+kx, y+ry, x, y+ry)
	p.cubeTo(x-kx, y+ry, x-rx, y+ky, x-rx, y)
	p.cubeTo(x-rx, y-ky, x-kx, y-ry, x, y-ry)
	p.close()
	return p
}

// star draws a star, or a polygon when inner equals outer.
func (p *path) star(x, y, outer, inner float32, points int, turn float32) *path {
	pts := make([]point, 0, 2*points)
	for i := range 2 * points {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		a := turn + float32(i)*math.Pi/float32(points)
		pts = append(pts, point{x + r*sin(a), y - r*cos(a)})
	}
	return p.polygon(pts...)
}

// bounds returns the pixels that the transformed path may touch.
func (p *path) bounds(m affine) image.Rectangle {
	lo := point{math.MaxInt16, math.MaxInt16}
	hi := point{-math.MaxInt16, -math.MaxInt16}
	for _, q := range p.pts {
		q = m.apply(q)
		lo = point{min(lo.x, q.x), min(lo.y, q.y)}
		hi = point{max(hi.x, q.x), max(hi.y, q.y)}
	}
	floor := func(v float32) int { return int(math.Floor(float64(max(-1e6, min(1e6, v))))) }
	return image.Rect(floor(lo.x), floor(lo.y), floor(hi.x)+1, floor(hi.y)+1)
}

// feed passes the transformed path to the rasteriser.
func (p *path) feed(z *vector.Rasterizer, m affine) {
	i := 0
	next := func() (float32, float32) {
		q := m.apply(p.pts[i])
		i++
		return q.x, q.y
	}
	for _, op := range p.ops {
		switch op {
		case 'M':
			z.ClosePath()
			z.MoveTo(next())
		case 'L':
			z.LineTo(next())
		case 'Q':
			bx, by := next()
			x, y := next()
			z.QuadTo(bx, by, x, y)
		case 'C':
			bx, by := next()
			cx, cy := next()
			x, y := next()
			z.CubeTo(bx, by, cx, cy, x, y)
		}
	}
	z.ClosePath()
}

// polylines flattens the transformed path; flat is the tolerance, in pixels.
func (p *path) polylines(m affine, flat float32) [][]point {
	var lines [][]point
	var line []point
	flush := func() {
		if len(line) > 1 {
			lines = append(lines, line)
		}
		line = nil
	}
	i := 0
	next := func() point { q := m.apply(p.pts[i]); i++; return q }
	for _, op := range p.ops {
		switch op {
		case 'M':
			flush()
			line = append(line, next())
		case 'L':
			line = append(line, next())
		case 'Q':
			a, b := line[len(line)-1], next()
			d := next()
			line = flatten(line, a, mid(a, b, 2), mid(d, b, 2), d, flat)
		case 'C':
			a, b, c := line[len(line)-1], next(), next()
			line = flatten(line, a, b, c, next(), flat)
		case 'Z':
			line = append(line, line[0])
			flush()
		}
	}
	flush()
	return lines
}

// mid returns the point between a and b with weights 1 and n.
func mid(a, b point, n float32) point {
	return point{(a.x + n*b.x) / (n + 1), (a.y + n*b.y) / (n + 1)}
}

// flatten appends the cubic a b c d as straight pieces.
func flatten(line []point, a, b, c, d point, flat float32) []point {
	length := hypot(b.x-a.x, b.y-a.y) + hypot(c.x-b.x, c.y-b.y) + hypot(d.x-c.x, d.y-c.y)
	n := int(max(2, min(40, float32(math.Sqrt(float64(length/flat)))))) // sagitta grows with step²
	for i := 1; i <= n; i++ {
		t := float32(i) / float32(n)
		u := 1 - t
		k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		line = append(line, point{
			k0*a.x + k1*b.x + k2*c.x + k3*d.x,
			k0*a.y + k1*b.y + k2*c.y + k3*d.y,
		})
	}
	return line
}

// outline returns the area that a pen of the given width covers along p. All pieces have
// the same winding, so that overlapping pieces do not cancel out.
func (p *path) outline(m affine, width, flat float32) *path {
	out := new(path)
	for _, line := range p.polylines(m, flat) {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			length := hypot(b.x-a.x, b.y-a.y)
			if length == 0 {
				continue
			}
			ux, uy := (b.x-a.x)/length*width/2, (b.y-a.y)/length*width/2
			// Inner joints are extended by half the width, which closes the gap of a bend.
			if i > 1 && width > 2*flat {
				a = point{a.x - ux*0.35, a.y - uy*0.35}
			}
			out.polygon(point{a.x - uy, a.y + ux}, point{a.x + uy, a.y - ux},
				point{b.x + uy, b.y - ux}, point{b.x - uy, b.y + ux})
		}
	}
	return out
}
