package recognise

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
)

// A picture that is registered under two labels, saved again or at another size, too,
// is one of the two, and not unknown; under one parent it is that.
func TestOnePictureUnderTwoLabels(t *testing.T) {
	papertest.SkipLong(t)
	phone := capturesim.Everyday()
	phone.Width, phone.Height = 640, 480
	for _, kind := range []string{"ticket", "form", "bank-card"} {
		picture := drawn(synthdoc.Document{Kind: kind, Template: 8, Content: 8, Size: 700})
		saved, _, err := imaging.Decode(imaging.EncodeJPEG(picture, 75), imaging.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		first := newEntry("a", picture)
		alone := gallery(t, first)
		var photo *imaging.Image
		for seed := uint64(0); photo == nil; seed++ { // the first that shows the document well enough to be recognised
			if seed == 4 {
				t.Fatalf("no photo of the %s is recognised", kind)
			}
			p := capturesim.Scene(picture, nil, phone, seed).Image
			if recognised(t, alone, p, Options{}).Findings[0].Decision.Outcome == decide.Match {
				photo = p
			}
		}
		for name, again := range map[string]*imaging.Image{"the same": picture, "saved again": saved, "smaller": shrunk(picture, 560)} {
			second := newEntry("b", again)
			twice := gallery(t, first, second)
			first.Label, second.Label = "c/a", "c/b"
			siblings := gallery(t, first, second)
			first.Label = "a"
			two := recognised(t, twice, photo, Options{}).Findings[0].Decision
			of := recognised(t, siblings, photo, Options{}).Findings[0].Decision
			if two.Outcome == decide.Unknown {
				t.Errorf("%s, %s: %s %q (%s), llr %.3f %.3f", kind, name, two.Outcome, two.Label, two.Reason, two.Candidates[0].LLR, two.Candidates[1].LLR)
			}
			if of.Outcome != decide.Match {
				t.Errorf("%s, %s: %s %q (%s)", kind, name, of.Outcome, of.Label, of.Reason)
			}
		}
	}
}

// gallery is an engine with some references.
func gallery(t *testing.T, entries ...store.Entry) *Engine {
	t.Helper()
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	if _, err := g.store.Put(context.Background(), entries...); err != nil {
		t.Fatal(err)
	}
	return g
}

// Twins are told from siblings by their pictures.
func TestTwinsOfDrawnDocuments(t *testing.T) {
	papertest.SkipLong(t)
	e := defaultModel().Embedder
	apart, same := 255, 0
	for i, kind := range synthdoc.Kinds() {
		d := synthdoc.Document{Kind: kind, Template: 8, Content: 8, Size: 700}
		picture := synthdoc.Draw(d)
		saved, _, err := imaging.Decode(imaging.EncodeJPEG(picture, 60), imaging.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		own := NewReference(e, picture).Reference
		for _, again := range []*imaging.Image{saved, shrunk(picture, 560)} {
			other := NewReference(e, again).Reference
			same = max(same, own.differs(other))
			if !own.isDuplicateOf(other) || !other.isDuplicateOf(own) {
				t.Errorf("%s, %d pixels wide: cosine %.3f, differs by %d", kind, again.W, kernel.Dot(own.vector, other.vector), own.differs(other))
			}
		}
		siblings := synthdoc.Siblings(d)
		for j, name := range slices.Sorted(maps.Keys(siblings)) {
			if (i+j)%2 == 1 { // every sibling is that of half the kinds
				continue
			}
			drawn := synthdoc.Draw(siblings[name])
			if bytes.Equal(drawn.Pix, picture.Pix) {
				continue // the line is not drawn on every layout
			}
			other := NewReference(e, drawn).Reference
			apart = min(apart, own.differs(other))
			if own.isDuplicateOf(other) {
				t.Errorf("%s and its %s: cosine %.3f, differs by %d", kind, name, kernel.Dot(own.vector, other.vector), own.differs(other))
			}
		}
	}
	t.Logf("one picture differs by up to %d levels, siblings by at least %d", same, apart)
}
