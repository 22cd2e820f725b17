package exemplar_test

import (
	"path/filepath"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// One copy of an edition is registered. Copies of it with other contents are that
// edition, or at least what both are; of a later edition, which may differ in an
// emblem or a line, a third cannot be told from it.
func TestOtherCopiesOfAKind(t *testing.T) {
	papertest.SkipLong(t)
	kinds := []string{"form", "bill", "statement", "letter", "invoice"}
	const per = 2
	var right, known, wrong, n int
	for _, kind := range kinds {
		for i := range uint64(per) {
			own := synthdoc.Document{Kind: kind, Template: 500 + i, Content: 500 + i, Size: 1000}
			other, edition := own, own
			other.Content, edition.Content, edition.Edition = 900+i, 1300+i, 1
			g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
			registerOne(t, g, pictured("paper/first", own))
			look := func(d synthdoc.Document) string {
				return answer(t, g, exemplar.ClassifyOptions{}, imaging.EncodeJPEG(synthdoc.Draw(d), 90)).Label
			}
			n++
			switch look(other) {
			case "paper/first":
				right++
				known++
			case "paper":
				known++
			}
			if got := look(edition); got == "paper/first" {
				wrong++
				t.Logf("%s %d: the later edition is taken for the first", kind, i)
			}
		}
	}
	t.Logf("of %d, %d are their edition, %d at least their kind; %d later editions are taken for the first", n, right, known, wrong)
	if right < n/2 || known < n*4/5 || wrong > n*2/5 {
		t.Error("too few, or too many")
	}
}

// A holder's bank card is known though another bank's looks much like it; a third bank's
// is neither.
func TestACardBesideThatOfAnotherIssuer(t *testing.T) {
	papertest.SkipLong(t)
	card := func(issuer, holder uint64) synthdoc.Document {
		return synthdoc.Document{Kind: "bank-card", Template: issuer, Content: holder, Size: 700}
	}
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	registerOne(t, g, pictured("other", card(1, 1)))
	registerOne(t, g, pictured("own", card(3, 3)))
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(card(3, 103))); a.Label != "own" {
		t.Errorf("another holder's is %s %s: %s", a.Decision, a.Label, a.Reason)
	}
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(card(5, 105))); a.Decision != exemplar.Unknown {
		t.Errorf("a third issuer's is %s %s: %s", a.Decision, a.Label, a.Reason)
	}
}
