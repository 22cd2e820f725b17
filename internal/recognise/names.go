package recognise

import (
	"image"

	"exemplar/internal/emblem"
)

// On one template the rows of all companies look the same: once they are put back, the large print
// above them tells whose they are.
const (
	// replacedName of the print in place of an emblem must seem another form once rows are put back,
	// and otherName is up to what it correlates then, there or anywhere. Of filled copies of the odd
	// forms of bench/proof/blank what seems so correlates by 0.89 and more; of drawn lists of another
	// company on the same template (see filledList in the tests) the name seems another form by 0.59
	// and more, and correlates by 0.46 to 0.72.
	replacedName, otherName = 0.5, 0.78
	// leastName is how much ink a name has of that of the largest print of the head: a number beside
	// a headline has less. By eye.
	leastName = 0.5
)

// names is how well the photo shows the largest print of the reference's head, 0 if there is none,
// and whether other large print stands in place of some of it. Emblems are those of the reference,
// the largest first.
func (r *inRows) names(laid emblem.Laid, emblems []emblem.Emblem) (shown float64, other bool) {
	high, largest := float64(r.laid.Reference.H), 0
	for _, e := range emblems {
		if float64(e.Box.Min.Y) >= emblemShare*high {
			continue
		}
		if largest = max(largest, e.Ink); float64(e.Ink) < leastName*float64(largest) {
			break
		}
		inPlace, _ := laid.Seen(&e)
		if shown == 0 {
			shown = inPlace
		}
		seen := r.kinds.Print(e.Box, r.laid.Visible)
		if inPlace > otherName || seen.Cells < leastPrint || seen.OtherForm < replacedName || seen.Contents > mayBeEntry {
			continue
		}
		elsewhere, _ := laid.Sought(&e)
		other = other || elsewhere <= otherName
	}
	return shown, other
}

// otherHeadline says that the photo shows another headline than the reference: it is another paper of
// the same company.
func (r *inRows) otherHeadline(laid emblem.Laid) bool {
	return lacksHeadline(r.laid.Reference, laid, func(box image.Rectangle) bool {
		return r.kinds.Print(box, r.laid.Visible).Cells >= leastPrint
	})
}
