package recognise

import (
	"image"
	"math"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// What lies below a document that was found cannot speak against another one, so a card that
// lies on a form hides nothing of what the form is. But where only the same copy is asked for,
// nobody knows what stands below.

const (
	// Where another document agrees, and a part of the reference does not by as much as its
	// correlation with what is seen there being below sameStrokes, or its blank paper having print as
	// deep as printThere (deviation, in levels at half brightness), the other lies on it. So many
	// parts, of a 24th of the longer side, are no accident. By eye.
	sameStrokes, printThere = 0.6, 4
	fewestUnder             = 2
)

// liesUnder says that another document which was found in the photo lies on the reference.
func (e *evidenceSet) liesUnder(h *Hypothesis) bool {
	if h == nil || !h.Found.Located || len(e.beside) == 0 {
		return false
	}
	laid := h.Found.Rectify(e.photo.probe, changedetect.Cell) // with what was painted over
	under := 0
	corners := alignment.BlockCorners(h.Reference.target, &h.Found.Evidence)
	for i := range h.Found.Blocks {
		for _, other := range e.beside {
			if other.agreesOn(&corners[i], &h.Found.H) && isOtherPrint(laid.Reference, laid.Photo, &h.Found.Blocks[i]) {
				under++
				break
			}
		}
	}
	return under >= fewestUnder
}

// agreesOn says that what was found in the area agrees in the middle of a block of another
// reference.
func (a *area) agreesOn(block *[4]planar.Point, h *planar.Homography) bool {
	p := h.Apply(planar.Between(block[0], block[2], 0.5))
	x, y := int(math.Round(p.X/areaStep)), int(math.Round(p.Y/areaStep))
	return x >= 0 && y >= 0 && x < a.w && y < a.h && a.agrees[y*a.w+x]
}

// isOtherPrint says that a photo, laid on a reference, shows other print in a block of it.
func isOtherPrint(ref, laid *imaging.Gray, b *alignment.Block) bool {
	at := image.Rect(b.X, b.Y, b.X+alignment.BlockSide, b.Y+alignment.BlockSide).Intersect(image.Rect(0, 0, ref.W, ref.H))
	own, its, both := spreads(ref, laid, at)
	own, both = own/4, both/2 // at half brightness, as the photo is
	switch blank := float64(at.Dx()*at.Dy()) * printThere * printThere; {
	case own < blank && its < blank:
		return false
	case own < blank || its < blank:
		return true
	}
	return both < sameStrokes*math.Sqrt(own*its)
}
