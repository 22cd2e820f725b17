package exemplar_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// scans is a PDF of drawn documents as scanners make it, and their pictures.
func scans(t *testing.T, examples ...synthdoc.Example) (pdf []byte, pictures [][]byte) {
	t.Helper()
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	var pages []papertest.PDFPage
	for _, e := range examples {
		e.Document.Size = 700
		m := synthdoc.Draw(e.Document)
		file := imaging.EncodeJPEG(m, 95)
		pictures = append(pictures, file)
		pages = append(pages, papertest.ScanPage(m.W/2, m.H/2, papertest.JPEGImage(m.W, m.H, "DeviceRGB", file)))
	}
	return papertest.PDF(pages, ""), pictures
}

// TestPagesOfAPDFAreAnswered: each page by itself, as the same page would be as a picture.
func TestPagesOfAPDFAreAnswered(t *testing.T) {
	papertest.SkipLong(t)
	examples := synthdoc.Examples()[2:5]
	file, pictures := scans(t, append(examples, synthdoc.Stranger())...)
	g, err := exemplar.Open(filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var items []exemplar.Item
	for i, e := range examples {
		items = append(items, exemplar.Item{Label: e.Label, Source: "form.pdf", Picture: exemplar.FromBytes(file).AtPage(i + 1)})
	}
	registered, err := g.Register(t.Context(), items, exemplar.RegisterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range registered {
		if r.Outcome != exemplar.Registered || !strings.Contains(r.Reason, "of 4") {
			t.Errorf("page %d: %+v", i+1, r)
		}
	}
	path := filepath.Join(t.TempDir(), "form.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	wants := make([]exemplar.Answer, len(pictures))
	for i, picture := range pictures {
		wants[i] = classify(t, g, picture)
	}
	for name, picture := range map[string]exemplar.Picture{
		"file": exemplar.FromFile(path), "bytes": exemplar.FromBytes(file), "reader": exemplar.FromReader(bytes.NewReader(file)),
	} {
		i := 0
		for result, err := range g.ClassifyBatch(t.Context(), exemplar.Pages(t.Context(), picture, exemplar.PageOptions{}), exemplar.ClassifyOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			a, want := result.Answer(), wants[i]
			if a.Page != i+1 || a.Decision != want.Decision || a.Label != want.Label || want.Page != 0 {
				t.Errorf("%s, page %d: page %d is %s %s, as a picture %s %s", name, i+1, a.Page, a.Decision, a.Label, want.Decision, want.Label)
			}
			i++
		}
		if i != 4 {
			t.Errorf("%s: %d pages", name, i)
		}
	}
	alone, err := g.Classify(t.Context(), exemplar.FromFile(path), exemplar.ClassifyOptions{})
	if err != nil || alone.Answer().Label != examples[0].Label || alone.Answer().Page != 1 || !strings.Contains(alone.Answer().Reason, "page 1 of 4") {
		t.Errorf("%+v, %v", alone.Answer(), err)
	}
}

// TestOrigin: a page says where it comes from, an ordinary picture needs not.
func TestOrigin(t *testing.T) {
	picture := imaging.EncodePNG(imaging.NewImage(40, 40))
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("scans/1.png")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(picture)
	z.Close()
	for p := range exemplar.Pages(t.Context(), exemplar.FromBytes(archive.Bytes()), exemplar.PageOptions{}) {
		if o := p.Origin(); o.Member != "scans/1.png" || o.Number != 0 || o.Of != 0 || !bytes.Equal(o.File, picture) {
			t.Errorf("%s, page %d of %d, %d bytes", o.Member, o.Number, o.Of, len(o.File))
		}
	}
	mail := exemplar.FromBytes([]byte("From: a@example.org\r\nSubject: hello\r\n\r\nno picture\r\n"))
	for p := range exemplar.Pages(t.Context(), mail, exemplar.PageOptions{}) {
		if !p.Origin().Empty {
			t.Errorf("a mail without a picture: %+v", p.Origin())
		}
	}
	if o := exemplar.FromBytes(picture).Origin(); o.Number != 0 || o.File != nil {
		t.Errorf("%+v", o)
	}
}

// TestPagesThatCannotBeRead are refused, with their reasons.
func TestPagesThatCannotBeRead(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	g, err := exemplar.Open(filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	locked := papertest.EncryptedPDF([]papertest.PDFPage{{W: 100, H: 100}}, "secret")
	for _, test := range []struct {
		picture exemplar.Picture
		options exemplar.PageOptions
		want    string
	}{
		{exemplar.FromBytes(locked), exemplar.PageOptions{}, "password"},
		{exemplar.FromBytes(locked), exemplar.PageOptions{Passwords: []string{"secret"}}, "blank"},
		{exemplar.FromBytes(locked).AtPage(0, "secret"), exemplar.PageOptions{}, "password"}, // Pages has options of its own
		{exemplar.FromBytes([]byte("%PDF-1.4")), exemplar.PageOptions{}, "cannot be opened"},
		{exemplar.FromFile("missing.pdf"), exemplar.PageOptions{}, "no such file"},
		{exemplar.FromBytes(nil), exemplar.PageOptions{}, "empty"},
		{exemplar.FromBytes([]byte("text")), exemplar.PageOptions{Only: 2}, "no page 2"},
		{exemplar.Picture{}, exemplar.PageOptions{}, "empty"},
	} {
		n := 0
		for p := range exemplar.Pages(t.Context(), test.picture, test.options) {
			result, err := g.Classify(t.Context(), p, exemplar.ClassifyOptions{})
			if a := result.Answer(); err != nil || a.Decision != exemplar.Refused || !strings.Contains(a.Reason, test.want) || a.Blank != (test.want == "blank") {
				t.Errorf("%s: %+v, %v", test.want, a, err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%s: %d pages", test.want, n)
		}
	}
	result, err := g.Classify(t.Context(), exemplar.FromBytes(locked).AtPage(0, "secret"), exemplar.ClassifyOptions{})
	if err != nil || !strings.Contains(result.Answer().Reason, "blank") {
		t.Errorf("%+v, %v", result.Answer(), err)
	}
}
