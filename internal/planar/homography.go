// Package planar maps points between planes: a reference and its position in a photo, or
// a sheet of paper and a camera's view of it. All packages that locate documents use its
// types; it imports none of ours.
//
// Coordinates are in pixels, and (0, 0) is the centre of the first pixel. A picture of w
// pixels therefore extends from -0.5 to w-0.5.
package planar

import "math"

// Point is a position in a picture, in pixels; (0, 0) is the centre of the first pixel.
type Point struct{ X, Y float64 }

// Pt is shorthand for Point{x, y}.
func Pt(x, y float64) Point { return Point{x, y} }

// Between returns the point that lies k of the way from a to b.
func Between(a, b Point, k float64) Point {
	return Point{a.X + k*(b.X-a.X), a.Y + k*(b.Y-a.Y)}
}

// Rectangle returns the corners of an upright rectangle, clockwise on screen from
// the upper left one.
func Rectangle(x0, y0, x1, y1 float64) [4]Point {
	return [4]Point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// Contains says whether a point lies in a convex quadrilateral, whose corners are in
// clockwise order on screen.
func Contains(q *[4]Point, p Point) bool {
	for i, a := range q {
		b := q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// Homography maps points of one plane to another. It is a 3 x 3 matrix, row by row, that
// acts on homogeneous coordinates.
type Homography [9]float64

// Apply maps a point. Points on the horizon map to infinity.
func (h *Homography) Apply(p Point) Point {
	w := h.Depth(p)
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

// Depth is the third homogeneous coordinate of the image of p. For homographies that are
// scaled so, it is positive in front of the camera.
func (h *Homography) Depth(p Point) float64 { return h[6]*p.X + h[7]*p.Y + h[8] }

// Multiply returns the map that applies g first, then h.
func (h *Homography) Multiply(g *Homography) Homography {
	var out Homography
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = h[3*i]*g[j] + h[3*i+1]*g[3+j] + h[3*i+2]*g[6+j]
		}
	}
	return out
}

// Adjugate returns the inverse map up to scale and sign, which do not change where points
// are mapped. If h has no inverse, the result is not a homography.
func (h *Homography) Adjugate() Homography {
	return Homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}

// Inverse returns the inverse matrix, and false if there is none.
func (h *Homography) Inverse() (Homography, bool) {
	inv := h.Adjugate()
	det := h[0]*inv[0] + h[1]*inv[3] + h[2]*inv[6]
	if det == 0 || math.IsNaN(det) {
		return inv, false
	}
	for i := range inv {
		inv[i] /= det
	}
	return inv, true
}

// Jacobian returns the derivative of the map at p: du/dx, du/dy, dv/dx, dv/dy.
func (h *Homography) Jacobian(p Point) (ux, uy, vx, vy float64) {
	w := h.Depth(p)
	q := h.Apply(p)
	return (h[0] - q.X*h[6]) / w, (h[1] - q.X*h[7]) / w, (h[3] - q.Y*h[6]) / w, (h[4] - q.Y*h[7]) / w
}

// Resizing maps the pixels of a picture to those of the same picture scaled by sx and sy.
// The edges of the pictures coincide, so that the centre of the first pixel moves.
func Resizing(sx, sy float64) Homography {
	return Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
}

// SquareTo returns the homography that maps the corners (0,0) (1,0) (1,1) (0,1) of the
// unit square to q (Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989,
// section 2.2.3), and false if three of the points lie on a line.
func SquareTo(q *[4]Point) (Homography, bool) {
	sx := q[0].X - q[1].X + q[2].X - q[3].X
	sy := q[0].Y - q[1].Y + q[2].Y - q[3].Y
	dx1, dy1 := q[1].X-q[2].X, q[1].Y-q[2].Y
	dx2, dy2 := q[3].X-q[2].X, q[3].Y-q[2].Y
	den := dx1*dy2 - dx2*dy1
	if math.Abs(den) < 1e-9 {
		return Homography{}, false
	}
	g := (sx*dy2 - dx2*sy) / den
	k := (dx1*sy - sx*dy1) / den
	return Homography{
		q[1].X - q[0].X + g*q[1].X, q[3].X - q[0].X + k*q[3].X, q[0].X,
		q[1].Y - q[0].Y + g*q[1].Y, q[3].Y - q[0].Y + k*q[3].Y, q[0].Y,
		g, k, 1,
	}, true
}

// FourPoints returns the homography that maps the four points from to the four points
// to, and false if three of either lie on a line.
func FourPoints(from, to *[4]Point) (Homography, bool) {
	a, ok := SquareTo(from)
	if !ok {
		return a, false
	}
	b, ok := SquareTo(to)
	if !ok {
		return b, false
	}
	inv, ok := a.Inverse()
	if !ok {
		return inv, false
	}
	return b.Multiply(&inv), true
}

// LeastSquares accumulates the normal equations of a weighted least squares fit of a
// homography with h[8] = 1: 8 unknowns, the upper triangle of the matrix, and the right
// side.
type LeastSquares struct {
	a [8][8]float64
	b [8]float64
}

// Add takes the correspondence (x, y) -> (u, v).
func (n *LeastSquares) Add(x, y, u, v, weight float64) {
	rowU := [8]float64{x, y, 1, 0, 0, 0, -u * x, -u * y}
	rowV := [8]float64{0, 0, 0, x, y, 1, -v * x, -v * y}
	for i := range 8 {
		wu, wv := weight*rowU[i], weight*rowV[i]
		for j := i; j < 8; j++ {
			n.a[i][j] += wu*rowU[j] + wv*rowV[j]
		}
		n.b[i] += wu*u + wv*v
	}
}

// Solve returns the homography by Cholesky decomposition, and false if the points do not
// determine it.
func (n *LeastSquares) Solve() (Homography, bool) {
	var l [8][8]float64
	var h Homography
	for i := range 8 {
		for j := 0; j <= i; j++ {
			s := n.a[j][i]
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			if i == j {
				if s <= 1e-12*n.a[i][i] {
					return h, false
				}
				l[i][i] = math.Sqrt(s)
			} else {
				l[i][j] = s / l[j][j]
			}
		}
	}
	for i := range 8 {
		s := n.b[i]
		for k := range i {
			s -= l[i][k] * h[k]
		}
		h[i] = s / l[i][i]
	}
	for i := 7; i >= 0; i-- {
		s := h[i]
		for k := i + 1; k < 8; k++ {
			s -= l[k][i] * h[k]
		}
		h[i] = s / l[i][i]
	}
	h[8] = 1
	return h, true
}
