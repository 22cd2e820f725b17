package exemplar_test

import (
	"path/filepath"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// A label with two references answers what it would with either of them alone. Of this
// statement another copy shows the form of the first and not quite that of the second,
// which is more alike.
func TestASecondReferenceTakesNothingAway(t *testing.T) {
	papertest.SkipLong(t)
	copyOf := func(content uint64) synthdoc.Document {
		return synthdoc.Document{Kind: "statement", Template: 701, Content: content, Size: 800}
	}
	photo := imaging.EncodeJPEG(synthdoc.Draw(copyOf(703)), 60)
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	for n, content := range []uint64{701, 702} {
		registerOne(t, g, pictured("paper/first", copyOf(content)))
		if got := answer(t, g, exemplar.ClassifyOptions{}, photo); got.Label != "paper/first" {
			t.Errorf("with %d references: %s %q: %s", n+1, got.Decision, got.Label, got.Reason)
		}
	}
}
