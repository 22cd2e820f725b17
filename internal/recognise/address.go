package recognise

import (
	"slices"

	"exemplar/internal/emblem"
)

// A page without large print says by its address whose it is. What stands beside it, a recipient's, is
// as much an address, and another on every copy.
const (
	// addressShown is what lines of an address correlate by and more, and addressOther how much of
	// them may seem other print; addressGap is how far apart two of them lie, in heights of the lower
	// one. By eye, on papers drawn apart (officePaper in the tests).
	addressShown, addressOther, addressGap = 0.95, 0.1, 2
)

// showsAddress says that two lines of the head, one below the other, are shown as the reference has
// them, one of which surely is form by the reference alone.
func (f *Found) showsAddress(print []emblem.Emblem) bool {
	laid, _ := f.laidEmblems()
	kinds, own := f.seenKinds(), f.itself.kinds()
	shown := slices.DeleteFunc(slices.Clone(print), func(e emblem.Emblem) bool {
		seen := kinds.Print(e.Box, f.rectified.Visible)
		if seen.Cells < leastPrint || seen.OtherForm > addressOther || seen.Contents > addressOther {
			return true
		}
		correlation, _ := laid.Seen(&e)
		return correlation < addressShown
	})
	return slices.ContainsFunc(shown, func(sure emblem.Emblem) bool {
		return isSurelyForm(own.Print(sure.Box, f.rectified.Visible)) && slices.ContainsFunc(shown, func(other emblem.Emblem) bool {
			return isBelow(&sure, &other) || isBelow(&other, &sure)
		})
	})
}

// isBelow says that a line is the next one below another.
func isBelow(above, below *emblem.Emblem) bool {
	a, b := above.Box, below.Box
	gap := b.Min.Y - a.Max.Y
	return gap >= 0 && gap <= addressGap*b.Dy() && min(a.Max.X, b.Max.X) > max(a.Min.X, b.Min.X)
}
