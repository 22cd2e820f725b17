package changedetect

import (
	"math"

	"exemplar/internal/imaging"
)

const (
	// windowSide is the side in pixels of what is compared about a cell, two letters of small
	// print, and windowReach how far from its place it is looked for: the paper may bend. By
	// eye.
	windowSide, windowReach = 16, 3
	windowPixels            = windowSide * windowSide
	// blankDeviation is the standard deviation of levels up to which a window of a reference is
	// blank, and blankPhoto the same of a photo, which is noisier. By eye.
	blankDeviation, blankPhoto = 5, 7.5
	// alike is the correlation of a window in its place from which on nothing else is looked
	// for: what is then found better tells nothing.
	alike = 0.96
)

// window is a square of a picture, with the sums of its levels.
type window struct {
	g            *imaging.Gray
	x, y         int
	sum, squares int
}

// windowAbout is the window about a point; ok is false where it, or one within reach of
// it, leaves the picture.
func windowAbout(g *imaging.Gray, x, y int) (w window, ok bool) {
	w = window{g: g, x: x - windowSide/2, y: y - windowSide/2}
	if min(w.x, w.y) < windowReach || w.x+windowSide+windowReach > g.W || w.y+windowSide+windowReach > g.H {
		return w, false
	}
	for v := range windowSide {
		for _, p := range g.Pix[(w.y+v)*g.W+w.x:][:windowSide] {
			w.sum, w.squares = w.sum+int(p), w.squares+int(p)*int(p)
		}
	}
	return w, true
}

// spread is the variance of the levels times windowPixels squared.
func (w *window) spread() int { return w.squares*windowPixels - w.sum*w.sum }

func (w *window) isBlank(deviation float64) bool {
	return float64(w.spread()) <= deviation*deviation*windowPixels*windowPixels
}

// correlation is that with the window of another picture, of the same size, which lies
// (dx, dy) further.
func (w *window) correlation(g *imaging.Gray, dx, dy int) float64 {
	sum, squares, products := 0, 0, 0
	for v := range windowSide {
		a := (*[windowSide]byte)(w.g.Pix[(w.y+v)*w.g.W+w.x:])
		b := (*[windowSide]byte)(g.Pix[(w.y+v+dy)*g.W+w.x+dx:])
		for u, p := range b {
			q := int(p)
			sum, squares, products = sum+q, squares+q*q, products+q*int(a[u])
		}
	}
	other := squares*windowPixels - sum*sum
	if other <= 0 {
		return 0
	}
	return float64(products*windowPixels-w.sum*sum) / math.Sqrt(float64(w.spread())*float64(other))
}

// bestCorrelation is the highest correlation within reach, and 0 where there is none.
func (w *window) bestCorrelation(g *imaging.Gray) float64 {
	best := 0.0
	for dy := -windowReach; dy <= windowReach; dy++ {
		for dx := -windowReach; dx <= windowReach; dx++ {
			best = max(best, w.correlation(g, dx, dy))
		}
	}
	return best
}
