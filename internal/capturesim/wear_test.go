package capturesim

import (
	"bytes"
	"testing"

	"exemplar/internal/papertest"
)

// Every state changes the photo, and the same seed gives the same one.
func TestWornShowsItsState(t *testing.T) {
	papertest.SkipLong(t)
	doc, p := markedDocument(320, 200), Plain()
	p.SizeMin, p.SizeMax = 0.9, 0.9
	plain := Worn(doc, nil, Unworn, p, 4)
	for _, state := range Wears()[1:] {
		photo := Worn(doc, nil, state, p, 4)
		if bytes.Equal(photo.Image.Pix, plain.Image.Pix) {
			t.Errorf("%s looks as if nothing had happened", state)
		}
		if again := Worn(doc, nil, state, p, 4); !bytes.Equal(photo.Image.Pix, again.Image.Pix) {
			t.Errorf("%s differs from itself", state)
		}
		missing := plain.Visible - photo.Visible
		if state == Torn && missing < 0.01 {
			t.Errorf("of a torn document %.3f is missing", missing)
		}
	}
	if !bytes.Equal(Scene(doc, nil, p, 4).Image.Pix, plain.Image.Pix) {
		t.Error("an unworn document is not as Scene shows it")
	}
}
