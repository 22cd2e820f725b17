package emblem

import (
	"fmt"
	"math"

	"exemplar/internal/imaging"
)

// What is filled in by a word processor pushes the rows below it along the page: the form
// is there, in pieces. Rows finds each row of a form again, in their order: a dynamic
// programme over the shifts of rows (as in Needleman and Wunsch 1970), whose gain is how
// well a row correlates and whose cost is another shift than the row above has.

const (
	// rowHigh is how high a row is, and rowStep how far the next one lies, in quarters of
	// pixels: about a line of print and half of it.
	rowHigh, rowStep = 6, 3
	// aside is how far a row may lie aside, in the same.
	aside = 2
	// newShift is what a shift costs that the row above does not have, as a correlation;
	// a quarter of a pixel more or less, as paper bends, costs bentShift. By eye, on the odd
	// forms of bench/proof/blank.
	newShift, bentShift = 0.25, 0.02
	// paperReach is how far about a pixel the grey of the paper is taken, in pixels.
	paperReach = 24
	// mostInk bounds how much a pixel counts, in grey levels: less than a thick line has.
	mostInk = 40
	// leastPrint is a mean square of ink below which nothing is printed in a row.
	leastPrint = 0.3
)

// Rows is where the rows of a reference lie in a photo, from top to bottom.
type Rows struct {
	w, h, margin int
	shifts       []shift
	gain         float64
}

// Gain is how well all rows correlate, less what their shifts cost: a sum.
func (r *Rows) Gain() float64 { return r.gain }

// shift is how far a row lies from where it should, in pixels.
type shift struct{ x, y int }

// FollowRows looks for the rows of a reference in a photo that was laid on it, at half
// brightness and with as many rows as margin above and below the reference's. Pictures of
// other sizes panic.
func FollowRows(ref, photo *imaging.Gray, margin int) Rows {
	if ref.W != photo.W || ref.H+2*margin != photo.H {
		panic(fmt.Sprintf("emblem: a photo of %dx%d beyond a reference of %dx%d by %d", photo.W, photo.H, ref.W, ref.H, margin))
	}
	r := Rows{w: ref.W, h: ref.H, margin: margin}
	r.seek(ref, photo)
	r.toThePixel(ref, photo)
	return r
}

// seek finds the shifts to four pixels.
func (r *Rows) seek(ref, photo *imaging.Gray) {
	own, seen := inkOf(ref, 4, 1), inkOf(photo, 4, 2)
	n, reach := (own.h-rowHigh)/rowStep+1, r.margin/4
	if n <= 0 {
		return
	}
	gain, across := make([][]float64, n), make([][]int, n)
	for i := range gain {
		gain[i], across[i] = make([]float64, 2*reach+1), make([]int, 2*reach+1)
		row := own.row(i*rowStep, rowHigh)
		for d := range gain[i] {
			for dx := -aside; dx <= aside; dx++ {
				if c := row.correlation(seen, i*rowStep+d, dx); c > gain[i][d] {
					gain[i][d], across[i][d] = c, dx
				}
			}
		}
	}
	way, best := inOrder(gain)
	r.gain = best
	for i, d := range way {
		r.shifts = append(r.shifts, shift{4 * across[i][d], 4 * (d - reach)})
	}
}

// inOrder returns for each row the shift of the best way down the page, on which no row
// lies above the one before it, and what that gains.
func inOrder(gain [][]float64) (way []int, gained float64) {
	n, m := len(gain), len(gain[0])
	from := make([][]int, n)
	best := gain[0]
	for i := 1; i < n; i++ {
		next := make([]float64, m)
		from[i] = make([]int, m)
		highest := 0 // of the shifts up to d+rowStep, from which the order is kept
		for d := range next {
			if d == 0 {
				for e := range min(m, rowStep+1) {
					highest = better(best, highest, e)
				}
			} else if d+rowStep < m {
				highest = better(best, highest, d+rowStep)
			}
			from[i][d], next[d] = highest, best[highest]-newShift
			for e := max(0, d-1); e <= min(m-1, d+1); e++ {
				cost := bentShift
				if e == d {
					cost = 0
				}
				if v := best[e] - cost; v > next[d] {
					from[i][d], next[d] = e, v
				}
			}
			next[d] += gain[i][d]
		}
		best = next
	}
	way = make([]int, n)
	at := 0
	for d := range best {
		at = better(best, at, d)
	}
	gained = best[at]
	for i := n - 1; i >= 0; i-- {
		if way[i] = at; i > 0 {
			at = from[i][at]
		}
	}
	return way, gained
}

func better(values []float64, a, b int) int {
	if values[b] > values[a] {
		return b
	}
	return a
}

