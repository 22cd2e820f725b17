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
