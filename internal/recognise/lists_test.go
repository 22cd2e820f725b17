package recognise

import (
	"fmt"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
)

// filledList is a table that a company fills in: prices, a roster, stock. Its template, captions and
// rules, is everybody's; the name above is the company's.
type filledList struct {
	template, company, contents uint64
	wide, boxes                 bool
	filled                      float64 // share of its cells
}

func (l filledList) draw() *imaging.Image {
	w, h := 760, 1075
	rows, columns := 18+int(l.at(2)%10), 5+int(l.at(3)%4)
	if l.wide {
		w, h = h, w
	} else {
		rows, columns = rows+12, columns-2
	}
	c := canvas.New(w, h, 1)
	c.Rect(0, 0, float32(w), float32(h), canvas.Solid(canvas.RGB{R: 251, G: 251, B: 250}))
	ink := canvas.Solid(canvas.Black)
	style := canvas.Style{Face: canvas.Regular, Size: 10, Ink: ink}
	c.Text(50, 60, words(splitmix.Hash(l.company+7000), 2), canvas.Style{Face: canvas.Bold, Size: 24, Ink: ink})
	c.Text(50, 80, words(splitmix.Hash(l.company+100), 4), style)
	c.Text(float32(w)-320, 60, words(l.at(1), 2), canvas.Style{Face: canvas.Bold, Size: 18, Ink: ink})
	const top, left = 110, 50
	high, across := (float32(h)-top-60)/float32(rows+1), (float32(w)-2*left)/float32(columns)
	for y := range rows + 2 {
		c.Rect(left, top+float32(y)*high, float32(w)-2*left, 1, ink)
	}
	for x := range columns + 1 {
		if l.boxes {
			c.Rect(left+float32(x)*across, top, 1, float32(rows+1)*high, ink)
		}
	}
	for x := range columns {
		c.Text(left+float32(x)*across+4, top+high-7, words(l.at(10+uint64(x)), 1), canvas.Style{Face: canvas.Bold, Size: 10, Ink: ink})
		for y := range rows {
			c.Text(left+float32(x)*across+4, top+float32(y+2)*high-7, l.cell(x, splitmix.Hash(l.contents<<20+uint64(y*columns+x))), style)
		}
	}
	return c.Image
}

// at is a number that the template chooses.
func (l filledList) at(i uint64) uint64 { return splitmix.Hash(l.template<<10 + i) }

// cell is what stands in a cell of a column, by a number of its own.
func (l filledList) cell(column int, of uint64) string {
	switch {
	case column > 0 && float64(of>>40%1000) >= 1000*l.filled:
		return ""
	case column == 0 || column == 1 && l.at(4)%2 == 0:
		return words(of, 2)
	}
	return fmt.Sprintf("%d.%02d", of%900, of>>20%100)
}

// A list that one company fills in is known with other contents, and is not another company's, though
// rules, captions and headline are the same: the name above tells them.
func TestListsOfTwoCompanies(t *testing.T) {
	papertest.SkipLong(t)
	for i := range uint64(8) {
		own := filledList{template: i % 4, company: 1, contents: 1, wide: i < 4, boxes: i%3 > 0, filled: []float64{1, 0.7, 0.4}[i%3]}
		g := gallery(t, newEntry("list", own.draw()))
		for company, want := range []decide.Outcome{decide.Match, decide.Unknown} {
			other := own
			other.company, other.contents = own.company+uint64(company), 2
			r, err := g.Recognise(t.Context(), Input{Image: other.draw()}, Options{FPIR: 0.01})
			if err != nil {
				t.Fatal(err)
			}
			if d := r.Findings[0].Decision; d.Outcome != want {
				t.Errorf("%+v: %s (%s)", other, d.Outcome, d.Reason)
			}
		}
	}
}
