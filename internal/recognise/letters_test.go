package recognise

import (
	"path/filepath"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// Where only the same copy is asked for, another word of small print is seen in clean pictures,
// whether it is printed or written where nothing was; in JPEGs and scans the same copy stays the same.
func TestExactSeesSmallPrint(t *testing.T) {
	papertest.SkipLong(t)
	strict := Options{Exact: true}
	for _, kind := range []string{"statement"} {
		d := synthdoc.Document{Kind: kind, Template: 40, Content: 40, Size: 1200}
		own := drawn(d)
		g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
		if _, err := g.store.Put(t.Context(), newEntry(kind, own)); err != nil {
			t.Fatal(err)
		}
		jpeg, _, err := imaging.DecodeAtLeast(imaging.EncodeJPEG(own, 60), own.H, imaging.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		word := imaging.NewImage(60, 9) // strokes
		for i := range word.Pix {
			word.Pix[i] = byte(230 * (i / 9 % 2))
		}
		for name, c := range map[string]struct {
			picture *imaging.Image
			same    bool
		}{
			"as it is":     {own, true},
			"as a JPEG":    {jpeg, true},
			"smaller":      {imaging.Resize(own, own.W*3/4, own.H*3/4), true},
			"scanned":      {capturesim.Taken(own, capturesim.Unworn, true, 5), true},
			"another line": {synthdoc.Draw(synthdoc.Siblings(d)["line"]), false},
			"with a word":  {pasted(own, word, own.W/2, own.H*15/16), false},
		} {
			d := recognised(t, g, c.picture, strict).Findings[0].Decision
			if (d.Outcome == decide.Match) != c.same || !c.same && d.Basis != decide.ByExact {
				t.Errorf("%s %s: %s by %s: %s", kind, name, d.Outcome, d.Basis, d.Reason)
			}
		}
	}
}

// A picture that was pasted on a page with little print is other print, and makes nothing too rough
// to tell, however much of what is seen it is.
func TestAPastedPictureIsOtherPrint(t *testing.T) {
	c := canvas.New(380, 540, 1)
	c.Rect(0, 0, 380, 540, canvas.Solid(canvas.RGB{R: 1, G: 1, B: 1}))
	for i := range uint64(6) {
		c.Text(30, 60+30*float32(i), words(i, 4), canvas.Style{Face: canvas.Regular, Size: 13, Ink: canvas.Solid(canvas.Black)})
	}
	page := imaging.FitWithin(c.Image, 540)
	picture := imaging.Resize(sunset(40, 40), 130, 130)
	everywhere := func(int) bool { return true }
	for name, c := range map[string]struct {
		laid  *imaging.Image
		other bool
	}{"the page": {page, false}, "with a picture": {pasted(page, picture, 200, 60), true}} {
		if other, rough := otherLetters(page.Gray(), c.laid.Gray(), everywhere, nil); other != c.other || rough {
			t.Errorf("%s: other %v, rough %v", name, other, rough)
		}
	}
}
