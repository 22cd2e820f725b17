package changedetect

import (
	"exemplar/internal/imaging"
)

// Truth is what is known of a cell.
type Truth uint8

const (
	Unsure   Truth = iota // not in the photo, without print, or changed a little
	Same                  // the document shows what the reference shows
	Changed               // other print, of an unknown sort
	Contents              // other print, as another copy of the kind may have
	Form                  // other print, as no copy of the kind has
)

// Sort is what is known of the reference's print in a cell.
type Sort uint8

const (
	Unsorted Sort = iota
	Printed       // alike on every copy
	Filled        // contents
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
	Sorts     []Sort  // (H/8,W/8), or nil
}

// NewSample compares the reference with the document that was photographed, laid
// on it without a camera in between, all of one size. seen says which whole
// cells lie in the photo.
func NewSample(ref, laid, document *imaging.Gray, seen []bool) Sample {
	return NewKnownSample(ref, laid, seen, Differences(ref, document), nil)
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
	return NewKnownSample(ref, laid, seen, LaidDifferences(ref, document), nil)
}

// NewOtherSample is a photo of something else, where it was taken for the
// reference.
func NewOtherSample(ref, laid *imaging.Gray, seen []bool) Sample {
	return newSample(ref, laid, seen, func(int, int) Truth { return Form })
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

// negativeShare of the lessons are light print on dark.
const negativeShare = 0.15

// sort is what is known of the reference's print in cell i.
func (s *Sample) sort(i int) Sort {
	if s.Sorts == nil {
		return Unsorted
	}
	return s.Sorts[i]
}

// Differences says which whole cells of two pictures of one size differ: surely
// not, surely, or a little.
func Differences(a, b *imaging.Gray) []Truth {
	const n = Cell * Cell
	columns, rows := a.W/Cell, a.H/Cell
	out := make([]Truth, columns*rows)
	for i := range out {
		switch difference := differenceIn(a, b, i%columns*Cell, i/columns*Cell); {
		case difference < sameDifference*n:
			out[i] = Same
		case difference > changedDifference*n:
			out[i] = Changed
		}
	}
	return out
}

// LaidDifferences is [Differences] of a reference and a document that another fit
// laid on it: at half brightness, at its own exposure and only nearly in place.
func LaidDifferences(ref, laid *imaging.Gray) []Truth {
	columns, rows := ref.W/Cell, ref.H/Cell
	out := make([]Truth, columns*rows)
	if len(out) == 0 {
		return out
	}
	var p pass
	p.take(ref, laid)
	differences := p.differences(columns, rows)
	for i := range out {
		here, about := differences[i], around4(differences, columns, i)
		switch {
		case here < sameLaid && about < sameAround:
			out[i] = Same
		case here > changedLaid && about > changedAround:
			out[i] = Changed
		}
	}
	return out
}

// NewKnownSample is a sample of which every cell is known beforehand, by
// [Differences] or otherwise; what is not seen or has no print is taken out.
func NewKnownSample(ref, laid *imaging.Gray, seen []bool, cells []Truth, sorts []Sort) Sample {
	s := newSample(ref, laid, seen, func(i, _ int) Truth { return cells[i] })
	s.Sorts = sorts
	return s
}
