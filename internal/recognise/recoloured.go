package recognise

import (
	"image"
	"slices"
)

// Where only the same copy is asked for, and the photo shows its print in another colour, it is
// another edition, of which grey shows nothing.

const (
	// A place has a plain colour from plainInk on, and the photo shows another one there where
	// the two point apart by more than the angle of this cosine, 60 degrees: cameras and
	// catalogues take colours to be paler or deeper, and turn them less.
	plainInk, otherHue = 0.3, 0.5
	// doubtedInks places of one colour are added to those that were seen: few tell little.
	doubtedInks = 20
	// inAnotherColour is the share of them from which on the photo shows another edition. Of
	// 68 photos of odd dvd_scene at most 0.31 are, and of drawn documents of twelve kinds
	// (simulated photos, and by a lamp) 0.24; with channels exchanged 0.48 and more, but for
	// one in 36 0.68.
	inAnotherColour = 0.5
	// On plain paper, whose colour is known beside all print, so many places that lie together
	// are enough, if so much of what has a colour there has another one: an emblem. Of 27
	// simulated photos of drawn papers of six kinds none has such a place of three.
	fewestTogether, ofTheEmblem = 5, 0.6
)

// hues are the places of a reference that have a plain colour where the photo has one as well,
// and those of them where it has another one.
type hues struct {
	columns         int
	coloured, other []bool
}

func (p *Photo) huesOn(h *Hypothesis) hues {
	own, photo := h.Reference.inks(), p.inksOn(h)
	seenIn := hues{own.columns, make([]bool, len(own.levels)), make([]bool, len(own.levels))}
	for i := range own.levels {
		x, y := i%own.columns, i/own.columns
		seenIn.coloured[i], seenIn.other[i] = huesAt(own, photo, x, y, plainInk)
	}
	return seenIn
}

// huesAt says whether a place has a colour from a length on in both pictures, and whether it is
// another one.
func huesAt(own, photo *inkGrid, x, y int, plain float64) (coloured, other bool) {
	a, printed := own.ink(x, y)
	b, seen := photo.ink(x, y)
	la, lb := a.minus(&rgb{}), b.minus(&rgb{})
	if !printed || !seen || min(la, lb) < plain {
		return false, false
	}
	return true, a[0]*b[0]+a[1]*b[1]+a[2]*b[2] < otherHue*(la*lb)
}

// inOtherColours is how much of a reference's coloured print the photo shows in other colours.
// A copy in black and white has none.
func (s hues) inOtherColours() float64 {
	other, all := s.in(image.Rect(0, 0, s.columns, len(s.other)/s.columns))
	return other / (all + doubtedInks)
}

// hasAnotherEmblem says that the other colours lie together, and have no place there that is
// of the reference's.
func (s hues) hasAnotherEmblem() bool {
	return slices.ContainsFunc(patches(s.other, s.columns), func(at image.Rectangle) bool {
		other, all := s.in(at)
		return other >= fewestTogether && other >= ofTheEmblem*all
	})
}

// in counts the places in some cells.
func (s hues) in(cells image.Rectangle) (other, coloured float64) {
	for y := cells.Min.Y; y < cells.Max.Y; y++ {
		for x := cells.Min.X; x < cells.Max.X; x++ {
			if i := y*s.columns + x; s.coloured[i] {
				if coloured++; s.other[i] {
					other++
				}
			}
		}
	}
	return other, coloured
}

// isRecoloured says that the photo plainly shows a reference's print in other colours.
func (e *evidenceSet) isRecoloured(h *Hypothesis) bool {
	if e.photo == nil || h == nil || !h.Found.Located || h.Found.rectified == nil {
		return false
	}
	seen := e.photo.huesOn(h)
	return seen.inOtherColours() >= inAnotherColour || h.Reference.plain() && seen.hasAnotherEmblem()
}
