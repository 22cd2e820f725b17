package change

import (
	"math/rand/v2"

	"exemplar/internal/imaging"
)

// Truth is what is known of a cell.
type Truth uint8

const (
	Unsure  Truth = iota // not in the photo, without print, or changed a little
	Same                 // the document shows what the reference shows
	Changed              // other print
)

const (
	// sameDifference and changedDifference bound the mean difference, in grey
	// levels, between document and reference in a cell that is the same and in one
	// that is changed.
	sameDifference    = 2
	changedDifference = 8
)

// Sample is a photo laid on a reference, as [Detector.Detect] takes them, with
// the truth about each whole cell.
type Sample struct {
	Ref, Laid *imaging.Gray
	Cells     []Truth // (H/8,W/8)
}

// NewSample compares the reference with the document that was photographed, laid
// on it without a camera in between, all of one size. seen says which whole
// cells lie in the photo.
func NewSample(ref, laid, document *imaging.Gray, seen []bool) Sample {
	return newSample(ref, laid, seen, func(i, columns int) Truth {
		const n = Cell * Cell
		switch difference := differenceIn(ref, document, i%columns*Cell, i/columns*Cell); {
		case difference < sameDifference*n:
			return Same
		case difference > changedDifference*n:
			return Changed
		}
		return Unsure
	})
}

// newSample asks for the truth about the cells that are seen and have print, by
// their places in rows of columns.
func newSample(ref, laid *imaging.Gray, seen []bool, truth func(i, columns int) Truth) Sample {
	s := Sample{Ref: ref, Laid: laid}
	columns, rows := s.size()
	if columns*rows == 0 {
		return s
	}
	s.Cells = make([]Truth, columns*rows)
	var sums sums
	sums.take(ref, columns*Cell, rows*Cell)
	for i, judged := range sums.judged() {
		if judged && seen[i] {
			s.Cells[i] = truth(i, columns)
		}
	}
	return s
}

const (
	// A document that was itself laid on the reference does not lie on it to the
	// pixel, nor is it of the same ink: mean differences, normalised as what the
	// network sees, of a cell and of the one and its four neighbours.
	sameLaid, sameAround       = 0.3, 0.35
	changedLaid, changedAround = 0.55, 0.5
)

// NewLaidSample is [NewSample] with a document that another fit laid on the
// reference: at half brightness, at its own exposure and only nearly in place.
func NewLaidSample(ref, laid, document *imaging.Gray, seen []bool) Sample {
	var differences []float32
	if columns, rows := ref.W/Cell, ref.H/Cell; columns*rows > 0 {
		var p pass
		p.take(ref, document)
		differences = p.differences(columns, rows)
	}
	return newSample(ref, laid, seen, func(i, columns int) Truth {
		here, about := differences[i], around4(differences, columns, i)
		switch {
		case here < sameLaid && about < sameAround:
			return Same
		case here > changedLaid && about > changedAround:
			return Changed
		}
		return Unsure
	})
}

// NewOtherSample is a photo of something else, where it was taken for the
// reference.
func NewOtherSample(ref, laid *imaging.Gray, seen []bool) Sample {
	return newSample(ref, laid, seen, func(int, int) Truth { return Changed })
}

// differences are the mean differences of the pair of pictures in each cell, as
// the network sees them.
func (p *pass) differences(columns, rows int) []float32 {
	out := make([]float32, columns*rows)
	for y := range rows * Cell {
		row := p.pair.row(y)
		for x := range columns * Cell {
			d := row[pictures*x] - row[pictures*x+1]
			out[y/Cell*columns+x/Cell] += max(d, -d) / (Cell * Cell)
		}
	}
	return out
}

// around4 is the mean of a cell, counted twice, and its four neighbours.
func around4(cells []float32, columns, i int) float32 {
	x, rows := i%columns, len(cells)/columns
	y := i / columns
	at := func(x, y int) float32 { return cells[min(max(y, 0), rows-1)*columns+min(max(x, 0), columns-1)] }
	return (2*cells[i] + at(x-1, y) + at(x+1, y) + at(x, y-1) + at(x, y+1)) / 6
}

// size returns the number of whole cells.
func (s *Sample) size() (columns, rows int) { return s.Ref.W / Cell, s.Ref.H / Cell }

// differenceIn sums the differences of two pictures of one size in a cell.
func differenceIn(a, b *imaging.Gray, x, y int) int {
	sum := 0
	for j := y; j < y+Cell; j++ {
		from, other := a.Pix[j*a.W+x:][:Cell], b.Pix[j*a.W+x:][:Cell]
		for i, v := range from {
			sum += max(int(v)-int(other[i]), int(other[i])-int(v))
		}
	}
	return sum
}

const (
	// cropSide is the side of the parts that are trained on, in pixels.
	cropSide  = 256
	cropCells = cropSide / Cell

	// changedShare of the crops are made to hold a changed cell, where there is
	// one: most cells are the same.
	changedShare = 0.6
	// negativeShare of the crops are light print on dark.
	negativeShare = 0.3
)

// crop is a part of a sample, mirrored, turned or inverted.
type crop struct {
	ref, laid imaging.Gray
	cells     [cropCells * cropCells]Truth
	negative  bool
}

// cut takes a part of a sample at random. Beyond the sample its edges go on, and
// nothing is known.
func (c *crop) cut(s *Sample, r *rand.Rand) {
	columns, rows := s.size()
	x0, y0 := s.place(r)
	c.negative = r.Float64() < negativeShare
	flip := orientation(r.IntN(8))
	for y := range cropCells {
		for x := range cropCells {
			u, v := flip.source(x, y, cropCells)
			truth := Unsure
			if u += x0; u < columns && v+y0 < rows {
				truth = s.Cells[(v+y0)*columns+u]
			}
			c.cells[y*cropCells+x] = truth
		}
	}
	for _, picture := range []struct{ to, from *imaging.Gray }{{&c.ref, s.Ref}, {&c.laid, s.Laid}} {
		to, from := picture.to, picture.from
		to.W, to.H = cropSide, cropSide
		to.Pix = sized(to.Pix, cropSide*cropSide)
		for y := range cropSide {
			for x := range cropSide {
				u, v := flip.source(x, y, cropSide)
				u, v = min(u+x0*Cell, columns*Cell-1), min(v+y0*Cell, rows*Cell-1)
				to.Pix[y*cropSide+x] = from.Pix[v*from.W+u]
			}
		}
	}
}

// place draws the first cell of a part.
func (s *Sample) place(r *rand.Rand) (x, y int) {
	columns, rows := s.size()
	x, y = r.IntN(columns), r.IntN(rows)
	if r.Float64() < changedShare {
		n := 0
		for i, truth := range s.Cells {
			if truth != Changed {
				continue
			}
			n++
			if r.IntN(n) == 0 { // each of them with the same chance
				x, y = i%columns, i/columns
			}
		}
	}
	x = max(0, min(columns-cropCells, x-r.IntN(cropCells)))
	y = max(0, min(rows-cropCells, y-r.IntN(cropCells)))
	return x, y
}

// orientation is one of the eight ways to lay a square on itself: bit 0 mirrors
// it, bit 1 stands it on its head, bit 2 exchanges its sides.
type orientation int

// source is where the pixel (x, y) of a square of n comes from.
func (o orientation) source(x, y, n int) (u, v int) {
	if o&1 != 0 {
		x = n - 1 - x
	}
	if o&2 != 0 {
		y = n - 1 - y
	}
	if o&4 != 0 {
		x, y = y, x
	}
	return x, y
}
