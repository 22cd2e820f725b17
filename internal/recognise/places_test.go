package recognise

import (
	"image"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/changedetect"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// Fingers and glare upon a note are no other bank's emblem.
func TestWhatHidesPrintIsNoOtherEmblem(t *testing.T) {
	papertest.SkipLong(t)
	view := capturesim.Everyday()
	view.Fingers, view.Glare, view.Outside = 1, 1, 0
	for i := range uint64(5) {
		d := synthdoc.Document{Kind: "banknote", Template: i, Content: i, Size: 800}
		registered := NewReference(defaultModel().Embedder, synthdoc.Draw(d)).Reference
		found := NewPhoto(defaultModel().Embedder, capturesim.Scene(synthdoc.Draw(d), nil, view, i).Image).Verify(registered)
		if !found.Located || !found.ForDecision.HasComparison() {
			continue
		}
		if form := found.LookAtForm(registered); form.OtherHead {
			t.Errorf("note %d: another emblem is seen", i)
		}
	}
}

func TestReachesIn(t *testing.T) {
	const w, h = 30, 20
	with := func(other image.Rectangle) *places {
		m := &changedetect.Map{W: w, H: h, Logit: make([]float32, w*h), Judged: make([]bool, w*h)}
		for i := range m.Logit {
			m.Judged[i], m.Logit[i] = true, -1
			if image.Pt(i%w, i/w).In(other) {
				m.Logit[i] = 1
			}
		}
		return &places{kinds: m}
	}
	at := square{Rectangle: image.Rect(10, 8, 15, 13)}
	for name, c := range map[string]struct {
		other image.Rectangle
		want  bool
	}{
		"an emblem":            {image.Rect(9, 7, 16, 14), false},
		"a hand":               {image.Rect(11, 9, 14, h), true},
		"a shadow beside it":   {image.Rect(20, 0, 25, h), false},
		"nothing":              {image.Rectangle{}, false},
		"a sheet upon the top": {image.Rect(0, 0, w, 9), true},
	} {
		if got := with(c.other).reachesIn(at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
