package explain

import (
	"image/color"

	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// mark is how cells of a state are shown. The three colours are told apart by every
// eye (Okabe and Ito, "Color Universal Design", 2008), and the strokes on a print in
// grey.
type mark struct {
	fill, stroke color.NRGBA
	rising       bool // strokes from the lower left to the upper right
	falling      bool // and across
}

var marks = map[recognise.PrintState]mark{
	recognise.FormAgrees:     {fill: color.NRGBA{66, 146, 230, 95}},
	recognise.ContentsDiffer: {fill: color.NRGBA{240, 228, 66, 110}, stroke: color.NRGBA{122, 108, 0, 235}, rising: true},
	recognise.FormDiffers:    {fill: color.NRGBA{213, 94, 0, 130}, stroke: color.NRGBA{120, 20, 0, 255}, rising: true, falling: true},
	recognise.NotSeen:        {fill: color.NRGBA{148, 155, 164, 60}, stroke: color.NRGBA{148, 155, 164, 200}, falling: true},
}

// legendOf says what the marks mean, in the order of the legend.
var legendOf = []struct {
	state   recognise.PrintState
	meaning string
}{
	{recognise.FormAgrees, "form that agrees"},
	{recognise.ContentsDiffer, "contents that differ"},
	{recognise.FormDiffers, "form that differs"},
	{recognise.NotSeen, "not to be seen"},
}

// print marks the cells of a reference by what is seen of their print, in both
// pictures.
func (c *sheet) print(m *recognise.PrintMap, photo, reference panel) {
	onPhoto, onReference := c.within(photo.frame), c.within(reference.frame)
	for y := range m.H {
		for x, end := 0, 0; x < m.W; x = end {
			state := m.State[y*m.W+x]
			for end = x + 1; end < m.W && m.State[y*m.W+end] == state; {
				end++
			}
			here, there := m.Run(y, x, end)
			onReference.mark(state, reference.all(here), end-x)
			if state != recognise.NotSeen { // what is outside of the photo
				onPhoto.mark(state, photo.all(there), end-x)
			}
		}
	}
}

// mark marks a row of cells.
func (c *sheet) mark(state recognise.PrintState, q [4]planar.Point, cells int) {
	m, marked := marks[state]
	if !marked {
		return
	}
	c.fill(m.fill, q[:]...)
	for i := range cells {
		from, to := float64(i)/float64(cells), float64(i+1)/float64(cells)
		if m.rising {
			c.line(m.stroke, planar.Between(q[3], q[2], from), planar.Between(q[0], q[1], to), 1)
		}
		if m.falling {
			c.line(m.stroke, planar.Between(q[0], q[1], from), planar.Between(q[3], q[2], to), 1)
		}
	}
}

// swatch shows the mark of a state in a legend, and its meaning. It returns where that
// ends.
func (c *sheet) swatch(state recognise.PrintState, meaning string, x, y float64) float64 {
	const side, columns, rows = 18, 3, 2
	c.box(white, x, y, side*1.5, side, 0)
	for row := range rows {
		top := y + side*float64(row)/rows
		c.mark(state, planar.Rectangle(x, top, x+side*1.5, top+side/rows), columns)
	}
	edges := planar.Rectangle(x, y, x+side*1.5, y+side)
	c.outline(unmarked, 0.8, edges[:]...)
	return c.text(faint, smallType, x+side*1.5+8, y+14, meaning)
}
