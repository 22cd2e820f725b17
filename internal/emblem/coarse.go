package emblem

import (
	"fmt"
	"image"
	"math"
	"slices"

	"exemplar/internal/imaging"
)

const (
	// coarsely is how many times smaller pictures are where large print alone is to be seen:
	// small print is grey stripes there, whatever it says. coarseReach is up to how many of
	// their pixels a place is looked for about its own: about a line of small print, so that
	// stripes always agree. By eye.
	coarsely, coarseReach = 4, 3
)

// Coarse is a photo that was laid on a reference, both at a quarter of their size.
type Coarse struct{ ref, photo small }

// LayCoarsely takes a reference and a photo, laid on it, of its size and at half brightness.
// Pictures of different sizes panic.
func LayCoarsely(ref, photo *imaging.Gray) Coarse {
	if ref.W != photo.W || ref.H != photo.H {
		panic(fmt.Sprintf("emblem: a photo of %dx%d laid on a reference of %dx%d", photo.W, photo.H, ref.W, ref.H))
	}
	return Coarse{shrunk(ref, 1), shrunk(photo, 2)}
}

// Agreement is how a place of a reference looks in the photo.
type Agreement struct {
	Correlation float64 // in the spot nearby where the photo shows it best
	Own, Its    float64 // deviation of the levels of the reference, and of the photo there
}

// At compares a rectangle of the reference, in its pixels.
func (c *Coarse) At(place image.Rectangle) Agreement {
	at := c.cells(place)
	t := c.ref.template(at, 1)
	a := Agreement{Own: t.deviation(), Correlation: -1}
	for dy := max(-coarseReach, -at.Min.Y); dy <= min(coarseReach, c.ref.h-at.Max.Y); dy++ {
		for dx := max(-coarseReach, -at.Min.X); dx <= min(coarseReach, c.ref.w-at.Max.X); dx++ {
			if v, its := t.compare(c.photo, dy*c.ref.w+dx); v > a.Correlation {
				a.Correlation, a.Its = v, its
			}
		}
	}
	return a
}

// Anywhere is the highest correlation of a rectangle of the reference with what the photo
// shows in any row, also of what lies above the reference in it.
func (c *Coarse) Anywhere(place image.Rectangle, above *imaging.Gray) float64 {
	at := c.cells(place)
	t := c.ref.template(at, 1)
	beyond := shrunk(above, 2)
	photo := small{w: c.photo.w, h: beyond.h + c.photo.h, pix: slices.Concat(beyond.pix, c.photo.pix)}
	best, aside := 0.0, reachX/coarsely
	for y := range photo.h - at.Dy() + 1 {
		for dx := max(-aside, -at.Min.X); dx <= min(aside, c.ref.w-at.Max.X); dx++ {
			v, _ := t.compare(photo, (y-at.Min.Y)*c.ref.w+dx)
			best = max(best, v)
		}
	}
	return best
}

// cells are a rectangle of the reference in coarse pixels.
func (c *Coarse) cells(place image.Rectangle) image.Rectangle {
	at := image.Rect(place.Min.X/coarsely, place.Min.Y/coarsely, place.Max.X/coarsely, place.Max.Y/coarsely)
	return at.Intersect(image.Rect(0, 0, c.ref.w, c.ref.h))
}

// shrunk is a picture at a quarter of its size. scale brings its brightness to full.
func shrunk(g *imaging.Gray, scale float32) small {
	s := small{w: g.W / coarsely, h: g.H / coarsely}
	s.pix = make([]float32, 0, s.w*s.h)
	for y := range s.h {
		for x := range s.w {
			sum := 0
			for row := range coarsely {
				for _, v := range g.Pix[(coarsely*y+row)*g.W+coarsely*x:][:coarsely] {
					sum += int(v)
				}
			}
			s.pix = append(s.pix, scale*float32(sum)/(coarsely*coarsely))
		}
	}
	return s
}

func (t *template) deviation() float64 { return math.Sqrt(t.squares / float64(max(1, len(t.at)))) }

// compare is the template's correlation with a picture of the same width, shifted by a
// number of pixels, and the deviation of the levels there.
func (t *template) compare(s small, shift int) (correlation, deviation float64) {
	var sum, squares, product float32
	for i, at := range t.at {
		v := s.pix[at+shift] - 128 // small sums stay exact
		sum += v
		squares += v * v
		product += v * t.values[i]
	}
	n := float64(len(t.at))
	spread := float64(squares) - float64(sum)*float64(sum)/n
	if spread <= 0 || t.squares == 0 {
		return 0, 0
	}
	return float64(product) / math.Sqrt(spread*t.squares), math.Sqrt(spread / n)
}
