// Package emblem finds the large print of a reference (a logo, a company's name, a
// headline) and looks for it in a photo that was laid on the reference.
//
// On paper it is what tells one issuer from another with the same template, and what
// stays when contents push everything else about.
//
//	laid := emblem.Lay(ref, photo)
//	for _, e := range emblem.Find(ref) {
//		alike, moved := laid.Seen(&e) // correlation where the photo shows it best
//	}
//
// It also counts the machine-readable lines of passports and cards.
//
// It does not say whose an emblem is, nor whether it is form or contents: see
// internal/changedetect.
package emblem

import (
	"image"
	"slices"

	"exemplar/internal/imaging"
)

// Emblem is large print of a reference.
type Emblem struct {
	Box image.Rectangle
	Ink int // dark pixels
}

const (
	// inkReach pixels to each side make the paper about a pixel, and inkLevels darker
	// than their mean is ink.
	inkReach, inkLevels = 24, 18
	// Letters are leastLetter to mostLetter pixels high, and an emblem is largePrint
	// times as high as most of them. All by eye, as are the limits below.
	leastLetter, mostLetter = 4, 40
	largePrint, leastHeight = 1.6, 9
	leastWidth, leastInk    = 16, 60
	// Lines, frames and photographs are none: what has hardly any ink in its box, or
	// takes up most of the page.
	leastFilled           = 0.12
	mostAcross, mostAlong = 0.6, 0.3
)

// Find returns the emblems of a reference, those with most ink first. The reference is
// as it was compared: upright, at most 768 pixels long.
func Find(ref *imaging.Gray) []Emblem {
	dark := ink(ref)
	letters := components(slices.Clone(dark), ref.W)
	least := largePrint * float64(usualHeight(letters))
	var large []Emblem
	for _, c := range letters {
		w, h := c.Box.Dx(), c.Box.Dy()
		switch {
		case h < leastHeight || float64(h) < least || w < 3:
		case float64(w) > mostAcross*float64(ref.W) || float64(h) > mostAlong*float64(ref.H):
		case float64(c.Ink) < leastFilled*float64(w*h) || c.isFrame(dark, ref.W):
		default:
			large = append(large, c)
		}
	}
	found := slices.DeleteFunc(joined(large), func(e Emblem) bool {
		return e.Box.Dx() < leastWidth || e.Ink < leastInk || e.isBarcode(dark, ref.W)
	})
	slices.SortStableFunc(found, func(a, b Emblem) int { return b.Ink - a.Ink })
	return found
}

const (
	// A box that somebody fills in has ink along mostRim of each of its four sides, up to rim pixels
	// from the edge, and up to leastWithin of what lies further in: a caption. By eye.
	rim, mostRim, leastWithin = 3, 0.8, 0.2
)

// isFrame says that an emblem is the outline of a box, as that of a field, which holds print of its own
// and hardly any of the emblem: what is filled in there is contents.
func (e *Emblem) isFrame(dark []bool, w int) bool {
	b := e.Box
	if b.Dx() < 4*rim || b.Dy() < 4*rim {
		return false
	}
	along := func(n int, at func(i, k int) (x, y int)) float64 {
		inked := 0
		for i := range n {
			for k := range rim {
				if x, y := at(i, k); dark[y*w+x] {
					inked++
					break
				}
			}
		}
		return float64(inked) / float64(n)
	}
	for _, side := range []float64{
		along(b.Dx(), func(i, k int) (int, int) { return b.Min.X + i, b.Min.Y + k }),
		along(b.Dx(), func(i, k int) (int, int) { return b.Min.X + i, b.Max.Y - 1 - k }),
		along(b.Dy(), func(i, k int) (int, int) { return b.Min.X + k, b.Min.Y + i }),
		along(b.Dy(), func(i, k int) (int, int) { return b.Max.X - 1 - k, b.Min.Y + i }),
	} {
		if side < mostRim {
			return false
		}
	}
	within := 0
	for y := b.Min.Y + rim; y < b.Max.Y-rim; y++ {
		for _, is := range dark[y*w+b.Min.X+rim : y*w+b.Max.X-rim] {
			if is {
				within++
			}
		}
	}
	return float64(within) <= leastWithin*float64((b.Dx()-2*rim)*(b.Dy()-2*rim))
}

// fewestBars are dark bars of a barcode. By eye: the shortest have some twenty.
const fewestBars = 10

// isBarcode says that an emblem is of bars, which are alike above and below: a number,
// and so contents, however large.
func (e *Emblem) isBarcode(dark []bool, w int) bool {
	row := func(share int) []bool {
		y := e.Box.Min.Y + share*e.Box.Dy()/8
		return dark[y*w+e.Box.Min.X : y*w+e.Box.Max.X]
	}
	above, middle, below := row(2), row(4), row(6)
	bars, alike := 0, 0
	for x, v := range middle {
		if v && (x == 0 || !middle[x-1]) {
			bars++
		}
		if v == above[x] && v == below[x] {
			alike++
		}
	}
	const most = 0.9
	return bars >= fewestBars && float64(alike) >= most*float64(len(middle))
}

