package capturesim

import (
	"math"

	"exemplar/internal/planar"
)

// castShadow darkens the ground around a sheet: a soft shadow to one side.
func (s *scene) castShadow(d *sheet3D, depth float64) {
	const shrink = 4 // a soft shadow can be drawn at a quarter of the size
	var m frame
	m.resize((s.out.w+shrink-1)/shrink, (s.out.h+shrink-1)/shrink)
	m.fill(laneMask)
	height := s.r.between(0.01, 0.05)
	angle := s.r.angle()
	inverse := d.fromPhoto(&s.view)
	for y := range m.h {
		row := m.row(y)
		for x := range row {
			p := inverse.Apply(planar.Pt((float64(x)+0.5)*shrink, (float64(y)+0.5)*shrink))
			u, v := p.X-height*math.Cos(angle), p.Y-height*math.Sin(angle)
			if math.Abs(u) < d.w/2 && math.Abs(v) < d.h/2 {
				k := uint64((1 - depth) * 255)
				row[x] = pixel(k, k, k)
			}
		}
	}
	m.gaussian(&s.scratch, height*0.5*s.view.unit()*d.size/shrink)
	s.multiply(&m)
}

// multiply scales the photo by a smaller picture of factors (255 is 1).
func (s *scene) multiply(m *frame) {
	full := &s.d
	full.resize(s.out.w, s.out.h)
	full.enlarge(m)
	for i, p := range s.out.px {
		r, g, b := channels(p)
		kr, kg, kb := channels(full.px[i])
		s.out.px[i] = pixel(r*kr/255, g*kg/255, b*kb/255)
	}
}

// finger is a rounded rod in the photo, from the hand to the tip.
type finger struct {
	from, tip planar.Point
	radius    float64
	skin      [3]float64
	nail      bool
}

// hands draws fingers that reach over the document's edge.
func (s *scene) hands() {
	if !s.r.chance(s.p.Fingers) {
		return
	}
	lightness := s.r.between(0.25, 0.88)
	skin := [3]float64{lightness, lightness * s.r.between(0.68, 0.8), lightness * s.r.between(0.5, 0.66)}
	quad := s.doc.quad(&s.view)
	side := s.r.IntN(4)
	s.hand(quad, side, skin)
	if s.r.chance(0.4) {
		s.hand(quad, (side+2)%4, skin)
	}
}

// hand draws one to three fingers that reach over one side of the document.
func (s *scene) hand(q [4]planar.Point, side int, skin [3]float64) {
	a, b := q[side], q[(side+1)%4]
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	center := planar.Pt((q[0].X+q[2].X)/2, (q[0].Y+q[2].Y)/2)
	n := s.r.upTo(1, 3)
	radius := min(s.view.unit()*s.r.between(0.035, 0.065), 0.14*length)
	at, reach := s.r.between(0.2, 0.7), s.r.between(0.6, 2.6)*radius
	s.palm(a, b, at+float64(n-1)*1.05*radius/length, radius, skin, center)
	for i := range n {
		t := at + float64(i)*2.1*radius/length
		edge := planar.Pt(a.X+(b.X-a.X)*t, a.Y+(b.Y-a.Y)*t)
		dx, dy := inwards(a, b, edge, center)
		deep := reach * s.r.between(0.75, 1.15)
		f := finger{skin: skin, radius: radius * s.r.between(0.9, 1.1), nail: s.r.chance(0.7),
			tip:  planar.Pt(edge.X+dx*deep, edge.Y+dy*deep),
			from: planar.Pt(edge.X-dx*7*radius, edge.Y-dy*7*radius)}
		s.finger(f)
	}
}

// inwards returns the direction of a finger: perpendicular to the edge, a little towards
// the middle of the document.
func inwards(a, b, from, center planar.Point) (dx, dy float64) {
	dx, dy = unit(center.X-from.X, center.Y-from.Y)
	nx, ny := unit(-(b.Y - a.Y), b.X-a.X)
	if nx*dx+ny*dy < 0 {
		nx, ny = -nx, -ny
	}
	return unit(nx+0.25*dx, ny+0.25*dy)
}

// palm draws the hand behind the fingers and the arm behind the hand.
func (s *scene) palm(a, b planar.Point, at, radius float64, skin [3]float64, center planar.Point) {
	edge := planar.Pt(a.X+(b.X-a.X)*at, a.Y+(b.Y-a.Y)*at)
	dx, dy := inwards(a, b, edge, center)
	for _, part := range [][2]float64{{9, 2}, {4.5, 2.6}} { // arm, palm: distance and radius, in fingers
		tip := planar.Pt(edge.X-dx*part[0]*radius, edge.Y-dy*part[0]*radius)
		far := float64(s.out.w + s.out.h)
		if part[0] < 9 {
			far = 7 * radius
		}
		s.finger(finger{skin: skin, radius: part[1] * radius, tip: tip, from: planar.Pt(tip.X-dx*far, tip.Y-dy*far)})
	}
}

func unit(x, y float64) (float64, float64) {
	l := math.Hypot(x, y)
	if l == 0 {
		return 1, 0
	}
	return x / l, y / l
}

// finger draws the rod with rounded shading, a nail, and a soft shadow.
func (s *scene) finger(f finger) {
	dx, dy := unit(f.tip.X-f.from.X, f.tip.Y-f.from.Y)
	reach := f.radius * 1.7
	length := math.Hypot(f.tip.X-f.from.X, f.tip.Y-f.from.Y)
	for y := range s.out.h {
		for x := range s.out.w {
			px, py := float64(x)+0.5-f.tip.X, float64(y)+0.5-f.tip.Y
			along, across := px*dx+py*dy, py*dx-px*dy // along: 0 at the tip, negative behind it
			if along > reach || along < -length-reach || math.Abs(across) > reach {
				continue
			}
			// The tip is an ellipse, the joints are a little thicker.
			bulge := 1 + 0.06*math.Cos(along/f.radius*1.3)
			d := across / (f.radius * bulge)
			if along > -f.radius {
				d = math.Hypot(d, (along+f.radius)/f.radius)
			} else if along < -length {
				d = math.Hypot(d, (along+length)/f.radius)
			}
			root := ramp((along+length)/f.radius - 1) // it grows out of the hand
			s.fingerPixel(y*s.out.w+x, f, math.Abs(d), along, across, root)
		}
	}
}

// fingerPixel colours a pixel at distance d (1 is the outline) of the axis,
// with the opacity root.
func (s *scene) fingerPixel(i int, f finger, d, along, across, root float64) {
	soft := 1.2 / f.radius
	if d > 1 { // contact shadow
		if k := 1 - (d-1)/0.6; k > 0 {
			s.out.px[i] = gained(s.out.px[i], uint64(128*(1-0.4*k*k*root)))
		}
		if d > 1+soft {
			return
		}
	}
	k := 0.55 + 0.5*math.Sqrt(max(0, 1-d*d)) - 0.12*across/f.radius
	c := f.skin
	u, v := (along+0.75*f.radius)/(0.55*f.radius), across/(0.55*f.radius)
	if n := u*u + v*v; f.nail && n < 1 {
		c = mixColor(c, [3]float64{0.95, 0.8, 0.76}, 0.55)
		k += 0.1 * (1 - n)
	}
	cover := root * max(0, min(1, (1+soft-d)/soft))
	s.out.px[i] = lerp(s.out.px[i], colorOf(c[0]*k, c[1]*k, c[2]*k), uint64(cover*256))
	s.mask[i] = byte(float64(s.mask[i]) * (1 - cover))
}
