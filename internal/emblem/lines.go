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
		return c.Box.Dy() < leastLetter || c.Box.Dy() > mostLetter || c.Box.Max.Y > above
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

// goesOnWith says that a letter may follow on a line.
func (e *Emblem) goesOnWith(letter *Emblem) bool {
	both := min(e.Box.Max.Y, letter.Box.Max.Y) - max(e.Box.Min.Y, letter.Box.Min.Y)
	gap := letter.Box.Min.X - e.Box.Max.X
	return 2*both >= min(e.Box.Dy(), letter.Box.Dy()) && float64(gap) <= wordGap*float64(max(e.Box.Dy(), letter.Box.Dy()))
}
