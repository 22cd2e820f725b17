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

// A photo of a form in which one line was changed is a match that says where, and
// none where exactness is asked for, if the line can be read; one of the form
// itself is a match either way.
func TestOneChangedLine(t *testing.T) {
	papertest.SkipLong(t)
	const forms = 4
	phone := capturesim.Plain()
	phone.Width, phone.Height, phone.SizeMin, phone.SizeMax, phone.Tilt = 1024, 1024, 0.85, 0.95, 20
	var matched, exact, found, refused int
	for i := range uint64(forms) {
		form := synthdoc.Document{Kind: "form", Template: 100 + i, Content: 100 + i, Size: 800}
		path := filepath.Join(t.TempDir(), "gallery.db")
		g := open(t, path, exemplar.Options{Mode: exemplar.ReadWrite})
		lenient, strict := exemplar.ClassifyOptions{}, exemplar.ClassifyOptions{Exact: true}
		registerOne(t, g, pictured("form", form))
		photo := func(d synthdoc.Document) []byte {
			return imaging.EncodeJPEG(capturesim.Scene(synthdoc.Draw(d), nil, phone, i).Image, 90)
		}
		own, changed := photo(form), photo(synthdoc.Siblings(form)["line"])
		same := answer(t, g, strict, own).Decision == exemplar.Match
		exact += count(same) // and a match in the other way of asking
		matched += count(same || answer(t, g, lenient, own).Decision == exemplar.Match)
		if a := answer(t, g, lenient, changed); a.Decision == exemplar.Match && len(a.Geometry.Changes) > 0 {
			found++
		}
		if a := answer(t, g, strict, changed); a.Decision != exemplar.Match {
			refused++
		}
	}
	t.Logf("of %d forms %d are matches, %d exactly; of as many with a changed line %d are said to differ, and %d are refused",
		forms, matched, exact, found, refused)
	if matched < forms || exact < forms*3/4 || found < forms/2 || refused < forms/2 {
		t.Error("too few")
	}
}

// The picture that was registered is the same copy, also where print is so rare that how the paper
// bends is a guess.
func TestRegisteredPictureIsTheSameCopy(t *testing.T) {
	papertest.SkipLong(t)
	ticket := synthdoc.Document{Kind: "ticket", Template: 1<<32 + 2, Content: 1<<32 + 2}
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	registerOne(t, g, pictured("ticket", ticket))
	a := answer(t, g, exemplar.ClassifyOptions{Exact: true}, imaging.EncodePNG(synthdoc.Draw(ticket)))
	if a.Decision != exemplar.Match || a.Copy != "same" || len(a.Geometry.Changes) > 0 {
		t.Errorf("it is %s, %s: %s", a.Decision, a.Copy, a.Reason)
	}
}

// A filled form is not the same copy as the blank one.
func TestFilledForExact(t *testing.T) {
	papertest.SkipLong(t)
	form := synthdoc.Document{Kind: "form", Template: 105, Content: 105, Size: 800}
	without := func(from, to int) []byte {
		m := synthdoc.Draw(form)
		for i := 3 * m.W * from; i < 3*m.W*min(to, m.H); i++ {
			m.Pix[i] = m.Pix[i%3]
		}
		return imaging.EncodePNG(m)
	}
	middle := synthdoc.Draw(form).H / 2
	own, filled := without(middle, 1e4), without(middle, middle+40)
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	strict := exemplar.ClassifyOptions{Exact: true}
	registerOne(t, g, exemplar.Item{Label: "form", Picture: exemplar.FromBytes(own)})
	if a := answer(t, g, strict, own); a.Decision != exemplar.Match {
		t.Errorf("the same copy is %s: %s", a.Decision, a.Reason)
	}
	if a := answer(t, g, strict, filled); a.Decision != exemplar.Unknown || a.Basis != exemplar.ByExact || !strings.Contains(a.Reason, "written") {
		t.Errorf("a filled one is %s by %s: %s", a.Decision, a.Basis, a.Reason)
	}
}

// Where only the same copy is a match, none is in a picture too small to be read.
func TestTooSmallForExact(t *testing.T) {
	papertest.SkipLong(t)
	card := synthdoc.Document{Kind: "id-card", Template: 101, Content: 101, Size: 800}
	other := card
	other.Content++
	g := open(t, filepath.Join(t.TempDir(), "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	registerOne(t, g, pictured("card", card))
	for name, d := range map[string]synthdoc.Document{"same copy": card, "another copy": other} {
		whole := synthdoc.Draw(d)
		small := imaging.EncodePNG(imaging.Resize(whole, 160, 160*whole.H/whole.W))
		if a := answer(t, g, exemplar.ClassifyOptions{}, small); a.Decision != exemplar.Match {
			t.Errorf("%s is %s: %s", name, a.Decision, a.Reason)
		}
		a := answer(t, g, exemplar.ClassifyOptions{Exact: true}, small)
		if a.Decision != exemplar.Unknown || a.Basis != exemplar.ByExact || !strings.Contains(a.Reason, "too small to tell copies apart") {
			t.Errorf("%s is %s by %s: %s", name, a.Decision, a.Basis, a.Reason)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func answer(t *testing.T, g *exemplar.Gallery, o exemplar.ClassifyOptions, picture []byte) exemplar.Answer {
	t.Helper()
	result, err := g.Classify(context.Background(), exemplar.FromBytes(picture), o)
	if err != nil {
		t.Fatal(err)
	}
	return result.Answer()
}
