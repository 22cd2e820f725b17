package changedetect

import "image"

// Print is what a map says of some print of the reference, each a share of its cells.
type Print struct {
	Cells     int     // that have print and are seen
	OtherForm float64 // show another form
	Form      float64 // would show another form, if they showed other print
	Contents  float64 // are contents that are filled in
}

// Print is what the map says of the print in a rectangle of pixels.
func (m *Map) Print(in image.Rectangle, seen []bool) Print {
	var p Print
	for y := max(0, in.Min.Y/Cell); y < min(m.H, (in.Max.Y+Cell-1)/Cell); y++ {
		for x := max(0, in.Min.X/Cell); x < min(m.W, (in.Max.X+Cell-1)/Cell); x++ {
			i := y*m.W + x
			if !m.Judged[i] || !seen[i] {
				continue
			}
			form := sigmoid(m.Form[i])
			p.Cells++
			p.OtherForm += sigmoid(m.Logit[i]) * form
			p.Form += form
			p.Contents += sigmoid(m.Filled[i])
		}
	}
	n := float64(max(1, p.Cells))
	p.OtherForm, p.Form, p.Contents = p.OtherForm/n, p.Form/n, p.Contents/n
	return p
}
