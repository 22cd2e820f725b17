package recognise

import (
	"slices"

	"exemplar/internal/changedetect"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
)

// An emblem on plain paper that agrees little is shown to a second network,
// [changedetect.Alone]: it has learnt from fewer photos, but sees other emblems on certificates
// and forms that the first one passes over. All was chosen on 79 captures of other copies of the
// odd families of kinds_invoices, and on drawn look-alikes of seeds 1 and 3 (bench/kinds).
const (
	// logoShare of a page, from the top, is where its emblems end.
	logoShare = 0.45
	// otherLogo is up to what an emblem correlates if it is another, and logoGap by how much less
	// than what agrees best of the head, within nearLogo pixels of its place.
	otherLogo, logoGap, nearLogo = 0.82, 0.1, 4
)

// showsOtherLogo says of a paper, but for strips, whose rows move, that the photo shows another
// emblem in place of one of its head.
func (f *Found) showsOtherLogo(r *Reference, form *scoremodel.Form) bool {
	if form.Unsteady || form.Strip || r.zone() > 0 {
		return false
	}
	return slices.ContainsFunc(f.otherLogos(), func(e emblem.Emblem) bool { return !f.isCutOff(e.Box) && !f.photo.hides(r, f, e.Box) })
}

// logosEnd is the row up to which the emblems of a page lie.
func logosEnd(ref *imaging.Gray) int { return int(logoShare * float64(ref.H)) }

// otherLogos are the emblems of the head in place of which the second network sees another form.
func (f *Found) otherLogos() []emblem.Emblem {
	ref := f.rectified.Reference
	laid, longer := f.laidEmblems()
	above := logosEnd(ref)
	kinds := f.seenKinds()
	suspects := slices.DeleteFunc(slices.Clone(f.itself.emblems()), func(e emblem.Emblem) bool {
		return e.Box.Max.Y > above || f.varied != nil && kinds.IsContents(e.Box)
	})
	all := slices.Clone(suspects)
	suspects = agreeingLess(laid, suspects, otherLogo)
	if len(suspects) > 0 { // mostly there is none: the print about them tells nothing then
		suspects = agreeingLess(laid, suspects, bestOf(laid, slices.Concat(f.itself.lines(), all))-logoGap)
	}
	if len(suspects) == 0 {
		return nil
	}
	seen, own := changedetect.Alone().Detect(ref, f.rectified.Photo), f.itself.kinds()
	return slices.DeleteFunc(suspects, func(e emblem.Emblem) bool {
		now, alone := seen.Print(e.Box, f.rectified.Visible), own.Print(e.Box, f.rectified.Visible)
		if now.Cells < leastPrint || now.OtherForm < plainlyOf || now.Contents > filledPlace || alone.Contents > entryAlone {
			return true
		}
		elsewhere, _ := longer().Sought(&e)
		return elsewhere > otherLogo
	})
}

// agreeingLess are those that correlate up to a bound.
func agreeingLess(laid emblem.Laid, some []emblem.Emblem, bound float64) []emblem.Emblem {
	return slices.DeleteFunc(some, func(e emblem.Emblem) bool {
		c, _ := laid.Seen(&e)
		return c > bound
	})
}

// bestOf is the correlation of the print that the photo shows best in its place, of that with
// most ink.
func bestOf(laid emblem.Laid, print []emblem.Emblem) float64 {
	slices.SortStableFunc(print, func(a, b emblem.Emblem) int { return b.Ink - a.Ink })
	best := 0.0
	for _, e := range print[:min(len(print), 2*mostLines)] {
		if c, by := laid.Seen(&e); max(by.X, -by.X, by.Y, -by.Y) <= nearLogo {
			best = max(best, c)
		}
	}
	return best
}
