package emblem

import (
	"cmp"
	"slices"

	"exemplar/internal/imaging"
)

const (
	// leastLine is how wide a line of print is at least, in pixels, and wordGap how far
	// apart two of its letters are at most, in heights of a letter. By eye.
	leastLine, wordGap = 40, 1.5
)

// Lines returns the lines of print of a reference that end above a row, small print too,
// those with most ink first: a company's name and address, a headline.
func Lines(ref *imaging.Gray, above int) []Emblem {
	rows := min(ref.H, max(0, above)+inkReach)
	dark := ink(&imaging.Gray{W: ref.W, H: rows, Pix: ref.Pix[:ref.W*rows]})
	letters := slices.DeleteFunc(components(slices.Clone(dark), ref.W), func(c Emblem) bool {
		return c.Box.Dy() < leastLetter || c.Box.Dy() > mostLetter || c.Box.Max.Y > above || c.isFrame(dark, ref.W)
	})
	slices.SortStableFunc(letters, func(a, b Emblem) int { return cmp.Compare(a.Box.Min.X, b.Box.Min.X) })
	var lines []Emblem
	for _, c := range letters {
		if i := slices.IndexFunc(lines, func(l Emblem) bool { return l.goesOnWith(&c) }); i >= 0 {
			lines[i] = Emblem{lines[i].Box.Union(c.Box), lines[i].Ink + c.Ink}
		} else {
			lines = append(lines, c)
		}
	}
	lines = slices.DeleteFunc(lines, func(e Emblem) bool {
		return e.Box.Dx() < leastLine || e.Ink < leastInk || e.isBarcode(dark, ref.W)
	})
	slices.SortStableFunc(lines, func(a, b Emblem) int { return b.Ink - a.Ink })
	return lines
}

const (
	// headlineHeight is how many times as high as most lines of a page a headline is. Drawn ones have
	// 1.5 to 2.3, addressees in bold and the subjects of letters up to 1.6.
	headlineHeight = 1.7
	// headlineLetters is how many times as high as most letters those of a headline are: one tall
	// letter does not make one.
	headlineLetters = 1.3
	// No more than fewHeadlines lines of a page are aboutAsHigh as a headline: what is filled into a
	// form is often larger than what is printed, and there is more of it. What is wider than
	// mostHeadline of the page is a row of a table. By eye.
	aboutAsHigh, fewHeadlines, mostHeadline = 0.8, 4, 0.7
)

// Headlines returns the lines of print of a reference that end above a row, and that are larger than
// the rest: a company's name, what the paper is.
func Headlines(ref *imaging.Gray, above int) []Emblem {
	lines := Lines(ref, ref.H)
	if len(lines) == 0 {
		return nil
	}
	least := headlineHeight * float64(medianHeight(lines))
	lines = slices.DeleteFunc(lines, func(l Emblem) bool {
		return float64(l.Box.Dy()) < aboutAsHigh*least || float64(l.Box.Dx()) > mostHeadline*float64(ref.W)
	})
	letters := components(ink(ref), ref.W)
	leastLetters := headlineLetters * float64(usualHeight(letters))
	var headlines []Emblem
	for _, l := range lines {
		alike := 0
		for _, other := range lines {
			if float64(other.Box.Dy()) >= aboutAsHigh*float64(l.Box.Dy()) {
				alike++
			}
		}
		own := slices.DeleteFunc(slices.Clone(letters), func(c Emblem) bool { return !c.Box.In(l.Box) })
		if float64(l.Box.Dy()) >= least && l.Box.Max.Y <= above && alike <= fewHeadlines && float64(usualHeight(own)) >= leastLetters {
			headlines = append(headlines, l)
		}
	}
	return headlines
}

// medianHeight is the median height of lines.
func medianHeight(lines []Emblem) int {
	heights := make([]int, len(lines))
	for i, l := range lines {
		heights[i] = l.Box.Dy()
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

// goesOnWith says that a letter may follow on a line.
func (e *Emblem) goesOnWith(letter *Emblem) bool {
	both := min(e.Box.Max.Y, letter.Box.Max.Y) - max(e.Box.Min.Y, letter.Box.Min.Y)
	gap := letter.Box.Min.X - e.Box.Max.X
	return 2*both >= min(e.Box.Dy(), letter.Box.Dy()) && float64(gap) <= wordGap*float64(max(e.Box.Dy(), letter.Box.Dy()))
}
