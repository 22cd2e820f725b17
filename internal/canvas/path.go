package canvas

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

type Point struct{ X, Y float32 }

// Affine maps (x, y) to (a*x+b*y+c, d*x+e*y+f).
type Affine struct{ A, B, C, D, E, F float32 }

var Identity = Affine{A: 1, E: 1}

func at(x, y float32) Affine { return Affine{1, 0, x, 0, 1, y} }

// Apply maps a point.
func (m Affine) Apply(p Point) Point {
	return Point{m.A*p.X + m.B*p.Y + m.C, m.D*p.X + m.E*p.Y + m.F}
}

// Then returns the map that applies m first, n second.
func (m Affine) Then(n Affine) Affine {
	return Affine{
		n.A*m.A + n.B*m.D, n.A*m.B + n.B*m.E, n.A*m.C + n.B*m.F + n.C,
		n.D*m.A + n.E*m.D, n.D*m.B + n.E*m.E, n.D*m.C + n.E*m.F + n.F,
	}
}

func (m Affine) scaled(s float32) Affine { return m.Then(Affine{A: s, E: s}) }

func (m Affine) shifted(x, y float32) Affine { m.C += x; m.F += y; return m }

// Turned returns the rotation by an angle (radians, clockwise on screen) about
// the origin, followed by a shift.
func Turned(angle, x, y float32) Affine {
	s, c := Sin(angle), Cos(angle)
	return Affine{c, -s, x, s, c, y}
}

// Path is a list of outlines made of lines and Bézier curves.
type Path struct {
	Ops []byte // 'M', 'L', 'Q', 'C', 'Z'
	Pts []Point
}

// MoveTo begins an outline, the others go on with it, and Close leads back to where it
// began.
func (p *Path) MoveTo(x, y float32) { p.add('M', Point{x, y}) }
func (p *Path) LineTo(x, y float32) { p.add('L', Point{x, y}) }
func (p *Path) Close()              { p.add('Z') }

// QuadTo adds a quadratic Bézier curve to (x, y).
func (p *Path) QuadTo(bx, by, x, y float32) { p.add('Q', Point{bx, by}, Point{x, y}) }

// CubeTo adds a cubic Bézier curve to (x, y).
func (p *Path) CubeTo(bx, by, cx, cy, x, y float32) {
	p.add('C', Point{bx, by}, Point{cx, cy}, Point{x, y})
}

func (p *Path) add(op byte, pts ...Point) {
	p.Ops = append(p.Ops, op)
	p.Pts = append(p.Pts, pts...)
}

// Rect, like the shapes below, adds an outline and returns p.
func (p *Path) Rect(x, y, w, h float32) *Path {
	return p.Polygon(Point{x, y}, Point{x + w, y}, Point{x + w, y + h}, Point{x, y + h})
}

// Polygon adds straight lines between points.
func (p *Path) Polygon(pts ...Point) *Path {
	p.MoveTo(pts[0].X, pts[0].Y)
	for _, q := range pts[1:] {
		p.LineTo(q.X, q.Y)
	}
	p.Close()
	return p
}

// ArcWeight places the control points of a cubic that follows a quarter circle.
const ArcWeight = 0.5523