// usualHeight is the median height of letters, or of words where letters run together.
func usualHeight(parts []Emblem) int {
	var heights []int
	for _, c := range parts {
		if h := c.Box.Dy(); h >= leastLetter && h <= mostLetter && c.Ink >= leastLetter+2 {
			heights = append(heights, h)
		}
	}
	if len(heights) == 0 {
		return 0
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

// ink says which pixels are darker than the paper about them.
func ink(g *imaging.Gray) []bool {
	w, h := g.W, g.H
	sums := make([]int32, (w+1)*(h+1)) // of all that lies above and to the left
	for y := range h {
		row := int32(0)
		above, to := sums[y*(w+1)+1:][:w], sums[(y+1)*(w+1)+1:][:w]
		for x, v := range g.Pix[y*w:][:w] {
			row += int32(v)
			to[x] = above[x] + row
		}
	}
	dark := make([]bool, w*h)
	for y := range h {
		above, below := max(0, y-inkReach)*(w+1), min(h, y+inkReach+1)*(w+1)
		rows := int32(below-above) / int32(w+1)
		darkerThanAbout(dark[y*w:][:w], g.Pix[y*w:][:w], sums[above:][:w+1], sums[below:][:w+1], rows)
	}
	return dark
}

// darkerThanAbout says which pixels of a row are ink, by the sums up to the first of the rows about
// it and beyond the last.
func darkerThanAbout(dark []bool, row []byte, above, below []int32, rows int32) {
	w := len(row)
	edge := func(from, to int) {
		for x := from; x < to; x++ {
			left, right := max(0, x-inkReach), min(w, x+inkReach+1)
			sum := below[right] - above[right] - below[left] + above[left]
			dark[x] = (int32(row[x])+inkLevels)*rows*int32(right-left) < sum
		}
	}
	const about = 2*inkReach + 1
	if w < about {
		edge(0, w)
		return
	}
	edge(0, inkReach)
	edge(w-inkReach, w)
	n := w - 2*inkReach
	dark, row = dark[inkReach:][:n], row[inkReach:][:n]
	aboveLeft, aboveRight, belowLeft, belowRight := above[:n], above[about:][:n], below[:n], below[about:][:n]
	for x, v := range row {
		dark[x] = (int32(v)+inkLevels)*rows*about < belowRight[x]-aboveRight[x]-belowLeft[x]+aboveLeft[x]
	}
}

// components returns what hangs together in a picture w wide, diagonals too. It clears
// the picture.
func components(dark []bool, w int) []Emblem {
	h := len(dark) / max(1, w)
	var found []Emblem
	var todo []int
	for i := range dark {
		if !dark[i] {
			continue
		}
		var c Emblem
		dark[i] = false
		for todo = append(todo[:0], i); len(todo) > 0; {
			x, y := todo[len(todo)-1]%w, todo[len(todo)-1]/w
			todo = todo[:len(todo)-1]
			if c.Ink == 0 {
				c.Box = image.Rect(x, y, x+1, y+1)
			}
			c.Box.Min.X, c.Box.Max.X = min(c.Box.Min.X, x), max(c.Box.Max.X, x+1)
			c.Box.Min.Y, c.Box.Max.Y = min(c.Box.Min.Y, y), max(c.Box.Max.Y, y+1)
			c.Ink++
			for v := max(0, y-1); v <= min(h-1, y+1); v++ {
				for u := max(0, x-1); u <= min(w-1, x+1); u++ {
					if k := v*w + u; dark[k] {
						dark[k] = false
						todo = append(todo, k)
					}
				}
			}
		}
		found = append(found, c)
	}
	return found
}

// joined makes letters that are about as far apart as those of a word one emblem.
func joined(letters []Emblem) []Emblem {
	for again := true; again; {
		again = false
		for i := 0; i < len(letters); i++ {
			for j := len(letters) - 1; j > i; j-- {
				a, b := &letters[i], &letters[j]
				if !a.isNear(b) {
					continue
				}
				a.Box, a.Ink = a.Box.Union(b.Box), a.Ink+b.Ink
				letters = slices.Delete(letters, j, j+1)
				again = true
			}
		}
	}
	return letters
}

func (e *Emblem) isNear(other *Emblem) bool {
	const below = 3
	beside := max(e.Box.Dy(), other.Box.Dy())/2 + 2
	reach := image.Rect(e.Box.Min.X-beside, e.Box.Min.Y-below, e.Box.Max.X+beside, e.Box.Max.Y+below)
	return reach.Overlaps(other.Box)
}
