package recognise

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
)

// engineOf registers drawn documents under their kinds.
func engineOf(t *testing.T, kinds ...string) (*Engine, map[string]*imaging.Image) {
	t.Helper()
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	pictures := map[string]*imaging.Image{}
	var entries []store.Entry
	for _, kind := range kinds {
		d := synthdoc.Document{Kind: kind, Template: 8, Content: 8, Size: 700}
		pictures[kind] = drawn(d)
		entries = append(entries, drawnEntry(kind, d))
	}
	if _, err := g.store.Put(context.Background(), entries...); err != nil {
		t.Fatal(err)
	}
	return g, pictures
}

func recognised(t *testing.T, g *Engine, m *imaging.Image, opts Options) *Result {
	t.Helper()
	opts.FPIR = 0.01
	result, err := g.Recognise(context.Background(), Input{Image: m}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A mirrored picture and a negative are recognised, which the answer says, and the
// document's place is that in the picture as sent.
func TestReversedPicturesAreRecognised(t *testing.T) {
	papertest.SkipLong(t)
	g, pictures := engineOf(t, "form", "receipt", "ticket")
	plain := capturesim.Plain()
	plain.SizeMin, plain.SizeMax = 0.7, 0.8
	for kind, document := range pictures {
		photo := capturesim.Scene(document, nil, plain, 5).Image
		upright := recognised(t, g, photo, Options{})
		for name, c := range map[string]struct {
			picture            *imaging.Image
			mirrored, inverted bool
			says               string
		}{
			"as it is": {photo, false, false, ""},
			"mirrored": {photo.Mirror(), true, false, "looks mirrored"},
			"negative": {photo.Invert(), false, true, "looks like a negative"},
		} {
			result := recognised(t, g, c.picture, Options{})
			f := result.Findings[0]
			if f.Decision.Outcome != decide.Match || string(f.Decision.Label) != kind || f.Mirrored != c.mirrored || f.Inverted != c.inverted {
				t.Errorf("%s, %s: %s %q, mirrored %v, inverted %v (%s)", kind, name, f.Decision.Outcome, f.Decision.Label, f.Mirrored, f.Inverted, f.Decision.Reason)
				continue
			}
			if !strings.Contains(f.Decision.Reason, c.says) || !strings.Contains(f.Decision.Summary, c.says) {
				t.Errorf("%s, %s: %q, %q", kind, name, f.Decision.Summary, f.Decision.Reason)
			}
			want := upright.Photo.AsSent(upright.Findings[0].Best.Found.Quad[0])
			got := result.Photo.AsSent(f.Best.Found.Quad[0])
			if c.mirrored {
				want.X = float64(photo.W-1) - want.X
			}
			if dx, dy := got.X-want.X, got.Y-want.Y; dx*dx+dy*dy > 9 {
				t.Errorf("%s, %s: its corner is at %v, want %v", kind, name, got, want)
			}
		}
	}
}

// A stranger is none, mirrored or not.
func TestReversedStrangersStayUnknown(t *testing.T) {
	papertest.SkipLong(t)
	g, _ := engineOf(t, "form", "id-card", "ticket")
	for _, kind := range []string{"banknote", "letter", "receipt"} {
		stranger := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: 9, Content: 9, Size: 700})
		for _, m := range []*imaging.Image{stranger, stranger.Mirror(), stranger.Invert()} {
			if f := recognised(t, g, m, Options{}).Findings[0]; f.Decision.Outcome != decide.Unknown || f.Mirrored || f.Inverted {
				t.Errorf("%s: %s %q", kind, f.Decision.Outcome, f.Decision.Label)
			}
		}
	}
}

// So are mirrored pictures of what is symmetric, of which a little seems to lie as it should.
func TestSymmetricDocumentsAreSeenMirrored(t *testing.T) {
	papertest.SkipLong(t)
	kinds := []string{"certificate", "id-card-back", "membership", "statement"}
	g, pictures := engineOf(t, kinds...)
	for _, kind := range kinds {
		f := recognised(t, g, pictures[kind].Mirror(), Options{}).Findings[0]
		if d := f.Decision; d.Outcome != decide.Match || string(d.Label) != kind || !f.Mirrored || d.Best.Evidence.LocallyConsistent < 0.9 {
			t.Errorf("%s: %s %q, mirrored %v: %s", kind, d.Outcome, d.Label, f.Mirrored, d.Reason)
		}
		if f := recognised(t, g, pictures[kind], Options{}).Findings[0]; f.Decision.Outcome != decide.Match || f.Mirrored {
			t.Errorf("%s as it is: %s, mirrored %v", kind, f.Decision.Outcome, f.Mirrored)
		}
	}
}
