package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// scannedPDF is a PDF of the three documents of a session and of a blank page.
func scannedPDF(t *testing.T) []byte {
	t.Helper()
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	var pages []papertest.PDFPage
	for _, e := range synthdoc.Examples()[2:5] {
		m := synthdoc.Draw(e.Document)
		pages = append(pages, papertest.ScanPage(m.W/2, m.H/2, papertest.JPEGImage(m.W, m.H, "DeviceRGB", documentFiles()[e.Label])))
	}
	return papertest.PDF(append(pages, papertest.PDFPage{W: 300, H: 400}), "")
}

// TestClassifyAnswersEveryPage of a PDF, found in a folder too, in every format.
func TestClassifyAnswersEveryPage(t *testing.T) {
	s := newSession(t)
	s.write("inbox/letter.pdf", scannedPDF(t))
	s.inGallery(0, "register", s.documents())
	out, _ := s.inGallery(exitPartly, "classify", s.folder+"/inbox") // a blank page is no use
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), out)
	}
	for i, e := range synthdoc.Examples()[2:5] {
		if !strings.Contains(lines[i], fmt.Sprintf("letter.pdf, page %d  match", i+1)) || !strings.Contains(lines[i], e.Label) {
			t.Error(lines[i])
		}
	}
	if !strings.Contains(lines[3], "page 4") || !strings.Contains(lines[3], "blank") {
		t.Error(lines[3])
	}
	out, _ = s.inGallery(exitPartly, "classify", "--csv", s.folder+"/inbox")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, byteOrderMark))).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if column := slices.Index(rows[0], "page"); column < 0 || rows[1][column] != "1" || rows[4][column] != "4" {
		t.Error(rows[0], rows[1])
	}
	out, _ = s.inGallery(0, "classify", "--json", "--page", "2", s.folder+"/inbox")
	var answer struct {
		Page  int
		Label string
		Notes []string
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || answer.Page != 2 || answer.Label != synthdoc.Examples()[3].Label || !slices.Contains(answer.Notes, "page 2 of 4") {
		t.Errorf("%+v, %v", answer, err)
	}
	out, _ = s.inGallery(exitPartly, "classify", "--page", "9", s.folder+"/inbox")
	if !strings.Contains(out, "there is no page 9: the last one is 4") {
		t.Error(out)
	}
	s.inGallery(0, "classify", "--explain", s.folder+"/why.png", "--page", "3", s.folder+"/inbox")
}

// TestRegisterAPageOfAPDF: the first one, unless another is named.
func TestRegisterAPageOfAPDF(t *testing.T) {
	s := newSession(t)
	path := s.write("letter.pdf", scannedPDF(t))
	out, _ := s.inGallery(0, "register", "--label", "first", path)
	if !strings.Contains(out, "page 1 of 4") {
		t.Error(out)
	}
	out, _ = s.inGallery(0, "register", "--label", "third", "--page", "3", path)
	if !strings.Contains(out, "page 3 of 4") {
		t.Error(out)
	}
	out, _ = s.inGallery(0, "register", "--label", "third", "--page", "3", path)
	if !strings.Contains(out, "skipped") {
		t.Errorf("the same page again: %s", out)
	}
	out, _ = s.inGallery(exitPartly, "classify", path)
	if lines := strings.Split(out, "\n"); !strings.Contains(lines[0], "first") || !strings.Contains(lines[1], "unknown") || !strings.Contains(lines[2], "third") {
		t.Error(out)
	}
	_, errOut := s.inGallery(exitFailed, "register", "--label", "x", "--page", "0", path)
	if !strings.Contains(errOut, "from 1") {
		t.Error(errOut)
	}
}

func TestPasswordFile(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	s := newSession(t)
	s.inGallery(0, "register", s.documents())
	path := s.write("locked.pdf", papertest.EncryptedPDF([]papertest.PDFPage{{W: 100, H: 100, Content: "0 0 50 50 re f"}}, "secret"))
	out, _ := s.inGallery(exitPartly, "classify", path)
	if !strings.Contains(out, "--password-file") {
		t.Error(out)
	}
	passwords := s.write("passwords.txt", []byte("other\r\nsecret\r\n"))
	out, _ = s.inGallery(0, "classify", "--password-file", passwords, path)
	if !strings.Contains(out, "page 1  unknown") {
		t.Error(out)
	}
	_, errOut := s.inGallery(exitFailed, "classify", "--password-file", s.folder+"/missing", path)
	if !strings.Contains(errOut, "--password-file") {
		t.Error(errOut)
	}
	_, errOut = s.inGallery(exitFailed, "classify", "--password-file", s.write("big", bytes.Repeat([]byte("x"), 1<<17)), path)
	if !strings.Contains(errOut, "larger than 64 KB") {
		t.Error(errOut)
	}
}

// TestEvalReadsPDFs: a data set may hold PDFs, whose first pages count.
func TestEvalReadsPDFs(t *testing.T) {
	s := newSession(t)
	file := scannedPDF(t)
	for i, e := range synthdoc.Examples()[2:5] {
		reference := papertest.PDF([]papertest.PDFPage{papertest.ScanPage(300, 400, papertest.JPEGImage(600, 800, "DeviceRGB", imaging.EncodeJPEG(imaging.ResizeArea(synthdoc.Draw(e.Document), 600, 800), 95)))}, "")
		s.write("set/"+e.Label+"/scan_ref.pdf", reference)
		s.write(fmt.Sprintf("set/%s/photo%d.jpg", e.Label, i), scanned(e, 0))
	}
	s.write("set/"+synthdoc.Examples()[2].Label+"/letter.pdf", file)
	out, _ := s.run(0, "eval", "--json", s.folder+"/set")
	if !strings.Contains(out, `"images":7`) && !strings.Contains(out, `"images": 7`) {
		t.Error(out)
	}
	if strings.Contains(out, "this is PDF") {
		t.Error("a PDF was refused")
	}
}

// A cache that cannot be written makes each start slow: doctor says so, though PDFs are drawn.
func TestDoctorSaysThatNothingIsKept(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" || papertest.UnderRace {
		t.Skip("translates the PDF library, in the folder that XDG_CACHE_HOME names")
	}
	s := newSession(t)
	t.Setenv("XDG_CACHE_HOME", s.write("no-folder", nil))
	if out, _ := s.inGallery(0, "doctor", "--warm"); !strings.Contains(out, "nothing can be written to the cache") {
		t.Error(out)
	}
}
