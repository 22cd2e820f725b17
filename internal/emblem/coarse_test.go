package emblem

import (
	"image"
	"testing"

	"exemplar/internal/imaging"
)

// halfBright is a photo that was laid on a page.
func halfBright(g *imaging.Gray) *imaging.Gray {
	half := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i, v := range g.Pix {
		half.Pix[i] = v / 2
	}
	return half
}

// At a quarter of its size an emblem differs from another one, and small print does not differ
// from other words in the same lines.
func TestCoarseAt(t *testing.T) {
	with := func(text uint64, bars ...int) *imaging.Gray {
		g := page(text)
		for i, high := range bars {
			fill(g, image.Rect(40+14*i, 72-high, 50+14*i, 72))
		}
		return g
	}
	ref := with(1, 30, 12, 40)
	logo, words := image.Rect(40, 32, 80, 72), image.Rect(80, 160, 120, 200)
	same, other := LayCoarsely(ref, halfBright(with(2, 30, 12, 40))), LayCoarsely(ref, halfBright(with(2, 10, 40, 14)))
	if a, b := same.At(logo), other.At(logo); a.Correlation < 0.99 || b.Correlation > 0.6 || a.Own < 40 || a.Its < 40 {
		t.Errorf("the same logo %+v, another %+v", a, b)
	}
	if a := same.At(words); a.Correlation < 0.8 || a.Own > 60 {
		t.Errorf("other words %+v", a)
	}
	blank := LayCoarsely(ref, halfBright(&imaging.Gray{W: ref.W, H: ref.H, Pix: make([]byte, len(ref.Pix))}))
	if a := blank.At(logo); a.Correlation > 0 || a.Its > 0 {
		t.Errorf("nothing %+v", a)
	}
}

// An emblem that lies elsewhere in the photo, or above the reference in it, is found there.
func TestCoarseAnywhere(t *testing.T) {
	ref := headed(1, 1, image.Point{})
	at := image.Rect(40, 28, 104, 56)
	above := &imaging.Gray{W: pageW, H: 80, Pix: make([]byte, pageW*80)}
	for name, c := range map[string]struct {
		photo *imaging.Gray
		above *imaging.Gray
		there bool
	}{
		"moved":   {headed(2, 1, image.Pt(8, 48)), above, true},
		"above":   {page(2), halfBright(&imaging.Gray{W: pageW, H: 80, Pix: ref.Pix[:pageW*80]}), true},
		"another": {headed(2, 9, image.Point{}), above, false},
	} {
		laid := LayCoarsely(ref, halfBright(c.photo))
		if v := laid.Anywhere(at, c.above); (v > 0.9) != c.there {
			t.Errorf("%s: %.2f", name, v)
		}
	}
}
