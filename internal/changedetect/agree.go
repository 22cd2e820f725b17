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

// shiftsAcross are the places across in which a window is looked for.
const shiftsAcross = 2*windowReach + 1

// bestCorrelation is the highest correlation within reach, and 0 where there is none. A multiplication
// of a level of the window by a word makes the products with three levels of the other picture, which
// lie next to each other.
func (w *window) bestCorrelation(g *imaging.Gray) float64 {
	const (
		lane = 21 // bits: enough for the products of four rows, if the photo is at half brightness
		mask = 1<<lane - 1
		side = windowSide + 2*windowReach
	)
	var words [side][side - 2]uint64          // each level of the other picture with the two beside it
	var sums, squares [side][shiftsAcross]int // of windowSide levels of its rows
	for v := range side {
		row := (*[side]byte)(g.Pix[(w.y+v-windowReach)*g.W+w.x-windowReach:])
		sum, square := 0, 0
		for u, p := range row {
			q := int(p)
			sum, square = sum+q, square+q*q
			if u >= windowSide {
				left := int(row[u-windowSide])
				sum, square = sum-left, square-left*left
			}
			if u >= windowSide-1 {
				sums[v][u-windowSide+1], squares[v][u-windowSide+1] = sum, square
			}
		}
		for u := range words[v] {
			words[v][u] = uint64(row[u]) | uint64(row[u+1])<<lane | uint64(row[u+2])<<(2*lane)
		}
	}
	best := 0.0
	own := float64(w.spread())
	for dy := range shiftsAcross {
		var products [shiftsAcross]int
		for from := 0; from < windowSide; from += 4 {
			var first, second, third uint64
			for v := from; v < from+4; v++ {
				a := (*[windowSide]byte)(w.g.Pix[(w.y+v)*w.g.W+w.x:])
				b := &words[v+dy]
				for u, p := range a {
					q := uint64(p)
					first, second, third = first+q*b[u], second+q*b[u+3], third+q*b[u+4]
				}
			}
			for k := range 3 {
				products[k] += int(first >> (lane * k) & mask)
				products[k+3] += int(second >> (lane * k) & mask)
			}
			products[6] += int(third >> (2 * lane) & mask)
		}
		for dx, product := range products {
			sum, square := 0, 0
			for v := range windowSide {
				sum, square = sum+sums[v+dy][dx], square+squares[v+dy][dx]
			}
			if other := square*windowPixels - sum*sum; other > 0 {
				best = max(best, float64(product*windowPixels-w.sum*sum)/math.Sqrt(own*float64(other)))
			}
		}
	}
	return best
}
