package emblem

import (
	"fmt"
	"image"
	"math"

	"exemplar/internal/imaging"
)

// Another name in the letters of a company, and another headline of its papers, lie where the
// reference has its own: on the same base line, as high and as dark. Then it is the letters
// that tell the two apart.

const (
	// lettersReach is up to how many pixels aside letters are looked for, since paper bends,
	// and lineEdge how many pixels about a line belong to it.
	lettersReach, lineEdge = 3, 2
	// partWidth is how many heights of a line are compared at once: two or three letters. Less
	// than half of it is left out at the end. By eye.
	partWidth = 3
)

// Inked is a photo that was laid on a reference, both less their paper, at full size.
type Inked struct{ ref, photo small }

// LayInked takes a reference and a photo, laid on it, of its size and at half brightness.
// Pictures of different sizes panic.
func LayInked(ref, photo *imaging.Gray) Inked {
	if ref.W != photo.W || ref.H != photo.H {
		panic(fmt.Sprintf("emblem: a photo of %dx%d laid on a reference of %dx%d", photo.W, photo.H, ref.W, ref.H))
	}
	return Inked{inkOf(ref, 1, 1), inkOf(photo, 1, 2)}
}

// Letters is how a line of print of a reference looks in a photo, where it should be.
type Letters struct {
	Alike    float64 // correlation of its parts along their rows: the mean
	Rows     float64 // correlation of the ink of its rows: 1 of other letters as high and on the same base line
	Contrast float64 // deviation of the ink, as a share of the reference's
}

// Letters compares a line of the reference with what lies there in the photo, moved by so
// many pixels. ok is false where it is too near an edge.
//
// All letters have much ink between their base line and their height, and little beyond: so
// parts are compared less the mean of each of their rows, or letters of one size would be
// alike, whatever they are.
func (k *Inked) Letters(e *Emblem, by image.Point) (l Letters, ok bool) {
	page := image.Rect(0, 0, k.ref.w, k.ref.h)
	line := e.Box.Inset(-lineEdge)
	if !line.In(page) || !line.Inset(-lettersReach).Add(by).In(page) {
		return l, false
	}
	wide, parts := min(e.Box.Dx(), partWidth*e.Box.Dy()), 0
	for x := e.Box.Min.X; e.Box.Max.X-x >= (wide+1)/2; x += wide {
		from := min(x, e.Box.Max.X-wide)
		l.Alike += k.alongRows(image.Rect(from, e.Box.Min.Y, from+wide, e.Box.Max.Y), by)
		parts++
	}
	if parts == 0 {
		return l, false
	}
	l.Alike /= float64(parts)
	own, its := k.ref.template(line, 1), k.photo.template(line.Add(by), 1)
	l.Contrast = its.deviation() / own.deviation()
	half := e.Box.Dy() / 2
	about := image.Rect(line.Min.X, line.Min.Y-half, line.Max.X, line.Max.Y+half)
	about = about.Intersect(page).Intersect(page.Sub(by))
	l.Rows = alikeWithin(k.ref.inkOfRows(about), k.photo.inkOfRows(about.Add(by)), lettersReach)
	return l, true
}

// alongRows is the highest correlation of a part of the reference with the photo near a place,
// both less the means of their rows.
func (k *Inked) alongRows(part image.Rectangle, by image.Point) float64 {
	own, best := k.ref.lessRows(part), 0.0
	for dy := -lettersReach; dy <= lettersReach; dy++ {
		for dx := -lettersReach; dx <= lettersReach; dx++ {
			its := k.photo.lessRows(part.Add(by).Add(image.Pt(dx, dy)))
			var products, squares, others float64
			for i, v := range own {
				u := its[i]
				products, squares, others = products+v*u, squares+v*v, others+u*u
			}
			if squares > 0 && others > 0 {
				best = max(best, products/math.Sqrt(squares*others))
			}
		}
	}
	return best
}

// lessRows is a rectangle of a picture less the mean of each row.
func (s small) lessRows(in image.Rectangle) []float64 {
	all := make([]float64, 0, in.Dx()*in.Dy())
	for y := in.Min.Y; y < in.Max.Y; y++ {
		row, mean := s.pix[y*s.w+in.Min.X:][:in.Dx()], 0.0
		for _, v := range row {
			mean += float64(v) / float64(len(row))
		}
		for _, v := range row {
			all = append(all, float64(v)-mean)
		}
	}
	return all
}

// inkOfRows is the square of the ink of each row in a rectangle.
func (s small) inkOfRows(in image.Rectangle) []float64 {
	rows := make([]float64, in.Dy())
	for y := range rows {
		for _, v := range s.pix[(in.Min.Y+y)*s.w+in.Min.X:][:in.Dx()] {
			rows[y] += float64(v) * float64(v)
		}
	}
	return rows
}

// alikeWithin is the highest correlation of two rows of numbers that are shifted by at most
// reach.
func alikeWithin(a, b []float64, reach int) float64 {
	best := 0.0
	for s := -reach; s <= reach; s++ {
		from, to := max(0, s), min(len(a), len(a)+s)
		if from < to {
			best = max(best, correlated(a[from-s:to-s], b[from:to]))
		}
	}
	return best
}

func correlated(a, b []float64) float64 {
	var sa, sb, saa, sbb, sab float64
	for i, u := range a {
		v := b[i]
		sa, sb, saa, sbb, sab = sa+u, sb+v, saa+u*u, sbb+v*v, sab+u*v
	}
	n := float64(len(a))
	va, vb := saa-sa*sa/n, sbb-sb*sb/n
	if va <= 0 || vb <= 0 {
		return 0
	}
	return (sab - sa*sb/n) / math.Sqrt(va*vb)
}
