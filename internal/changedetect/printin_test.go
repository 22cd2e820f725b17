package changedetect

import (
	"image"
	"math/rand/v2"
	"testing"
)

// Every square has what its rectangle has.
func TestSquares(t *testing.T) {
	const w, h, side = 9, 7, 3
	r := rand.New(rand.NewPCG(1, 2))
	m := &Map{W: w, H: h}
	var seen []bool
	for range w * h {
		m.Logit, m.Form, m.Filled = append(m.Logit, 4*r.Float32()-2), append(m.Form, 4*r.Float32()-2), append(m.Filled, 4*r.Float32()-2)
		m.Judged, seen = append(m.Judged, r.IntN(4) > 0), append(seen, r.IntN(5) > 0)
	}
	squares := m.Squares(side, seen)
	if len(squares) != (w-side+1)*(h-side+1) {
		t.Fatalf("%d squares", len(squares))
	}
	for i, got := range squares {
		x, y := i%(w-side+1), i/(w-side+1)
		want := m.Print(image.Rect(x*Cell, y*Cell, (x+side)*Cell, (y+side)*Cell), seen)
		near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
		if got.Cells != want.Cells || !near(got.OtherForm, want.OtherForm) || !near(got.Form, want.Form) || !near(got.Contents, want.Contents) {
			t.Errorf("(%d,%d): %+v, want %+v", x, y, got, want)
		}
	}
	if small := m.Squares(8, seen); len(small) > 0 {
		t.Errorf("a map that is lower has %d squares", len(small))
	}
}
