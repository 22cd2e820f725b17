package explain

import (
	"fmt"
	"image"

	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// Contents draws what of a reference's print is taken for contents, which may be other
// on other copies, and what for form, by which they are recognised.
func Contents(picture *imaging.Image, m *recognise.PrintMap, label string) *imaging.Image {
	shown := fitPanel(picture)
	width := max(minWidth, 2*margin+2*shown.W+between)
	room := float64(width - 2*margin)
	says := wrap(bodyType, ContentsSentence(m, label), min(room, longestLine))
	bottom := top + shown.H + margin
	out := newSheet(width, bottom+lineHeight*len(says)+legendHeight+margin, paper)

	left := panel{image.Rect(0, 0, shown.W, shown.H).Add(image.Pt((width-2*shown.W-between)/2, top)), picture.W, picture.H}
	right := panel{left.frame.Add(image.Pt(shown.W+between, 0)), picture.W, picture.H}
	for _, p := range []panel{left, right} {
		out.put(shown, p.frame.Min.X, p.frame.Min.Y)
		edges := boxOf(p.frame)
		out.outline(rule, 1, edges[:]...)
	}
	out.heading(left, "Reference  "+label)
	out.heading(right, "What is taken for form, and what for contents")
	out.print(asContents(m), right, right)

	y := float64(bottom)
	for _, line := range says {
		y += lineHeight
		out.text(ink, bodyType, margin, y-4, line)
	}
	x := out.swatch(recognise.FormAgrees, "form: printed alike on every copy", margin, y+legendHeight/2) + 28
	out.swatch(recognise.ContentsDiffer, "contents: what is filled in, and may be other on other copies", x, y+legendHeight/2)
	return out.Image
}

// asContents shows contents, which agree with themselves, as those that may differ.
func asContents(m *recognise.PrintMap) *recognise.PrintMap {
	shown := *m
	shown.State = make([]recognise.PrintState, len(m.State))
	for i, s := range m.State {
		if s == recognise.ContentsAgree {
			s = recognise.ContentsDiffer
		}
		shown.State[i] = s
	}
	return &shown
}

// ContentsSentence says how much of a reference's print is taken for contents.
func ContentsSentence(m *recognise.PrintMap, label string) string {
	contents, form := m.Count(recognise.ContentsAgree), m.Count(recognise.FormAgrees)
	if contents+form == 0 {
		return label + " shows no print that could be form or contents."
	}
	return fmt.Sprintf("Of the print of %s about %.0f %% is taken for contents: another copy may show something else there. "+
		"The rest is the form, by which copies are recognised. One picture lets this only be guessed; another copy under the same label tells more.",
		label, 100*m.ContentsShare())
}
