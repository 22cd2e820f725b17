package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// TestClassifyAnswersEveryMember of an archive in a folder, and of one that was sent by mail.
func TestClassifyAnswersEveryMember(t *testing.T) {
	s := newSession(t)
	label := synthdoc.Examples()[2].Label
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, data := range map[string][]byte{"scans/1.jpg": documentFiles()[label], "readme.txt": []byte("hello")} {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(data)
	}
	w.Close()
	s.write("inbox/letters.zip", archive.Bytes())
	s.write("inbox/words.eml", []byte("From: a@example.org\r\nTo: b@example.org\r\n\r\nhello\r\n"))
	if out, _ := s.inGallery(0, "register", "--label", "mailed", s.folder+"/inbox/letters.zip"); !strings.Contains(out, "letters.zip is taken by its file scans/1.jpg") {
		t.Error(out)
	}
	if out, _ := s.inGallery(0, "gallery", "list"); !strings.Contains(out, "letters.zip/scans/1.jpg") {
		t.Errorf("the list does not say which file it is: %s", out)
	}
	s.inGallery(0, "gallery", "remove", "mailed")
	s.inGallery(0, "register", s.documents())
	// A mail without a picture is passed over in a folder, and refused where it is named.
	out, said := s.inGallery(0, "classify", s.folder+"/inbox")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], "letters.zip/scans/1.jpg") || !strings.Contains(lines[0], label) || !strings.Contains(said, "1 without a picture") {
		t.Errorf("%s%s", out, said)
	}
	if out, _ := s.inGallery(exitPartly, "classify", s.folder+"/inbox/words.eml"); !strings.Contains(out, "there is no picture in the mail (1 text)") {
		t.Error(out)
	}
	// A page that no file of an archive has is one refusal.
	if out, _ := s.inGallery(exitPartly, "classify", "--page", "2", s.folder+"/inbox/letters.zip"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "1 without a page 2") {
		t.Error(out)
	}
	if out, _ = s.inGallery(0, "classify", "--json", s.folder+"/inbox/letters.zip"); !strings.Contains(out, `"member":"scans/1.jpg"`) {
		t.Error(out)
	}
}

// An archive of two pictures has one drawing, and one answer with it: that of its first file.
func TestExplainTakesTheFirstMember(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	label := synthdoc.Examples()[2].Label
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range []string{"1.jpg", "2.jpg"} {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(documentFiles()[label])
	}
	w.Close()
	path := s.write("letters.zip", archive.Bytes())
	s.inGallery(0, "register", s.documents())
	out, _ := s.inGallery(0, "classify", "--explain", s.folder+"/why.png", path)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "letters.zip/1.jpg") {
		t.Error(out)
	}
}

// TestRegisterTakesTheFirstFileThatCanBeUsed of an archive, says so, and says what is wrong if
// none can be.
func TestRegisterTakesTheFirstFileThatCanBeUsed(t *testing.T) {
	s := newSession(t)
	label := synthdoc.Examples()[2].Label
	pack := func(name string, files ...[]byte) string {
		var archive bytes.Buffer
		w := zip.NewWriter(&archive)
		for i, data := range files {
			part, err := w.Create(fmt.Sprintf("%d.jpg", i+1))
			if err != nil {
				t.Fatal(err)
			}
			part.Write(data)
		}
		w.Close()
		return s.write(name, archive.Bytes())
	}
	broken := documentFiles()[label][:100]
	out, _ := s.inGallery(0, "register", "--label", "packed", pack("some.zip", broken, broken, documentFiles()[label]))
	if !strings.Contains(out, "is taken by its file 3.jpg; before it 2 files cannot be used, its file 1.jpg: ") {
		t.Error(out)
	}
	if out, _ := s.inGallery(0, "gallery", "list"); !strings.Contains(out, "some.zip/3.jpg") {
		t.Error(out)
	}
	if out, _ := s.inGallery(exitPartly, "register", "--label", "other", pack("none.zip", broken, broken)); !strings.Contains(out, "2 files cannot be used, its file 1.jpg: ") {
		t.Error(out)
	}
}
