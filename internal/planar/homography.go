// Package planar maps points between planes: between a document's picture, its
// place in a photo, and the camera's view of a sheet.
//
// Pixels have one convention: (0, 0) is the centre of the first pixel, so that a
// picture reaches from -0.5 to its side less 0.5.
package planar

import "math"

// Point is a place in a picture, in pixels; (0, 0) is the centre of the first.
type Point struct{ X, Y float64 }

// Pt is shorthand for Point{x, y}.
func Pt(x, y float64) Point { return Point{x, y} }

// Contains says whether a convex quad, clockwise on screen, holds a point.
func Contains(q *[4]Point, p Point) bool {
	for i, a := range q {
		b := q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// Homography maps points of one plane to another: row-major 3 x 3.
type Homography [9]float64

// Apply maps a point. Points on the horizon map to infinity.
func (h *Homography) Apply(p Point) Point {
	w := h.Depth(p)
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

// Depth is the homogeneous coordinate of the image of p: positive in front of
// the camera, for homographies scaled that way.
func (h *Homography) Depth(p Point) float64 { return h[6]*p.X + h[7]*p.Y + h[8] }

// Multiply returns the map that applies g and then h.
func (h *Homography) Multiply(g *Homography) Homography {
	var out Homography
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = h[3*i]*g[j] + h[3*i+1]*g[3+j] + h[3*i+2]*g[6+j]
		}
	}
	return out
}

// Adjugate returns the inverse map up to scale and sign, which do not matter to
// where points go. Where h has no inverse, it is no map.
func (h *Homography) Adjugate() Homography {
	return Homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}

// Inverse returns the inverse matrix, and false where there is none.
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

// Resizing maps the pixels of a picture to those of the same picture at another
// size: sx times as wide and sy times as high. Edges meet edges, so the centre of
// the first pixel moves by half of what its sides grow.
func Resizing(sx, sy float64) Homography {
	return Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
}

// SquareTo returns the map of the unit square's corners (0,0) (1,0) (1,1)
// (0,1) to q (Heckbert 1989, 2.2.3), and false where three of them lie on
// a line.
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

// FourPoints returns the homography that maps from to to.
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

// LeastSquares accumulates the weighted least squares problem of a homography with
// h[8] = 1: 8 unknowns, the upper triangle of the normal matrix and the right
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

// Solve returns the homography by Cholesky's decomposition, and false where
// the points do not determine it.
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
