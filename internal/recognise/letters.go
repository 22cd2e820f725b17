package recognise

import (
	"image"
	"slices"

	"exemplar/internal/changedetect"
	"exemplar/internal/emblem"
	"exemplar/internal/scoremodel"
)

// A company's name and the headline of its paper are lines of large print. The network takes a
// headline for an entry, as the subject of a letter is one: both are words that stand below the
// letterhead. But entries are no larger than what they stand among. So a large line is compared
// letter by letter, whatever the network says: where the photo shows other letters, as high and
// as dark and on the same base line, it is another name, or another headline. Emblems, which
// have no letters, are shown to a second network, [changedetect.Alone]: it has learnt from fewer
// photos, but sees other emblems on certificates and forms that the first one passes over.

// All was chosen on 79 captures of other copies of the odd families of kinds_invoices, and on
// drawn look-alikes of seeds 1 and 3 (bench/kinds): of 159 captures of other copies none is
// taken for another paper by its letters.
const (
	// titleShare of a page, from the top, is where names and headlines end, and titleWidth of
	// its width is what they take up at most: what is longer is a sentence.
	titleShare, titleWidth = 0.45, 0.5
	// largeLine is how many times as high as most lines they are. Customers' names in bold print
	// have 1.4 to 1.5, subjects of 80 drawn letters 1 to 1.6, two of them 1.67 and 1.71 where a
	// page is 400 or 500 pixels long.
	largeLine = 1.65
	// A headline is one of mostTitles lines of the page that have sameSize of its height, or
	// more: what a form is filled in with may be as large beside its small print, but there is
	// more of it. By eye.
	mostTitles, sameSize = 4, 0.85
	// otherLetters is up to what the letters of a line correlate in its place if they are others,
	// and shownLetters up to what the line as a whole does, with the paper about it, in any row.
	otherLetters, shownLetters = 0.55, 0.76
	// sameRows is how much the ink of its rows then correlates, and leastContrast to
	// mostContrast how dark it is, in shares of the reference's: glare lies on what is paler.
	sameRows, leastContrast, mostContrast = 0.88, 0.7, 1.4
	// otherLogo is up to what an emblem correlates if it is another; otherGap and titleGap are by
	// how much less an emblem and a line do than what agrees best of the head, within nearTitle
	// pixels of its place. Looser bounds for lines (0.88, 0.1, rows of 0.8) took entries of
	// real forms for headlines.
	otherLogo, otherGap, titleGap, nearTitle = 0.82, 0.1, 0.2, 4
)

// largePrint compares the large print of the head of a paper with the photo.
type largePrint struct {
	*Found
	laid            emblem.Laid
	longer          func() emblem.Laid
	emblems, titles []emblem.Emblem
	best            float64 // correlation of what agrees best in its place
}

// showsOtherTitle says of a paper, but for strips, whose rows move, that the photo shows another name, headline or emblem in
// place of one of its head.
func (f *Found) showsOtherTitle(r *Reference, form *scoremodel.Form) bool {
	if form.Unsteady || form.Strip || r.zone() > 0 {
		return false
	}
	p := f.largePrint()
	other := append(p.otherLetters(), p.otherEmblems()...)
	if len(other) == 0 {
		return false
	}
	hidden, small := f.photo.hidden(r, f)
	return !small && slices.ContainsFunc(other, func(e emblem.Emblem) bool {
		return !f.isCutOff(e.Box) && !slices.ContainsFunc(hidden, e.Box.Overlaps)
	})
}

func (f *Found) largePrint() largePrint {
	ref := f.rectified.Reference
	p := largePrint{Found: f, laid: emblem.Lay(ref, f.rectified.Photo)}
	p.longer = f.longer(p.laid)
	above := int(titleShare * float64(ref.H))
	light := slices.DeleteFunc(emblem.Lines(negative(ref), above), onPaper(ref))
	lines := slices.Concat(emblem.Lines(ref, above), light)
	all := emblem.Lines(ref, ref.H)
	high := largeLine * float64(usualLine(all))
	for _, e := range lines {
		if float64(e.Box.Dy()) >= high && float64(e.Box.Dx()) <= titleWidth*float64(ref.W) && asLarge(all, e) <= mostTitles {
			p.titles = append(p.titles, e)
		}
	}
	for _, e := range emblem.Find(ref) {
		if e.Box.Max.Y <= above {
			p.emblems = append(p.emblems, e)
		}
	}
	for _, e := range slices.Concat(p.emblems[:min(len(p.emblems), mostLines)], lines[:min(len(lines), mostLines)]) {
		if c, by := p.laid.Seen(&e); max(by.X, -by.X, by.Y, -by.Y) <= nearTitle {
			p.best = max(p.best, c)
		}
	}
	return p
}

// otherLetters are the names and headlines in place of which the photo has other letters.
func (p *largePrint) otherLetters() []emblem.Emblem {
	suspects := p.agreeLess(p.titles, shownLetters, titleGap)
	if len(suspects) == 0 {
		return nil
	}
	inked := emblem.LayInked(p.rectified.Reference, p.rectified.Photo)
	return slices.DeleteFunc(suspects, func(e emblem.Emblem) bool {
		l, ok := inked.Letters(&e, image.Point{})
		return !ok || l.Alike > otherLetters || l.Rows < sameRows || l.Contrast < leastContrast || l.Contrast > mostContrast || p.anywhere(&e) > shownLetters
	})
}

// otherEmblems are the emblems in place of which a network sees another form.
func (p *largePrint) otherEmblems() []emblem.Emblem {
	suspects := p.agreeLess(p.emblems, otherLogo, otherGap)
	if len(suspects) == 0 {
		return nil
	}
	ref := p.rectified.Reference
	seen, own := changedetect.Alone().Detect(ref, p.rectified.Photo), ofItself(ref, changedetect.Kinds())
	return slices.DeleteFunc(suspects, func(e emblem.Emblem) bool {
		now, alone := seen.Print(e.Box, p.rectified.Visible), own.Print(e.Box, p.rectified.Visible)
		return now.Cells < leastPrint || now.OtherForm < plainlyOf || now.Contents > filledPlace || alone.Contents > entryAlone || p.anywhere(&e) > otherLogo
	})
}

// agreeLess are those of some print that correlate no more than a bound, and clearly less than
// what agrees best.
func (p *largePrint) agreeLess(some []emblem.Emblem, most, gap float64) []emblem.Emblem {
	return slices.DeleteFunc(slices.Clone(some), func(e emblem.Emblem) bool {
		c, _ := p.laid.Seen(&e)
		return c > min(most, p.best-gap)
	})
}

// anywhere is how well some print agrees with the photo in any row of it.
func (p *largePrint) anywhere(e *emblem.Emblem) float64 {
	c, _ := p.longer().Sought(e)
	return c
}

// asLarge counts the lines that are about as high as one, or higher.
func asLarge(lines []emblem.Emblem, as emblem.Emblem) int {
	n := 0
	for _, e := range lines {
		if float64(e.Box.Dy()) >= sameSize*float64(as.Box.Dy()) {
			n++
		}
	}
	return n
}

// usualLine is how high most lines are.
func usualLine(lines []emblem.Emblem) int {
	if len(lines) == 0 {
		return 0
	}
	heights := make([]int, len(lines))
	for i, e := range lines {
		heights[i] = e.Box.Dy()
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}
