package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/papertest"
)

// One bad input is named; the others are answered.
func TestOneBadInputStopsNothing(t *testing.T) {
	s := newSession(t)
	example := examples()[3]
	s.registered()
	good := s.write("in/good.jpg", scanned(example, 0))
	s.write("in/letter.docx", nil)
	s.write("in/more/scan.DOCX", nil)
	s.write("in/photo.avif", nil)
	s.write("in/photo.cr2", nil)
	s.write("in/.hidden.jpg", nil)
	folder := filepath.Dir(good)
	missing := filepath.Join(s.folder, "missing.jpg")
	dangling := filepath.Join(folder, "dangling.jpg")
	if err := os.Symlink(missing, dangling); err != nil {
		t.Skip("no links here:", err)
	}
	alias := filepath.Join(s.folder, "alias")
	if err := os.Symlink(folder, alias); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(folder, filepath.Join(folder, "circle")); err != nil {
		t.Fatal(err)
	}

	out, errOut := s.inGallery(exitPartly, "classify", missing, good, filepath.Join(s.folder, "*.tiff"), alias)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	want := []string{"refused", "match", "refused", "match", "refused"} // missing, good, no match, good by its alias, dangling
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), out)
	}
	for i, line := range lines {
		if !strings.Contains(line, want[i]) {
			t.Errorf("line %q, want %s", line, want[i])
		}
	}
	if !strings.Contains(errOut, "5 files passed over: 2 DOCX, 1 AVIF, 1 CR2, 1 hidden") {
		t.Errorf("said %q", errOut)
	}
	if _, errOut := s.inGallery(exitPartly, "classify", "-q", alias); errOut != "" {
		t.Errorf("quietly it said %q", errOut)
	}

	out, _ = s.inGallery(exitPartly, "classify", "--json", alias)
	if !strings.Contains(out, `{"passed_over":{"AVIF":1,"CR2":1,"DOCX":2,"hidden":1}}`) {
		t.Errorf("as JSON it said %s", out)
	}
	answers := jsonLines[struct{ Path, Decision, Reason string }](t, out)
	if answers[1].Path != filepath.Join(alias, "dangling.jpg") || answers[1].Decision != "refused" || answers[1].Reason == "" {
		t.Errorf("answers %+v", answers)
	}

	out, errOut = s.inGallery(exitPartly, "register", "--label", "x", missing, alias)
	if !strings.Contains(out, "registered 1 reference of 1 label, 2 refused") || strings.Count(out, ": refused: ") != 2 || !strings.Contains(errOut, "passed over") {
		t.Errorf("register said %s%s", out, errOut)
	}
	if _, errOut = s.run(exitPartly, "embed", "--npy", filepath.Join(s.folder, "x.npy"), missing, alias); strings.Count(errOut, "refused") != 2 {
		t.Errorf("embed said %q", errOut)
	}
}

func TestLabelsOfAFlatFolder(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	for i, name := range []string{"ticket", "card"} {
		s.write("flat/"+name+".jpg", documentFiles()[examples()[2+i].Label])
	}
	flat := filepath.Join(s.folder, "flat")
	if _, errOut := s.inGallery(exitFailed, "register", flat); !strings.Contains(errOut, "--labels-from name") {
		t.Errorf("said %q", errOut)
	}
	if _, err := os.Stat(s.gallery); err == nil {
		t.Error("a gallery was made all the same")
	}
	out, _ := s.inGallery(0, "register", "--labels-from", "name", flat)
	if !strings.Contains(out, "registered 2 references of 2 labels:\n  card\n  ticket\n") {
		t.Errorf("said %q", out)
	}
	if _, errOut := s.inGallery(exitFailed, "register", "--labels-from", "colour", flat); !strings.Contains(errOut, "folder or name") {
		t.Errorf("said %q", errOut)
	}
	if _, errOut := s.inGallery(exitFailed, "register", "--labels-from", "name", "--label", "x", flat); !strings.Contains(errOut, "label") {
		t.Errorf("said %q", errOut)
	}
}

// A picture that lies beside the folders is named; the tree is registered.
func TestLooseFileDoesNotStopATree(t *testing.T) {
	s := newSession(t)
	documents := s.documents()
	s.write("documents/loose.jpg", scanned(examples()[0], 0))
	out, _ := s.inGallery(exitPartly, "register", documents)
	if !strings.Contains(out, "registered 3 references of 3 labels, 1 refused:") || !strings.Contains(out, "loose.jpg: refused: it has no label") {
		t.Errorf("said %q", out)
	}
	var labels []string
	for _, e := range examples()[2:5] {
		labels = append(labels, e.Label)
	}
	slices.Sort(labels)
	if !strings.Contains(out, "  "+strings.Join(labels, "\n  ")+"\n") {
		t.Errorf("the labels are not listed: %q", out)
	}
}

func TestDeviceWithoutEndIsRefused(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero")
	}
	s := newSession(t)
	s.registered()
	out, _ := s.inGallery(exitPartly, "classify", "/dev/zero")
	if !strings.Contains(out, "refused") || !strings.Contains(out, "larger than the limit") {
		t.Errorf("said %q", out)
	}
}

// The limits are the user's to set; setting them holds for the process.
func TestLimitsOfPictures(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	picture := s.write("a.jpg", scanned(examples()[3], 0))
	s.inGallery(0, "register", "--label", "x", picture)
	for _, c := range []struct {
		flags []string
		code  int
		want  string
	}{
		{[]string{"--max-file", "2KB"}, exitPartly, "larger than the limit of 2000 bytes: if it is a picture, raise it with --max-file"},
		{[]string{"--max-file", "1MB"}, 0, "match"},
		{[]string{"--memory", "64KB"}, exitFailed, "want at least"},
		{[]string{"--memory", "1MiB"}, exitPartly, "refused"},
		{[]string{"--memory", "100MB"}, 0, "match"},
		{[]string{"--memory", "0"}, exitFailed, "--memory"},
		{[]string{"--max-file", "large"}, exitFailed, "--max-file"},
		{[]string{"--max-file", "-1"}, exitFailed, "--max-file"},
	} {
		p := s.command(append(c.flags, "classify", "-v", picture)...).start()
		if code := p.ends(); code != c.code || !strings.Contains(p.out.String()+p.err.String(), c.want) {
			t.Errorf("%q: exit code %d, said %s%s", c.flags, code, p.out.String(), p.err.String())
		}
	}
}
