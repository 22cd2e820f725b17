package recognise

import (
	"path/filepath"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
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
		mosaic := imaging.NewImage(own.W/8, own.W/8)
		for i := range mosaic.Pix {
			mosaic.Pix[i] = byte(splitmix.Hash(uint64(i%3 + 3*(i/3%mosaic.W/16) + 900*(i/3/mosaic.W/16))))
		}
		for name, c := range map[string]struct {
			picture *imaging.Image
			same    bool
		}{
			"with a picture pasted in": {pasted(own, mosaic, own.W/2, own.H/4), false},

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