// RoundRect adds a rectangle with corners of radius r.
func (p *Path) RoundRect(x, y, w, h, r float32) *Path {
	r = min(r, w/2, h/2)
	k := r * (1 - ArcWeight)
	p.MoveTo(x+r, y)
	p.LineTo(x+w-r, y)
	p.CubeTo(x+w-k, y, x+w, y+k, x+w, y+r)
	p.LineTo(x+w, y+h-r)
	p.CubeTo(x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	p.LineTo(x+r, y+h)
	p.CubeTo(x+k, y+h, x, y+h-k, x, y+h-r)
	p.LineTo(x, y+r)
	p.CubeTo(x, y+k, x+k, y, x+r, y)
	p.Close()
	return p
}

// Ellipse adds an upright ellipse.
func (p *Path) Ellipse(x, y, rx, ry float32) *Path {
	kx, ky := rx*ArcWeight, ry*ArcWeight
	p.MoveTo(x, y-ry)
	p.CubeTo(x+kx, y-ry, x+rx, y-ky, x+rx, y)
	p.CubeTo(x+rx, y+ky, x+kx, y+ry, x, y+ry)
	p.CubeTo(x-kx, y+ry, x-rx, y+ky, x-rx, y)
	p.CubeTo(x-rx, y-ky, x-kx, y-ry, x, y-ry)
	p.Close()
	return p
}

// Star draws a star, or a polygon when inner equals outer.
func (p *Path) Star(x, y, outer, inner float32, points int, turn float32) *Path {
	pts := make([]Point, 0, 2*points)
	for i := range 2 * points {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		a := turn + float32(i)*math.Pi/float32(points)
		pts = append(pts, Point{x + r*Sin(a), y - r*Cos(a)})
	}
	return p.Polygon(pts...)
}

// bounds returns the pixels that the transformed path may touch.
func (p *Path) bounds(m Affine) image.Rectangle {
	lo := Point{math.MaxInt16, math.MaxInt16}
	hi := Point{-math.MaxInt16, -math.MaxInt16}
	for _, q := range p.Pts {
		q = m.Apply(q)
		lo = Point{min(lo.X, q.X), min(lo.Y, q.Y)}
		hi = Point{max(hi.X, q.X), max(hi.Y, q.Y)}
	}
	floor := func(v float32) int { return int(math.Floor(float64(max(-1e6, min(1e6, v))))) }
	return image.Rect(floor(lo.X), floor(lo.Y), floor(hi.X)+1, floor(hi.Y)+1)
}

// feed passes the transformed path to the rasteriser.
func (p *Path) feed(z *vector.Rasterizer, m Affine) {
	i := 0
	next := func() (float32, float32) {
		q := m.Apply(p.Pts[i])
		i++
		return q.X, q.Y
	}
	for _, op := range p.Ops {
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
func (p *Path) polylines(m Affine, flat float32) [][]Point {
	var lines [][]Point
	var line []Point
	flush := func() {
		if len(line) > 1 {
			lines = append(lines, line)
		}
		line = nil
	}
	i := 0
	next := func() Point { q := m.Apply(p.Pts[i]); i++; return q }
	for _, op := range p.Ops {
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
func mid(a, b Point, n float32) Point {
	return Point{(a.X + n*b.X) / (n + 1), (a.Y + n*b.Y) / (n + 1)}
}

// flatten appends the cubic a b c d as straight pieces.
func flatten(line []Point, a, b, c, d Point, flat float32) []Point {
	length := Hypot(b.X-a.X, b.Y-a.Y) + Hypot(c.X-b.X, c.Y-b.Y) + Hypot(d.X-c.X, d.Y-c.Y)
	n := int(max(2, min(40, float32(math.Sqrt(float64(length/flat)))))) // sagitta grows with step²
	for i := 1; i <= n; i++ {
		t := float32(i) / float32(n)
		u := 1 - t
		k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		line = append(line, Point{
			k0*a.X + k1*b.X + k2*c.X + k3*d.X,
			k0*a.Y + k1*b.Y + k2*c.Y + k3*d.Y,
		})
	}
	return line
}

// outline returns the area that a pen of the given width covers along p. All pieces have
// the same winding, so that overlapping pieces do not cancel out.
func (p *Path) outline(m Affine, width, flat float32) *Path {
	out := new(Path)
	for _, line := range p.polylines(m, flat) {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			length := Hypot(b.X-a.X, b.Y-a.Y)
			if length == 0 {
				continue
			}
			ux, uy := (b.X-a.X)/length*width/2, (b.Y-a.Y)/length*width/2
			// Inner joints are extended by half the width, which closes the gap of a bend.
			if i > 1 && width > 2*flat {
				a = Point{a.X - ux*0.35, a.Y - uy*0.35}
			}
			out.Polygon(Point{a.X - uy, a.Y + ux}, Point{a.X + uy, a.Y - ux},
				Point{b.X + uy, b.Y - ux}, Point{b.X - uy, b.Y + ux})
		}
	}
	return out
}

// Sin, Cos and Hypot are those of package math for the numbers that drawings use.
func Sin(x float32) float32 { return float32(math.Sin(float64(x))) }
func Cos(x float32) float32 { return float32(math.Cos(float64(x))) }

func Hypot(x, y float32) float32 { return float32(math.Hypot(float64(x), float64(y))) }
