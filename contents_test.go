package exemplar_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// Of a reference with fixed contents only the same copy is a match, in every way of
// asking, and as soon as it is said.
func TestFixedContents(t *testing.T) {
	papertest.SkipLong(t)
	form := synthdoc.Document{Kind: "form", Template: 105, Content: 105, Size: 800}
	own := drawnFile(form)
	changed := drawnFile(synthdoc.Siblings(form)["line"])
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	item := pictured("form", form)
	item.Contents = exemplar.ContentsFixed
	id := registerOne(t, g, item).ID
	for i, contents := range []exemplar.Contents{exemplar.ContentsFixed, exemplar.ContentsVary, exemplar.ContentsFixed} {
		if i > 0 { // the first was said on registering
			if err := g.SetContents(context.Background(), id, contents); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := g.Get(context.Background(), id); err != nil || r.Contents != contents {
			t.Errorf("contents %q, want %q, %v", r.Contents, contents, err)
		}
		for _, all := range [][]bool{{false, true}, {false}, {true}}[i] {
			o := exemplar.ClassifyOptions{All: all}
			if a := answer(t, g, o, own); a.Decision != exemplar.Match {
				t.Errorf("%s: the same copy is %s: %s", contents, a.Decision, a.Reason)
			}
			a := answer(t, g, o, changed)
			if fixed := contents == exemplar.ContentsFixed; (a.Decision == exemplar.Match) == fixed || (a.Basis == exemplar.ByExact) != fixed {
				t.Errorf("%s: another copy is %s by %s: %s", contents, a.Decision, a.Basis, a.Reason)
			}
		}
	}
	item.Contents = exemplar.ContentsVary // the last that was said is fixed
	if again := register(t, g, item)[0]; again.Outcome != exemplar.Skipped || !strings.Contains(again.Reason, "gallery contents "+id+" vary") {
		t.Errorf("registered again: %+v", again)
	}
	refused := register(t, g, exemplar.Item{Label: "x", Picture: exemplar.FromBytes(own), Contents: "green"})
	if refused[0].Outcome != exemplar.RefusedImage {
		t.Errorf("contents that are not known: %+v", refused[0])
	}
}
