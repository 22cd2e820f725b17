package explain

import (
	"image/color"

	"exemplar/internal/decide"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// caption is the text below the pictures, broken into lines.
type caption struct {
	outcome decide.Outcome
	label   string
	reason  []string
	figures [][2]string // number and what it counts
	placed  []place     // of the figures
	rows    int         // of the figures
	legend  []entry
	keyed   []place // of the legend's entries
	room    float64
	height  int
}

const (
	longestLine  = 1150 // pixels: longer ones are hard to read
	titleHeight  = 44
	lineHeight   = 27
	figureHeight = 76
	figureGap    = 44
	legendHeight = 34 // of its first row
	legendRow    = 28 // of each further one
	legendGap    = 26
)

func layOut(f *recognise.Finding, room float64) *caption {
	w := &caption{outcome: f.Decision.Outcome, figures: figures(f), room: room}
	w.label = string(f.Decision.Label)
	reason := Reason(f.Decision.Reason)
	if d := &f.Decision; unsure(d) {
		reason = Unsure(string(d.Candidates[0].Label), d.Candidates[0].Confidence) + "; " + reason
	}
	w.reason = wrap(bodyType, reason, min(room, longestLine))
	w.placed, w.rows = flow(figureWidths(w.figures), figureGap, room)
	w.height = titleHeight + lineHeight*len(w.reason) + figureHeight*w.rows
	if f.Best.Found.Located {
		w.legend = photoLegend()
		rows := 0
		w.keyed, rows = flow(legendWidths(w.legend), legendGap, room)
		w.height += legendHeight + legendRow*(rows-1)
	}
	return w
}

// draw sets the caption with its upper left corner at (x, y).
func (w *caption) draw(c *sheet, x, y float64) {
	w.title(c, x, y)
	y += titleHeight
	for _, line := range w.reason {
		y += lineHeight
		c.text(ink, bodyType, x, y-4, line)
	}
	c.numbers(w.figures, w.placed, x, y)
	if w.legend != nil {
		w.drawLegend(c, x, y+float64(figureHeight*w.rows))
	}
}

// title is the decision on its colour, and the label.
func (w *caption) title(c *sheet, x, y float64) {
	shade := map[decide.Outcome]color.NRGBA{decide.Match: green, decide.Ambiguous: amber, decide.Unknown: red}[w.outcome]
	if shade == (color.NRGBA{}) {
		shade = faint
	}
	name := string(w.outcome)
	width := widthOf(strongType, name) + 28
	c.box(shade, x, y, width, 36, 8)
	c.text(white, strongType, x+14, y+25, name)
	c.text(ink, titleType, x+width+16, y+28, shorten(titleType, w.label, w.room-width-16))
}

// place is where something stands that is set in rows: from the left, and in which row.
type place struct {
	x   float64
	row int
}

// flow sets things of these widths from left to right, in rows as wide as the room.
func flow(widths []float64, gap, room float64) (places []place, rows int) {
	at := place{}
	for _, w := range widths {
		if at.x > 0 && at.x+w > room {
			at = place{0, at.row + 1}
		}
		places = append(places, at)
		at.x += w + gap
	}
	return places, at.row + 1
}

func figureWidths(figures [][2]string) (widths []float64) {
	for _, f := range figures {
		widths = append(widths, max(widthOf(figureType, f[0]), widthOf(smallType, f[1])))
	}
	return widths
}

// numbers sets figures in rows, each above what it counts.
func (c *sheet) numbers(figures [][2]string, placed []place, x, y float64) {
	for i, f := range figures {
		x, y := x+placed[i].x, y+float64(figureHeight*placed[i].row)
		c.text(ink, figureType, x, y+38, f[0])
		c.text(faint, smallType, x, y+60, f[1])
	}
}

// entry is a sign of the legend, and what it means.
type entry struct {
	meaning string
	width   float64 // of the sign, and the space after it
	sign    func(c *sheet, x, y float64)
}

const legendSide = 16 // height of a sign

func photoLegend() (all []entry) {
	for _, of := range legendOf {
		all = append(all, entry{of.meaning, 35, func(c *sheet, x, y float64) { c.swatch(of.state, "", x, y) }})
	}
	frame := func(shade color.NRGBA) func(c *sheet, x, y float64) {
		return func(c *sheet, x, y float64) {
			edges := planar.Rectangle(x, y, x+legendSide, y+legendSide)
			c.outline(shade, 2.5, edges[:]...)
		}
	}
	pair := func(c *sheet, x, y float64) {
		from, to := planar.Point{X: x, Y: y + legendSide/2}, planar.Point{X: x + 26, Y: y + legendSide/2}
		c.line(accent, from, to, 1.5)
		c.dot(accent, from, 2.5)
		c.dot(accent, to, 2.5)
	}
	corner := func(c *sheet, x, y float64) { c.dot(accent, planar.Point{X: x + 6, Y: y + legendSide/2}, 6) }
	return append(all,
		entry{"surely other print", legendSide + 8, frame(violet)},
		entry{"glare, torn ...", legendSide + 8, frame(cyan)},
		entry{"points that agree (some)", 34, pair},
		entry{"its upper left corner", 20, corner},
	)
}

func legendWidths(all []entry) (widths []float64) {
	for _, e := range all {
		widths = append(widths, e.width+widthOf(smallType, e.meaning))
	}
	return widths
}

// drawLegend says what the colours mean.
func (w *caption) drawLegend(c *sheet, x, y float64) {
	c.fill(rule, planar.Point{X: x, Y: y}, planar.Point{X: x + w.room, Y: y},
		planar.Point{X: x + w.room, Y: y + 1}, planar.Point{X: x, Y: y + 1})
	y += legendHeight - legendSide
	for i, e := range w.legend {
		x, y := x+w.keyed[i].x, y+float64(legendRow*w.keyed[i].row)
		e.sign(c, x, y)
		c.text(faint, smallType, x+e.width, y+13, e.meaning)
	}
}
