package emblem

import (
	"image"
	"math/rand/v2"
	"testing"
)

// Other letters of a headline lie in the rows of its own; a headline that has moved does not,
// and one that is not shown has no contrast.
func TestLetters(t *testing.T) {
	ref := headed(1, 1, image.Point{})
	e := &Emblem{Box: headline}
	for name, c := range map[string]struct {
		name, text    uint64
		moved, sought image.Point
		alike, rows   [2]float64
	}{
		"the same":                {1, 2, image.Point{}, image.Point{}, [2]float64{0.99, 1}, [2]float64{0.99, 1}},
		"a pixel aside":           {1, 2, image.Pt(1, 2), image.Point{}, [2]float64{0.99, 1}, [2]float64{0.99, 1}},
		"moved":                   {1, 2, image.Pt(0, 20), image.Point{}, [2]float64{0, 0.7}, [2]float64{0, 0.5}},
		"moved, and sought there": {1, 2, image.Pt(0, 20), image.Pt(0, 20), [2]float64{0.99, 1}, [2]float64{0.99, 1}},
	} {
		photo := LayInked(ref, halfBright(headed(c.text, c.name, c.moved)))
		l, ok := photo.Letters(e, c.sought)
		if !ok || l.Alike < c.alike[0] || l.Alike > c.alike[1]+1e-6 || l.Rows < c.rows[0] || l.Rows > c.rows[1]+1e-6 || l.Contrast < 0.5 || l.Contrast > 1.5 {
			t.Errorf("%s: %+v", name, l)
		}
	}
	another := page(2)
	print(another, rand.New(rand.NewPCG(9, 2)), headline, 13)
	other := LayInked(ref, halfBright(another))
	if l, ok := other.Letters(e, image.Point{}); !ok || l.Alike > 0.5 || l.Rows < 0.9 || l.Contrast < 0.8 || l.Contrast > 1.3 {
		t.Errorf("another: %+v", l)
	}
	blank := LayInked(ref, halfBright(page(1)))
	if l, ok := blank.Letters(e, image.Point{}); !ok || l.Contrast > 0.1 || l.Alike > 0.2 {
		t.Errorf("nothing: %+v", l)
	}
	if l, ok := blank.Letters(&Emblem{Box: image.Rect(0, 30, 200, 54)}, image.Point{}); ok {
		t.Errorf("a line at the edge: %+v", l)
	}
}
