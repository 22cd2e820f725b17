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
			p.add(m.printOf(y*m.W+x, seen))
		}
	}
	return p.shares()
}

// Squares is Print of every square of side x side cells, by its upper left cell: (H-side+1)
// rows of W-side+1. There are none in a smaller map.
func (m *Map) Squares(side int, seen []bool) []Print {
	if m.W < side || m.H < side {
		return nil
	}
	across := make([]Print, 0, m.H*(m.W-side+1)) // sums of side cells of a row
	cells := make([]Print, m.W)
	for y := range m.H {
		for x := range cells {
			cells[x] = m.printOf(y*m.W+x, seen)
		}
		for x := range m.W - side + 1 {
			var p Print
			for _, c := range cells[x : x+side] {
				p.add(c)
			}
			across = append(across, p)
		}
	}
	columns := m.W - side + 1
	squares := make([]Print, columns*(m.H-side+1))
	for i := range squares {
		for row := range side {
			squares[i].add(across[i+row*columns])
		}
		squares[i] = squares[i].shares()
	}
	return squares
}

// printOf is a cell's print, of which the shares are not yet taken.
func (m *Map) printOf(i int, seen []bool) Print {
	if !m.Judged[i] || !seen[i] {
		return Print{}
	}
	return Print{1, m.otherForm(i), sigmoid(m.Form[i]), sigmoid(m.Filled[i])}
}

// otherForm is how probable it is that the photo shows another form in a cell.
func (m *Map) otherForm(i int) float64 { return sigmoid(m.Logit[i]) * sigmoid(m.Form[i]) }

func (p *Print) add(q Print) {
	p.Cells += q.Cells
	p.OtherForm += q.OtherForm
	p.Form += q.Form
	p.Contents += q.Contents
}

func (p Print) shares() Print {
	n := float64(max(1, p.Cells))
	return Print{p.Cells, p.OtherForm / n, p.Form / n, p.Contents / n}
}
