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
	room    float64
	height  int
	located bool
}

const (
	longestLine  = 1150 // pixels: longer ones are hard to read
	titleHeight  = 44
	lineHeight   = 27
	figureHeight = 76
	legendHeight = 34
)

func layOut(f *recognise.Finding, room float64) *caption {
	w := &caption{outcome: f.Decision.Outcome, figures: figures(f), room: room, located: f.Best.Found.Located}
	w.label = string(f.Decision.Label)
	w.reason = wrap(bodyType, f.Decision.Reason, min(room, longestLine))
	w.height = titleHeight + lineHeight*len(w.reason) + figureHeight
	if w.located {
		w.height += legendHeight
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
	c.numbers(w.figures, x, y)
	if w.located {
		w.legend(c, x, y+figureHeight)
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

// numbers sets figures in a row, each above what it counts.
func (c *sheet) numbers(figures [][2]string, x, y float64) {
	const gap = 44
	for _, f := range figures {
		c.text(ink, figureType, x, y+38, f[0])
		c.text(faint, smallType, x, y+60, f[1])
		x += max(widthOf(figureType, f[0]), widthOf(smallType, f[1])) + gap
	}
}

// legend says what the colours mean.
func (w *caption) legend(c *sheet, x, y float64) {
	c.fill(rule, planar.Point{X: x, Y: y}, planar.Point{X: x + w.room, Y: y},
		planar.Point{X: x + w.room, Y: y + 1}, planar.Point{X: x, Y: y + 1})
	const side = 16
	y += legendHeight - side
	for _, entry := range legendOf {
		x = c.swatch(entry.state, entry.meaning, x, y) + 24
	}
	frame := planar.Rectangle(x, y, x+side, y+side)
	c.outline(violet, 2.5, frame[:]...)
	x = c.text(faint, smallType, x+side+8, y+13, "surely other print") + 28
	frame = planar.Rectangle(x, y, x+side, y+side)
	c.outline(cyan, 2.5, frame[:]...)
	x = c.text(faint, smallType, x+side+8, y+13, "glare, torn ...") + 28
	c.line(accent, planar.Point{X: x, Y: y + side/2}, planar.Point{X: x + 26, Y: y + side/2}, 1.5)
	c.dot(accent, planar.Point{X: x, Y: y + side/2}, 2.5)
	c.dot(accent, planar.Point{X: x + 26, Y: y + side/2}, 2.5)
	x = c.text(faint, smallType, x+34, y+13, "points that agree (some)") + 28
	c.dot(accent, planar.Point{X: x + 6, Y: y + side/2}, 6)
	c.text(faint, smallType, x+20, y+13, "its upper left corner")
}
