package recognise

import (
	"path/filepath"
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// Where only the same copy is asked for, one in another colour is none; by another light, or in
// black and white, the same one is.
func TestExactRefusesAnotherColour(t *testing.T) {
	papertest.SkipLong(t)
	for _, kind := range []string{"form", "certificate"} {
		d := synthdoc.Document{Kind: kind, Template: 8, Content: 8, Size: 700}
		g, _ := engineOf(t, kind)
		own := drawn(d)
		for name, c := range map[string]struct {
			photo *imaging.Image
			exact bool
		}{
			"as it is":              {own, true},
			"by a lamp":             {lit(own, func(r, g, b float64) [3]float64 { return [3]float64{0.9 * r, 0.75 * g, 0.5 * b} }), true},
			"in black and white":    {lit(own, func(r, g, b float64) [3]float64 { l := 0.3*r + 0.6*g + 0.1*b; return [3]float64{l, l, l} }), true},
			"in another colour":     {lit(own, func(r, g, b float64) [3]float64 { return [3]float64{g, b, r} }), false},
			"in yet another one":    {lit(own, func(r, g, b float64) [3]float64 { return [3]float64{b, r, g} }), false},
			"in paler, own colours": {lit(own, func(r, g, b float64) [3]float64 { return [3]float64{100 + 0.6*r, 100 + 0.6*g, 100 + 0.6*b} }), true},
		} {
			d := recognised(t, g, c.photo, Options{Exact: true}).Findings[0].Decision
			if (d.Outcome == decide.Match) != c.exact || !c.exact && d.Basis != decide.ByExact {
				t.Errorf("%s %s: %s by %s: %s", kind, name, d.Outcome, d.Basis, d.Reason)
			}
			if c.exact { // and so a match in the other way of asking
				continue
			}
			if d := recognised(t, g, c.photo, Options{}).Findings[0].Decision; d.Outcome != decide.Match {
				t.Errorf("%s %s, not exactly: %s: %s", kind, name, d.Outcome, d.Reason)
			}
		}
	}
}

// Edges of two colours in a picture that is printed on a page look as of a third one in a JPEG.
func TestExactKnowsAPrintedPictureInAJPEG(t *testing.T) {
	papertest.SkipLong(t)
	own := imaging.FitWithin(drawn(synthdoc.Document{Kind: "form", Template: 8, Content: 8, Size: 700}), 700)
	own = pasted(own, sunset(own.W/3, own.W/4), own.W/3, own.H*2/3)
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	if _, err := g.store.Put(t.Context(), newEntry("form", own)); err != nil {
		t.Fatal(err)
	}
	jpeg, _, err := imaging.DecodeAtLeast(imaging.EncodeJPEG(own, 40), own.H, imaging.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if d := recognised(t, g, jpeg, Options{Exact: true}).Findings[0].Decision; d.Outcome != decide.Match {
		t.Errorf("%s: %s", d.Outcome, d.Reason)
	}
}

// sunset is a picture of an orange sky with a cyan sail and its shadow.
func sunset(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for y := range h {
		for x := range w {
			colour := [3]byte{250, byte(190 - 60*y/h), byte(200 - 110*y/h)}
			switch d := x - w/2; {
			case y > h/4 && d > 0 && 4*d < y-h/4:
				colour = [3]byte{40, 235, 235}
			case y > h/4 && d <= 0 && -8*d < y-h/4:
				colour = [3]byte{255, 255, 255}
			}
			copy(m.Pix[3*(y*w+x):], colour[:])
		}
	}
	return m
}

// So is a paper whose emblem alone has another colour.
func TestExactRefusesAnEmblemOfAnotherColour(t *testing.T) {
	papertest.SkipLong(t)
	const h = 990
	paper := imaging.FitWithin(drawn(synthdoc.Document{Kind: "form", Template: 8, Content: 8, Size: h}), h)
	with := func(emblem [3]byte) *imaging.Image {
		m := imaging.NewImage(paper.W, paper.H)
		copy(m.Pix, paper.Pix)
		for y := 30; y < 90; y++ {
			for x := m.W - 120; x < m.W-60; x++ {
				if (x/10+y/10)%3 != 0 {
					copy(m.Pix[3*(y*m.W+x):], emblem[:])
				}
			}
		}
		return m
	}
	blue, green := with([3]byte{30, 60, 190}), with([3]byte{30, 140, 50})
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	if _, err := g.store.Put(t.Context(), newEntry("form", blue)); err != nil {
		t.Fatal(err)
	}
	if d := recognised(t, g, blue, Options{Exact: true}).Findings[0].Decision; d.Outcome != decide.Match {
		t.Errorf("the same: %s: %s", d.Outcome, d.Reason)
	}
	if d := recognised(t, g, green, Options{Exact: true}).Findings[0].Decision; d.Basis != decide.ByExact {
		t.Errorf("a green emblem: %s by %s: %s", d.Outcome, d.Basis, d.Reason)
	}
}
