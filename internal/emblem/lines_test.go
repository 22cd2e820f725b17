package emblem

import (
	"image"
	"testing"
)

// Lines are found as far down as is asked for, large print too.
func TestLines(t *testing.T) {
	g := headed(1, 1, image.Point{})
	lines := Lines(g, 150)
	if len(lines) != 3 {
		t.Fatalf("%v instead of a headline and two lines", lines)
	}
	if !image.Rect(38, 28, 202, 56).Intersect(lines[0].Box).Eq(lines[0].Box) || lines[0].Box.Dx() < 130 {
		t.Errorf("the headline is at %v", lines[0].Box)
	}
	for _, l := range lines[1:] {
		if l.Box.Dy() > 8 || l.Box.Dx() < 200 {
			t.Errorf("a line at %v", l.Box)
		}
	}
	if lines := Lines(g, 20); len(lines) > 0 {
		t.Errorf("above all print there is %v", lines)
	}
}

// A headline is what is larger than the rest, above a row; a page of one size has none, nor one on
// which much is as large.
func TestHeadlines(t *testing.T) {
	g := page(1)
	if got := Headlines(g, g.H); len(got) > 0 {
		t.Errorf("of small print alone %v", got)
	}
	large := func(x, y int) {
		for letter := range 4 {
			fill(g, image.Rect(x+16*letter, y, x+16*letter+12, y+20))
		}
	}
	large(40, 30)
	if got := Headlines(g, 60); len(got) != 1 || got[0].Box != image.Rect(40, 30, 100, 50) {
		t.Errorf("the headline is %v", got)
	}
	if got := Headlines(g, 40); len(got) > 0 {
		t.Errorf("above its end there is %v", got)
	}
	for i := range fewHeadlines {
		large(40+160*(i%2), 60+30*(i/2))
	}
	if got := Headlines(g, 60); len(got) > 0 {
		t.Errorf("of a form that is filled in largely %v", got)
	}
}
