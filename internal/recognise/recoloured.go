package recognise

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
)

// inOtherColours is how much of a reference's coloured print the photo shows in other colours.
// A copy in black and white has none.
func (p *Photo) inOtherColours(h *Hypothesis) float64 {
	own, photo := h.Reference.inks(), p.inksOn(h)
	all, other := 0.0, 0.0
	for i := range own.levels {
		x, y := i%own.columns, i/own.columns
		c, printed := own.ink(x, y)
		of, seen := photo.ink(x, y)
		length := c.minus(&rgb{}) * of.minus(&rgb{})
		if !printed || !seen || min(c.minus(&rgb{}), of.minus(&rgb{})) < plainInk {
			continue
		}
		all++
		if c[0]*of[0]+c[1]*of[1]+c[2]*of[2] < otherHue*length {
			other++
		}
	}
	return other / (all + doubtedInks)
}

// isRecoloured says that the photo plainly shows a reference's print in other colours.
func (e *evidenceSet) isRecoloured(h *Hypothesis) bool {
	return e.photo != nil && h != nil && h.Found.Located && h.Found.rectified != nil && e.photo.inOtherColours(h) >= inAnotherColour
}
