package capturesim

import "math"

// bend is the height of bent paper above its plane. The height varies along one
// direction only.
type bend struct {
	cos, sin float64
	height   float64
	kind     int
}

const (
	arch     = iota // the middle is higher than two edges, or lower
	spine           // rises towards one edge, as a page towards the spine
	corner3D        // one corner or edge curls up
	wave
	bottle // wrapped around a cylinder
	bends
)

// newBend draws a random bend.
func newBend(r rng) *bend {
	b := &bend{kind: r.IntN(bends), height: r.between(0.015, 0.09)}
	angle := 0.0
	switch {
	case b.kind == corner3D:
		angle = r.angle()
	case r.chance(0.5):
		angle = math.Pi / 2
	}
	angle += r.around(0.12)
	b.cos, b.sin = math.Cos(angle), math.Sin(angle)
	if b.kind == arch && r.chance(0.4) {
		b.height = -b.height
	}
	if b.kind == bottle {
		b.cos, b.sin, b.height = 1, r.around(0.05), r.between(0.05, 0.14)
	}
	return b
}

// at returns the height at a point of the plane, in units of the paper's longer side,
// and the slope along the direction of the bend.
func (b *bend) at(x, y float64) (z, slope float64) {
	t := x*b.cos + y*b.sin // about -0.5 to 0.5
	switch b.kind {
	case spine:
		e := math.Exp(-(t + 0.5) / 0.14)
		return b.height * e, -b.height * e / 0.14
	case corner3D:
		if t < 0.15 {
			return 0, 0
		}
		d := t - 0.15
		return 3 * b.height * d * d, 6 * b.height * d
	case wave:
		return 0.35 * b.height * math.Sin(9*t), 0.35 * 9 * b.height * math.Cos(9*t)
	}
	return b.height * (1 - 4*t*t), -8 * b.height * t // arch, bottle
}
