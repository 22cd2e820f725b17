package recognise

import (
	"bytes"
	"context"
	"path/filepath"
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
	const seeds = 2
	for _, kind := range []string{"ticket", "form", "bank-card"} {
		picture := drawn(synthdoc.Document{Kind: kind, Template: 8, Content: 8, Size: 700})
		saved, _, err := imaging.Decode(imaging.EncodeJPEG(picture, 75), imaging.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		photos := make([]*imaging.Image, seeds)
		first := newEntry("a", picture)
		alone := gallery(t, first)
		for seed := range photos { // those that show the document well enough to be recognised
			photo := capturesim.Scene(picture, nil, phone, uint64(seed)).Image
			if recognised(t, alone, photo, Options{}).Findings[0].Decision.Outcome == decide.Match {
				photos[seed] = photo
			}
		}
		for name, again := range map[string]*imaging.Image{"the same": picture, "saved again": saved, "smaller": shrunk(picture, 560)} {
			second := newEntry("b", again)
			twice := gallery(t, first, second)
			first.Label, second.Label = "c/a", "c/b"
			siblings := gallery(t, first, second)
			first.Label = "a"
			for seed, photo := range photos {
				if photo == nil {
					continue
				}
				two := recognised(t, twice, photo, Options{}).Findings[0].Decision
				of := recognised(t, siblings, photo, Options{}).Findings[0].Decision
				if two.Outcome == decide.Unknown {
					t.Errorf("%s, %s, seed %d: %s %q (%s), llr %.3f %.3f", kind, name, seed, two.Outcome, two.Label, two.Reason, two.Candidates[0].LLR, two.Candidates[1].LLR)
				}
				if of.Outcome != decide.Match {
					t.Errorf("%s, %s, seed %d: %s %q (%s)", kind, name, seed, of.Outcome, of.Label, of.Reason)
				}
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
	for _, kind := range synthdoc.Kinds() {
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
		for name, sibling := range synthdoc.Siblings(d) {
			drawn := synthdoc.Draw(sibling)
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
