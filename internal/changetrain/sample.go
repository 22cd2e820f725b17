package changetrain

import (
	"math"

	"exemplar/internal/changedetect"
	"exemplar/internal/imaging"
)

const cell = changedetect.Cell

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

// Sample is a photo laid on a reference, as [changedetect.Detector] takes them, with
// the truth about each whole cell.
type Sample struct {
	Ref, Laid *imaging.Gray
	Cells     []Truth // (H/8,W/8)
	Sorts     []Sort  // (H/8,W/8), or nil

	Seen      []bool // (H/8,W/8): the cell lies in the photo
	Kind      string // of document
	OtherKind bool   // the photo shows no copy of the reference's kind
}

// placedSample compares the reference with the document that was photographed, laid
// on it without a camera in between, all of one size. seen says which whole
// cells lie in the photo.
func placedSample(ref, laid, document *imaging.Gray, seen []bool) Sample {
	return knownSample(ref, laid, seen, differing(ref, document), nil)
}

// newSample asks for the truth about the cells that are seen and have print, by
// their places in rows of columns.
func newSample(ref, laid *imaging.Gray, seen []bool, truth func(i int) Truth) Sample {
	s := Sample{Ref: ref, Laid: laid, Seen: seen}
	print := changedetect.HasPrint(ref)
	if len(print) == 0 {
		return s
	}
	s.Cells = make([]Truth, len(print))
	for i, judged := range print {
		if judged && seen[i] {
			s.Cells[i] = truth(i)
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

	// surelyPrint is the deviation, in grey levels, of a cell of the reference that has
	// print in it, not only next to it. By eye.
	surelyPrint = 12
)

// laidSample is [placedSample] with a document that another fit laid on the
// reference: at half brightness, at its own exposure and only nearly in place.
func laidSample(ref, laid, document *imaging.Gray, seen []bool) Sample {
	return knownSample(ref, laid, seen, laidDiffering(ref, document), nil)
}

// otherSample is a photo of something else, where it was taken for the
// reference.
func otherSample(ref, laid *imaging.Gray, seen []bool) Sample {
	return newSample(ref, laid, seen, func(int) Truth { return Form })
}

// around4 is the mean of a cell, counted twice, and its four neighbours.
func around4(cells []float32, columns, i int) float32 {
	x, rows := i%columns, len(cells)/columns
	y := i / columns
	at := func(x, y int) float32 { return cells[min(max(y, 0), rows-1)*columns+min(max(x, 0), columns-1)] }
	return (2*cells[i] + at(x-1, y) + at(x+1, y) + at(x, y-1) + at(x, y+1)) / 6
}

// differenceIn sums the differences of two pictures of one size in a cell.
func differenceIn(a, b *imaging.Gray, x, y int) int {
	sum := 0
	for j := y; j < y+cell; j++ {
		from, other := a.Pix[j*a.W+x:][:cell], b.Pix[j*a.W+x:][:cell]
		for i, v := range from {
			sum += max(int(v)-int(other[i]), int(other[i])-int(v))
		}
	}
	return sum
}

// deviationIn is the standard deviation of a cell.
func deviationIn(g *imaging.Gray, x, y int) float64 {
	const n = cell * cell
	sum, squares := 0.0, 0.0
	for j := y; j < y+cell; j++ {
		for _, v := range g.Pix[j*g.W+x:][:cell] {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
	}
	return math.Sqrt(max(0, squares/n-sum*sum/n/n))
}

// brightened is a photo, laid at half brightness, at full.
func brightened(g *imaging.Gray) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i, v := range g.Pix {
		out.Pix[i] = byte(min(255, 2*int(v)))
	}
	return out
}

// sort is what is known of the reference's print in cell i.
func (s *Sample) sort(i int) Sort {
	if s.Sorts == nil {
		return Unsorted
	}
	return s.Sorts[i]
}

// differing says which whole cells of two pictures of one size differ: surely
// not, surely, or a little.
func differing(a, b *imaging.Gray) []Truth {
	const n = cell * cell
	columns, rows := a.W/cell, a.H/cell
	out := make([]Truth, columns*rows)
	for i := range out {
		switch difference := differenceIn(a, b, i%columns*cell, i/columns*cell); {
		case difference < sameDifference*n:
			out[i] = Same
		case difference > changedDifference*n:
			out[i] = Changed
		}
	}
	return out
}

// laidDiffering is [differing] of a reference and a document that another fit
// laid on it: at half brightness, at its own exposure and only nearly in place.
func laidDiffering(ref, laid *imaging.Gray) []Truth {
	columns, rows := ref.W/cell, ref.H/cell
	out := make([]Truth, columns*rows)
	differences := changedetect.Differences(ref, laid)
	printed := changedetect.HasPrint(brightened(laid))
	for i := range out {
		here, about := differences[i], around4(differences, columns, i)
		switch {
		case here < sameLaid && about < sameAround:
			out[i] = Same
		case here > changedLaid && about > changedAround:
			out[i] = Changed
		case !printed[i] && deviationIn(ref, i%columns*cell, i/columns*cell) > surelyPrint:
			out[i] = Changed // the document is blank there, or ends before
		}
	}
	return out
}

// knownSample is a sample of which every cell is known beforehand, by
// [differing] or otherwise; what is not seen or has no print is taken out.
func knownSample(ref, laid *imaging.Gray, seen []bool, cells []Truth, sorts []Sort) Sample {
	s := newSample(ref, laid, seen, func(i int) Truth { return cells[i] })
	s.Sorts = sorts
	return s
}