// toThePixel looks about each shift again, to two pixels.
func (r *Rows) toThePixel(ref, photo *imaging.Gray) {
	own, seen := inkOf(ref, 2, 1), inkOf(photo, 2, 2)
	for i := range r.shifts {
		row := own.row(2*i*rowStep, 2*rowHigh)
		s := &r.shifts[i]
		about, best := *s, 0.0
		for dy := -4; dy <= 4; dy += 2 {
			for dx := -4; dx <= 4; dx += 2 {
				at := shift{about.x + dx, about.y + dy}
				if c := row.correlation(seen, 2*i*rowStep+(r.margin+at.y)/2, at.x/2); c > best {
					best, *s = c, at
				}
			}
		}
	}
}

// at is how far a row of pixels lies from where it should.
func (r *Rows) at(y int) (s shift) {
	const step, before = 4 * rowStep, 4 * (rowHigh - rowStep) / 2
	if len(r.shifts) > 0 {
		s = r.shifts[min(len(r.shifts)-1, max(0, y-before)/step)]
	}
	return s
}

// Place is where a point of what [Rows.Undo] returns lies, in the photo as if it had no margin.
func (r *Rows) Place(x, y float64) (float64, float64) {
	s := r.at(int(math.Round(y)))
	return x + float64(s.x), y + float64(s.y)
}

// Undo returns the photo with each row where the reference has it.
func (r *Rows) Undo(photo *imaging.Gray) *imaging.Gray {
	laid := &imaging.Gray{W: r.w, H: r.h, Pix: make([]byte, r.w*r.h)}
	for y := range r.h {
		s := r.at(y)
		from := photo.Pix[min(max(0, y+r.margin+s.y), photo.H-1)*photo.W:][:photo.W]
		row := laid.Pix[y*r.w:][:r.w]
		for x := range row {
			row[x] = from[min(max(0, x+s.x), r.w-1)]
		}
	}
	return laid
}

// inkOf is a picture at a part of its size, less the paper about each pixel. scale brings
// its brightness to full.
func inkOf(g *imaging.Gray, part int, scale float32) small {
	s := small{w: g.W / part, h: g.H / part}
	s.pix = make([]float32, s.w*s.h)
	sums := make([]float32, (s.w+1)*(s.h+1)) // of all that lies above and to the left
	for y := range s.h {
		sum := float32(0)
		for x := range s.w {
			v := float32(0)
			for row := range part {
				for _, p := range g.Pix[(y*part+row)*g.W+x*part:][:part] {
					v += float32(p)
				}
			}
			v = scale*v/float32(part*part) - 128 // small sums stay exact
			s.pix[y*s.w+x] = v
			sum += v
			sums[(y+1)*(s.w+1)+x+1] = sums[y*(s.w+1)+x+1] + sum
		}
	}
	reach := paperReach / part
	for y := range s.h {
		y0, y1 := max(0, y-reach)*(s.w+1), min(s.h, y+reach+1)*(s.w+1)
		for x := range s.w {
			x0, x1 := max(0, x-reach), min(s.w, x+reach+1)
			paper := (sums[y1+x1] - sums[y0+x1] - sums[y1+x0] + sums[y0+x0]) / float32((y1-y0)/(s.w+1)*(x1-x0))
			s.pix[y*s.w+x] = max(-mostInk, min(mostInk, s.pix[y*s.w+x]-paper))
		}
	}
	return s
}

// inkRow is some rows of a picture of ink.
type inkRow struct {
	w       int
	pix     []float32
	squares float64
}

func (s small) row(y, high int) inkRow {
	r := inkRow{w: s.w, pix: s.pix[min(y, s.h)*s.w : min(y+high, s.h)*s.w]}
	for _, v := range r.pix {
		r.squares += float64(v * v)
	}
	return r
}

// correlation compares the row with what lies in another picture from row y on, dx to the
// right; 0 where there is no print.
func (r *inkRow) correlation(s small, y, dx int) float64 {
	high := len(r.pix) / r.w
	if y < 0 || y+high > s.h || r.squares < leastPrint*float64(len(r.pix)) {
		return 0
	}
	var product, squares float64
	left, right := max(0, -dx), min(r.w, r.w-dx)
	for v := range high {
		own, seen := r.pix[v*r.w+left:v*r.w+right], s.pix[(y+v)*s.w+left+dx:]
		seen = seen[:len(own)]
		var p, q float32
		for x, a := range own {
			b := seen[x]
			p += a * b
			q += b * b
		}
		product, squares = product+float64(p), squares+float64(q)
	}
	if squares == 0 {
		return 0
	}
	return product / math.Sqrt(r.squares*squares)
}
