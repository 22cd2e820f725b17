package exemplar_test

import (
	"context"
	"path/filepath"
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
	papertest.SkipUnderRace(t)
	forms := 12
	if testing.Short() {
		forms = 4
	}
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
		matched += count(answer(t, g, lenient, own).Decision == exemplar.Match)
		exact += count(answer(t, g, strict, own).Decision == exemplar.Match)
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
