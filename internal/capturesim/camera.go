package capturesim

import (
	"math"

	"exemplar/internal/planar"
)

// camera is a pinhole camera that looks at a plane. The plane's unit is the
// longer side of the document, the picture's unit is arbitrary.
type camera struct {
	focal    float64           // focal length, in units of the picture
	distance float64           // to the point it looks at, in units of the plane
	m        planar.Homography // a rotation
}

// tilt first rotates the plane in itself by turn, then tilts it by lean towards
// direction; the camera looks at the plane's origin. All angles are in radians.
func (c *camera) tilt(lean, direction, turn float64) {
	// Rodrigues' rotation about the axis that is perpendicular to direction.
	ax, ay := -math.Sin(direction), math.Cos(direction)
	cl, sl := math.Cos(lean), math.Sin(lean)
	r := planar.Homography{
		cl + ax*ax*(1-cl), ax * ay * (1 - cl), ay * sl,
		ax * ay * (1 - cl), cl + ay*ay*(1-cl), -ax * sl,
		-ay * sl, ax * sl, cl,
	}
	ct, st := math.Cos(turn), math.Sin(turn)
	c.m = then(planar.Homography{ct, -st, 0, st, ct, 0, 0, 0, 1}, r)
}

// project returns where a point at height z above the plane is seen.
func (c *camera) project(x, y, z float64) planar.Point {
	u := c.m[0]*x + c.m[1]*y - c.m[2]*z
	v := c.m[3]*x + c.m[4]*y - c.m[5]*z
	w := c.m[6]*x + c.m[7]*y - c.m[8]*z + c.distance
	return planar.Pt(c.focal*u/w, c.focal*v/w)
}

// plane returns the map from the plane (z = 0) to the picture.
func (c *camera) plane() planar.Homography {
	f, d := c.focal, c.distance
	return planar.Homography{f * c.m[0], f * c.m[1], 0, f * c.m[3], f * c.m[4], 0, c.m[6], c.m[7], d}
}
