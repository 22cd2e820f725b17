package main

import (
	"archive/zip"
	"bytes"
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
	s.inGallery(0, "gallery", "remove", "mailed")
	s.inGallery(0, "register", s.documents())
	out, _ := s.inGallery(exitPartly, "classify", s.folder+"/inbox")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "letters.zip/scans/1.jpg") || !strings.Contains(lines[0], label) ||
		!strings.Contains(lines[1], "there is no picture in the mail (1 text)") {
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
