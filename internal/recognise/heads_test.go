package recognise

import (
	"testing"

	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/scoremodel"
	"exemplar/internal/splitmix"
	"exemplar/internal/synthdoc"
)

// looked is the form that one document shows of another.
func looked(e *Embedder, photo, ref synthdoc.Document) *scoremodel.Form {
	registered := NewReference(e, drawn(ref)).Reference
	found := NewPhoto(e, drawn(photo)).Verify(registered)
	if !found.ForDecision.HasComparison() {
		return nil
	}
	return found.LookAtForm(registered)
}

// Another issuer's paper or card in the same design has another head; another copy has the
// same one.
func TestAnotherHeadIsSeen(t *testing.T) {
	papertest.SkipLong(t)
	if seen, own, other := headsOf("id-card", "invoice", "form"); seen < 5 || own < seen || other < seen-2 {
		t.Errorf("of %d heads %d are known again, %d told from another issuer's", seen, own, other)
	}
}

// So has another bank's note, and another club's ticket, whose emblem does not stand alone, and
// an other certificate, all print of which but the emblem is the same.
func TestAnotherEmblemBesideOtherPrintIsSeen(t *testing.T) {
	papertest.SkipLong(t)
	if seen, own, other := headsOf("banknote", "ticket", "certificate"); seen < 6 || own < seen || other < 4 {
		t.Errorf("of %d emblems %d are known again, %d told from another issuer's", seen, own, other)
	}
}

// headsOf counts six drawn documents of three kinds, those of them whose head other copies
// have, and those whose head another issuer's have not.
func headsOf(kinds ...string) (seen, own, other int) {
	e := NewEmbedder(embed.Default())
	for i := range uint64(6) {
		ref := synthdoc.Document{Kind: kinds[i%3], Template: i, Content: i, Size: 760}
		another := ref
		another.Content = i + 100
		a, b := looked(e, another, ref), looked(e, synthdoc.LookAlikes(ref, i+200)["issuer"], ref)
		if a == nil || b == nil {
			continue
		}
		seen++
		if !a.OtherHead {
			own++
		}
		if b.OtherHead {
			other++
		}
	}
	return seen, own, other
}

// A letter has much that its letterhead lacks; a form that is filled in has little.
func TestLettersAreWrittenBesideTheirLetterhead(t *testing.T) {
	papertest.SkipLong(t)
	e := NewEmbedder(embed.Default())
	for kind, letter := range map[string]bool{"letter": true, "form": false} {
		ref := synthdoc.Document{Kind: kind, Template: 3, Content: 3, Size: 900, Blank: true}
		filled := ref
		filled.Blank = false
		f := looked(e, filled, ref)
		if f == nil || (f.Beside >= 0.25) != letter {
			t.Errorf("%s: %+v", kind, f)
		}
	}
}

// Two names in place of each other are another issuer's where they begin at the picture's edge, where
// two emblems look alike a little aside, and on a till's receipt.
func TestOtherIssuersOfOneDesign(t *testing.T) {
	papertest.SkipLong(t)
	for i, kind := range map[uint64]string{19: "driving-licence", 49: "driving-licence", 39: "letter", 11: "receipt", 56: "receipt"} {
		at := splitmix.Hash(1<<32 + i + 0x10ca) // those of bench/kinds lookalikes, seed 1, that were accepted
		own := synthdoc.Document{Kind: kind, Template: at, Content: splitmix.Hash(at ^ 1)}
		g := gallery(t, newEntry("own", synthdoc.Draw(own)))
		other := synthdoc.LookAlikes(own, splitmix.Hash(at^4))["issuer"]
		own.Content++
		for _, c := range []struct {
			of   synthdoc.Document
			want decide.Outcome
		}{{own, decide.Match}, {other, decide.Unknown}} {
			r, err := g.Recognise(t.Context(), Input{Image: imaging.FitWithin(synthdoc.Draw(c.of), 900)}, Options{FPIR: 0.01})
			if err != nil {
				t.Fatal(err)
			}
			if d := r.Findings[0].Decision; d.Outcome != c.want {
				t.Errorf("%s %d: %s (%s)", kind, i, d.Outcome, d.Reason)
			}
		}
	}
}

// The number of an invoice beside a logo that is seen is another copy's, unless the other print is plain.
func TestWhatDiffersBesideAnEmblem(t *testing.T) {
	with := func(emblem float64, moved bool) bool {
		return isMoved(&scoremodel.Form{Emblems: 1, Emblem: emblem, Moved: moved})
	}
	for name, got := range map[string]bool{
		"a head that moved": with(0.95, true), "another emblem that moved": !with(0.3, true), "an emblem in its place": !with(0.95, false),
	} {
		if !got {
			t.Errorf("%s is taken the wrong way", name)
		}
	}
	number, alone := changedetect.Print{Cells: 12, OtherForm: 0.45}, changedetect.Print{Form: 0.3}
	headline, surely := changedetect.Print{Cells: 12, OtherForm: 0.7}, changedetect.Print{Form: 0.6}
	for name, got := range map[string]bool{
		"a number beside another emblem": isReplaced(number, alone, 0.5, false), "a number beside the emblem": !isReplaced(number, alone, 0.5, true),
		"a headline beside the emblem": isReplaced(headline, surely, 0.5, true),
	} {
		if !got {
			t.Errorf("%s is taken the wrong way", name)
		}
	}
}
