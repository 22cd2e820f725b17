package recognise

import (
	"image"
	"math"
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

const (
	// A till's receipt is as long as what was bought, so that its head may lie anywhere, and much of it
	// is contents: print of shopPrint cells and more is another shop's only if both networks see
	// another form in it, of the reference alone both take it for form, and it correlates by
	// shopAgrees at most, in its place and in any row. Of other copies of real receipts what both
	// see so has 0.26 by the first network alone, or is not in the photo.
	shopPrint                        = 12
	shopOther, shopOtherBySecond     = 0.5, 0.6
	shopForm, shopFormBySecond       = 0.3, 0.5
	shopAgrees, shopEntry, shopAlone = 0.65, 0.2, 0.1
)

// showsOtherShop says that a photo of a strip shows another logo or name in place of one of the head.
func (f *Found) showsOtherShop(r *Reference, form *scoremodel.Form) bool {
	if !form.Strip || form.HeadCluster < leastOther {
		return false
	}
	laid, sought := f.laidEmblems()
	kinds, own := f.seenKinds(), f.itself.kinds()
	suspects := slices.DeleteFunc(slices.Clone(f.itself.head()), func(e emblem.Emblem) bool {
		seen, alone := kinds.Print(e.Box, f.rectified.Visible), own.Print(e.Box, f.rectified.Visible)
		return seen.Cells < shopPrint || seen.OtherForm < shopOther || seen.Contents > shopEntry || alone.Form < shopForm || alone.Contents > shopAlone
	})
	suspects = agreeingLess(laid, suspects, shopAgrees)
	if len(suspects) == 0 {
		return false
	}
	second, alone := changedetect.Alone().Detect(f.rectified.Reference, f.rectified.Photo), f.itself.second()
	return slices.ContainsFunc(suspects, func(e emblem.Emblem) bool {
		if second.Print(e.Box, f.rectified.Visible).OtherForm < shopOtherBySecond || alone.Print(e.Box, f.rectified.Visible).Form < shopFormBySecond {
			return false
		}
		elsewhere, _ := sought(&e)
		return elsewhere <= shopAgrees && f.showsPrint(e.Box) && !f.isCutOff(e.Box) && !f.photo.hides(r, f, e.Box)
	})
}

// leastShown is how much the photo's levels spread where print stands, as a share of the reference's
// there. By eye.
const leastShown = 0.3

// showsPrint says that something is printed in the photo where the reference has print: what somebody
// wrote on the one slip is missing on another, and nothing stands there.
func (f *Found) showsPrint(box image.Rectangle) bool {
	spread := func(g *imaging.Gray) float64 {
		var sum, squares, n float64
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for _, v := range g.Pix[y*g.W+box.Min.X : y*g.W+box.Max.X] {
				sum, squares, n = sum+float64(v), squares+float64(v)*float64(v), n+1
			}
		}
		return math.Sqrt(max(0, squares/n-sum*sum/(n*n)))
	}
	const atHalf = 2 // brightness: see [alignment.Rectified]
	return atHalf*spread(f.rectified.Photo) >= leastShown*spread(f.rectified.Reference)
}

// logosEnd is the row up to which the emblems of a page lie.
func logosEnd(ref *imaging.Gray) int { return int(logoShare * float64(ref.H)) }

// otherLogos are the emblems of the head in place of which the second network sees another form.
func (f *Found) otherLogos() []emblem.Emblem {
	ref := f.rectified.Reference
	laid, sought := f.laidEmblems()
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
		elsewhere, _ := sought(&e)
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
