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
	// Print lies on the paper where the brightest place beside it is as bright as what most of the
	// page is, but for so many levels. In a picture that is printed on the page, edges of two
	// colours look as of a third one once a JPEG has halved their colours.
	// There so many places must lie together.
	paperLevels, fewestOffPaper = 28, 15
)

// hues are the places of a reference that have a plain colour where the photo has one as well,
// and those of them where it has another one.
type hues struct {
	columns         int
	coloured, other []bool
	onPaper         []bool // those whose print lies on the paper of the page
}

func (p *Photo) huesOn(h *Hypothesis) hues {
	own, photo := h.Reference.inks(), p.inksOn(h)
	n := len(own.levels)
	seenIn := hues{own.columns, make([]bool, n), make([]bool, n), make([]bool, n)}
	page := own.paper()
	for i := range own.levels {
		x, y := i%own.columns, i/own.columns
		_, paper, _ := own.inkAndPaper(x, y)
		seenIn.onPaper[i] = paper.minus(&page) <= paperLevels
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

// paper is the colour of most of a page: the median of its brighter half.
func (g *inkGrid) paper() (page rgb) {
	for c := range page {
		levels := make([]float64, len(g.levels))
		for i, l := range g.levels {
			levels[i] = l[c]
		}
		slices.Sort(levels)
		page[c] = levels[len(levels)*3/4]
	}
	return page
}

// hasAnotherEmblem says that the other colours lie together, mostly on the paper, and have hardly
// a place there that is of the reference's.
func (s hues) hasAnotherEmblem() bool {
	return slices.ContainsFunc(patches(s.other, s.columns), func(at image.Rectangle) bool {
		other, all := s.in(at)
		return other >= ofTheEmblem*all && (other >= fewestOffPaper || s.onPaperIn(at) >= fewestTogether)
	})
}

// onPaperIn counts the places of other colours whose print lies on the paper.
func (s hues) onPaperIn(cells image.Rectangle) (n int) {
	for i, other := range s.other {
		if other && s.onPaper[i] && image.Pt(i%s.columns, i/s.columns).In(cells) {
			n++
		}
	}
	return n
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
