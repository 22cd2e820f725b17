package exemplar_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// A blank letterhead takes none of the company's letters, unless somebody said that what
// stands on it may be anything.
func TestALetterheadAloneIsNoKind(t *testing.T) {
	papertest.SkipLong(t)
	letter := synthdoc.Document{Kind: "letter", Template: 31, Content: 31, Size: 1000}
	blank := letter
	blank.Blank = true
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	id := registerOne(t, g, pictured("letterhead", blank)).ID
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(letter)); a.Decision != exemplar.Unknown || !strings.Contains(a.Reason, "any paper of that company") {
		t.Errorf("a letter is %s %s: %s", a.Decision, a.Label, a.Reason)
	}
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(blank)); a.Decision != exemplar.Match {
		t.Errorf("the letterhead is %s: %s", a.Decision, a.Reason)
	}
	if err := g.SetContents(context.Background(), id, exemplar.ContentsVary); err != nil {
		t.Fatal(err)
	}
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(letter)); a.Label != "letterhead" {
		t.Errorf("a letter, where contents vary, is %s: %s", a.Decision, a.Reason)
	}
}

// Another issuer's paper in the same design is mostly unknown, however much agrees; another
// copy is not.
func TestAnotherIssuersPaperIsUnknown(t *testing.T) {
	papertest.SkipLong(t)
	accepted := 0
	for _, kind := range []string{"invoice", "id-card", "form"} {
		own := synthdoc.Document{Kind: kind, Template: 41, Content: 41, Size: 1000}
		another := own
		another.Content = 42
		g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
		registerOne(t, g, pictured("own", own))
		if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(another)); a.Label != "own" {
			t.Errorf("%s: another copy is %s: %s", kind, a.Decision, a.Reason)
		}
		if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(synthdoc.LookAlikes(own, 43)["issuer"])); a.Decision != exemplar.Unknown {
			accepted++
			t.Logf("%s: another issuer's is %s %s: %s", kind, a.Decision, a.Label, a.Reason)
		}
	}
	if accepted > 1 {
		t.Errorf("%d of 3 are taken for their look-alike", accepted)
	}
}

// A bill of another company in the same design, whose small emblem the network of kinds passes
// over, is unknown; another copy is not.
func TestAnotherSmallEmblemIsSeen(t *testing.T) {
	papertest.SkipLong(t)
	own := synthdoc.Document{Kind: "bill", Template: 67, Content: 67, Size: 1000}
	another := own
	another.Content = 68
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	registerOne(t, g, pictured("own", own))
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(another)); a.Label != "own" {
		t.Errorf("another copy is %s: %s", a.Decision, a.Reason)
	}
	if a := answer(t, g, exemplar.ClassifyOptions{}, drawnFile(synthdoc.LookAlikes(own, 99)["issuer"])); a.Decision != exemplar.Unknown {
		t.Errorf("another company's is %s: %s", a.Decision, a.Reason)
	}
}

// Where letters run together, or glare lies on the emblem, the photo shows no other head.
func TestBlurAndGlareAreNoOtherHead(t *testing.T) {
	papertest.SkipLong(t)
	for _, c := range []struct {
		how, kind string
		seed      uint64
	}{{"blurred", "driving-licence", 77}, {"with glare", "bill", 2}} {
		own := synthdoc.Document{Kind: c.kind, Template: 700 + c.seed, Content: 700 + c.seed, Size: 1000}
		g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
		registerOne(t, g, pictured("own", own))
		photo := capturesim.Scene(synthdoc.Draw(own), nil, capturesim.Everyday(), c.seed).Image
		if a := answer(t, g, exemplar.ClassifyOptions{}, imaging.EncodeJPEG(photo, 85)); a.Label != "own" {
			t.Errorf("the %s, %s, is %s: %s", c.kind, c.how, a.Decision, a.Reason)
		}
	}
}
