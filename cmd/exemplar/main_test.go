package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
	"exemplar/internal/tensorfile"
)

// session is a user's folder with a gallery of its own.
type session struct {
	t       *testing.T
	folder  string
	gallery string
}

func newSession(t *testing.T) *session {
	folder := t.TempDir()
	return &session{t, folder, filepath.Join(folder, "g.db")}
}

// run runs a command in the session and returns what it printed.
func (s *session) run(wantCode int, args ...string) (out, errOut string) {
	s.t.Helper()
	var o, e bytes.Buffer
	if code := run(context.Background(), args, &o, &e); code != wantCode {
		s.t.Fatalf("exemplar %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, wantCode, o.String(), e.String())
	}
	return o.String(), e.String()
}

// inGallery is run with the session's gallery.
func (s *session) inGallery(wantCode int, args ...string) (out, errOut string) {
	s.t.Helper()
	return s.run(wantCode, append(args, "--gallery", s.gallery)...)
}

// write puts a file into the session's folder, whole at once for who watches that, and returns
// its path.
func (s *session) write(name string, data []byte) string {
	s.t.Helper()
	path := filepath.Join(s.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	whole := filepath.Join(s.t.TempDir(), "whole")
	if err := errors.Join(os.WriteFile(whole, data, 0o644), os.Rename(whole, path)); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// documentFiles makes the files of three drawn documents, by label, once for all tests.
var documentFiles = sync.OnceValue(func() map[string][]byte {
	files := map[string][]byte{}
	for _, e := range synthdoc.Examples()[2:5] {
		files[e.Label] = imaging.EncodeJPEG(synthdoc.Draw(e.Document), 95)
	}
	return files
})

// documents writes a tree of three drawn documents.
func (s *session) documents() string {
	for label, file := range documentFiles() {
		s.write("documents/"+label+"/scan.jpg", file)
	}
	return filepath.Join(s.folder, "documents")
}

// registeredFile is the file of a gallery in which the three documents are registered,
// made once for all tests.
var registeredFile = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "exemplar-test-*")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	for label, file := range documentFiles() {
		path := filepath.Join(folder, "documents", label, "scan.jpg")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, file, 0o644)); err != nil {
			panic(err)
		}
	}
	gallery := filepath.Join(folder, "g.db")
	if code := run(context.Background(), []string{"register", filepath.Join(folder, "documents"), "--gallery", gallery}, io.Discard, io.Discard); code != 0 {
		panic(fmt.Sprint("exemplar register ends with ", code))
	}
	data, err := os.ReadFile(gallery)
	if err != nil {
		panic(err)
	}
	return data
})

// registered makes the session's gallery one with the three documents.
func (s *session) registered() {
	s.t.Helper()
	s.documents()
	if err := os.WriteFile(s.gallery, registeredFile(), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// scanned is a slightly disturbed picture of a drawn document, as a file.
func scanned(e synthdoc.Example, quarterTurns int) []byte {
	return imaging.EncodeJPEG(capturesim.Sweep("noise", 1, synthdoc.Draw(e.Document), 1).Rotate(quarterTurns), 90)
}

// jsonLines reads one value of each line.
func jsonLines[T any](t *testing.T, out string) []T {
	t.Helper()
	var values []T
	for line := range strings.Lines(out) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		values = append(values, v)
	}
	return values
}

func TestRegisterThenClassify(t *testing.T) {
	s := newSession(t)
	out, _ := s.inGallery(0, "register", s.documents())
	if !strings.HasPrefix(out, "registered 3 references of 3 labels") {
		t.Errorf("register said %q", out)
	}
	example := synthdoc.Examples()[3]
	turned := s.write("turned.jpg", scanned(example, 1))
	out, _ = s.inGallery(0, "classify", turned)
	if !strings.Contains(out, "match") || !strings.Contains(out, example.Label) || !strings.Contains(out, "turned 90") {
		t.Errorf("classify said %q, want a match with %s turned 90", out, example.Label)
	}
	out, _ = s.inGallery(0, "register", s.documents())
	if !strings.HasPrefix(out, "registered 0 references") || strings.Count(out, "skipped") != 3 {
		t.Errorf("registering again said %q, want 3 skipped", out)
	}
}

func TestClassifyJSON(t *testing.T) {
	s := newSession(t)
	s.registered()
	example := synthdoc.Examples()[3]
	good, bad := s.write("a.jpg", scanned(example, 0)), s.write("b.jpg", []byte("not a picture"))
	out, _ := s.inGallery(exitPartly, "classify", "--json", good, bad)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2:\n%s", len(lines), out)
	}
	var answers [2]map[string]any
	for i, line := range lines {
		if err := json.Unmarshal([]byte(line), &answers[i]); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"path", "decision", "label", "rotation", "summary", "reason", "candidates"} {
			if _, ok := answers[i][key]; !ok {
				t.Errorf("line %d has no %q: %s", i, key, line)
			}
		}
	}
	if answers[0]["path"] != good || answers[0]["decision"] != "match" || answers[0]["label"] != example.Label {
		t.Errorf("the good picture: %s", lines[0])
	}
	if answers[1]["path"] != bad || answers[1]["decision"] != "refused" || answers[1]["reason"] == "" {
		t.Errorf("the bad picture: %s", lines[1])
	}
	for _, key := range []string{"confidence", "basis", "embedding", "geometry"} {
		if _, ok := answers[0][key]; !ok {
			t.Errorf("the good picture has no %q: %s", key, lines[0])
		}
	}
	candidates := answers[0]["candidates"].([]any)
	first := candidates[0].(map[string]any)
	for _, key := range []string{"label", "confidence", "reference"} {
		if _, ok := first[key]; !ok {
			t.Errorf("candidate has no %q: %v", key, first)
		}
	}
}

func TestClassifyCSV(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	s.registered()
	out, _ := s.inGallery(0, "classify", "--csv", s.write("a.jpg", scanned(synthdoc.Examples()[3], 0)))
	lines := strings.Split(out, "\n")
	if lines[0] != "\uFEFFpath,member,page,decision,label,confidence,basis,cosine,llr,rotation,conditions,reason" || !strings.Contains(lines[1], ",match,") {
		t.Errorf("CSV:\n%s", out)
	}
}

func TestRegisterRefusesWhatShowsNothing(t *testing.T) {
	s := newSession(t)
	blank := s.write("blank.png", imaging.EncodePNG(imaging.NewImage(300, 200)))
	out, _ := s.inGallery(exitPartly, "register", "--label", "x", blank)
	if !strings.Contains(out, "registered 0 references") || !strings.Contains(out, "blank.png: refused") {
		t.Errorf("register said %q", out)
	}
}

func TestRegisterNeedsALabel(t *testing.T) {
	s := newSession(t)
	path := s.write("a.jpg", scanned(synthdoc.Examples()[0], 0))
	_, errOut := s.inGallery(exitFailed, "register", path)
	if !strings.Contains(errOut, "--label") {
		t.Errorf("said %q, want a hint at --label", errOut)
	}
	if _, err := os.Stat(s.gallery); err == nil {
		t.Error("a gallery was made all the same")
	}
}

func TestRegisterReplace(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	example := synthdoc.Examples()[3]
	first := s.write("first.jpg", documentFiles()[example.Label])
	second := s.write("second.jpg", scanned(example, 0))
	s.inGallery(0, "register", "--label", "form", first)
	s.inGallery(0, "register", "--label", "form/other", first)
	s.inGallery(0, "register", "--label", "form", "--replace", second)
	out, _ := s.inGallery(0, "gallery", "list", "--json")
	references := jsonLines[exemplar.Reference](t, out)
	if len(references) != 2 || references[0].Source != second || references[1].Label != "form/other" {
		t.Errorf("the gallery holds %+v, want the second picture and the sub-label", references)
	}
}

// Two editions: the note, the JSON and the picture say where they differ.
func TestRegisterSaysInWhatLabelsDiffer(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	note := synthdoc.Document{Kind: "banknote", Template: 3 << 32, Content: 3 << 32, Size: 600}
	first := s.write("first.png", imaging.EncodePNG(synthdoc.Draw(note)))
	second := s.write("second.png", imaging.EncodePNG(synthdoc.Draw(synthdoc.Siblings(note)["edition"])))
	drawn := filepath.Join(s.folder, "differ.png")
	if out, _ := s.inGallery(0, "register", "--label", "note/first", "--explain", drawn, first); strings.Contains(out, "is not drawn") {
		t.Errorf("alone: said %q", out)
	}
	if alone, err := os.ReadFile(drawn); err != nil || !bytes.HasPrefix(alone, []byte("\x89PNG")) {
		t.Errorf("alone: %v", err)
	}
	if out, _ := s.inGallery(0, "register", "--label", "note/first", "--explain", drawn, first); !strings.Contains(out, "is not drawn") {
		t.Errorf("again: said %q", out)
	}
	out, _ := s.inGallery(0, "register", "--label", "note/second", "--explain", drawn, second)
	if !strings.Contains(out, "1 note") || !strings.Contains(out, "note/second differs from note/first only in") {
		t.Errorf("said %q", out)
	}
	if data, err := os.ReadFile(drawn); err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Errorf("%s: %v", drawn, err)
	}
	out, _ = s.inGallery(0, "register", "--label", "note/third", "--json", second)
	var r exemplar.Registration
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(r.Rivals) != 2 || r.Rivals[0].Label != "note/second" || len(r.Rivals[0].Regions) != 0 || len(r.Rivals[1].Regions) == 0 {
		t.Errorf("rivals %+v, want the copy, then the first edition with regions", r.Rivals)
	}
	for _, key := range []string{`"outcome":"registered"`, `"agreement":`, `"regions":[{"x":`, `"reason":`} {
		if !strings.Contains(out, key) {
			t.Errorf("no %s in %s", key, out)
		}
	}
	out, _ = s.inGallery(0, "gallery", "rivals", r.ID)
	if strings.Count(out, "\n") != 2 || !strings.Contains(out, "note/first only in") {
		t.Errorf("rivals said %q", out)
	}
}

func TestGalleryVerbs(t *testing.T) {
	s := newSession(t)
	s.registered()
	exported := filepath.Join(s.folder, "all.zip")
	s.inGallery(0, "gallery", "export", exported)
	if out, _ := s.inGallery(0, "gallery", "rename", "id-card", "card"); !strings.Contains(out, "renamed 1 reference") {
		t.Errorf("rename said %q", out)
	}
	if out, _ := s.inGallery(0, "gallery", "list", "card"); !strings.Contains(out, "card/back") {
		t.Errorf("list said %q", out)
	}
	if out, _ := s.inGallery(0, "gallery", "remove", "--yes", "--label", "card"); !strings.Contains(out, "removed 1 reference") {
		t.Errorf("remove said %q", out)
	}
	if out, _ := s.inGallery(0, "gallery", "import", exported); !strings.Contains(out, "added 1 reference, 2 already registered") {
		t.Errorf("import said %q", out)
	}
	if out, _ := s.inGallery(0, "gallery", "reembed"); !strings.Contains(out, "embedded 0 references") {
		t.Errorf("reembed said %q, want nothing to do", out)
	}
	if out, _ := s.inGallery(0, "gallery", "check"); !strings.Contains(out, "all is well") {
		t.Errorf("check said %q", out)
	}
}

func TestEmbed(t *testing.T) {
	s := newSession(t)
	out := filepath.Join(s.folder, "out.npy")
	s.run(0, "embed", "--npy", out, s.documents())
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tensorfile.ParseNpy(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows.Shape) != 2 || rows.Shape[0] != 3 || rows.Shape[1] != exemplar.DefaultModel().Dim() {
		t.Errorf("shape %v, want [3 %d]", rows.Shape, exemplar.DefaultModel().Dim())
	}
	list, err := os.ReadFile(filepath.Join(s.folder, "out.txt"))
	if err != nil || strings.Count(string(list), "\n") != 3 {
		t.Errorf("out.txt: %q, %v", list, err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	s := newSession(t)
	picture := s.write("a.jpg", scanned(synthdoc.Examples()[0], 0))
	damaged := s.write("damaged.db", []byte(strings.Repeat("no gallery ", 200)))
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no gallery", []string{"classify", picture, "--gallery", s.gallery}, "register something first"},
		{"no file", []string{"classify", "nowhere.jpg", "--gallery", s.gallery}, "nowhere.jpg"},
		{"no match", []string{"classify", filepath.Join(s.folder, "*.tiff"), "--gallery", s.gallery}, "nothing matches"},
		{"not a gallery", []string{"classify", picture, "--gallery", damaged}, "no gallery"},
		{"bad rate", []string{"classify", picture, "--gallery", s.gallery, "--fpir", "2"}, "between 0 and 1"},
		{"not a model", []string{"register", "--label", "x", picture, "--gallery", s.gallery, "--model", damaged}, "damaged.db"},
		{"drawing as JPEG", []string{"classify", picture, "--gallery", s.gallery, "--explain", filepath.Join(s.folder, "why.jpg")}, "let the name end in .png"},
		{"unknown verb", []string{"recognise"}, "did you mean classify?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errOut := s.run(exitFailed, c.args...)
			if !strings.Contains(errOut, c.want) {
				t.Errorf("said %q, want %q in it", errOut, c.want)
			}
		})
	}
}

func TestDoctorAndVersion(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	if out, _ := s.inGallery(0, "doctor"); strings.Contains(out, "FAIL") || !strings.Contains(out, "LCNet") {
		t.Errorf("doctor said %s", out)
	}
	out, _ := s.inGallery(0, "doctor", "--json")
	checks := jsonLines[struct {
		Check string
		OK    bool
	}](t, out)
	if len(checks) < 4 || !checks[0].OK || checks[0].Check != "program" {
		t.Errorf("doctor --json said %s", out)
	}
	if out, _ := s.run(0, "version"); !strings.HasPrefix(out, "exemplar "+version) {
		t.Errorf("version said %q", out)
	}
}

// examples are the documents of the demonstration.
func examples() []synthdoc.Example { return synthdoc.Examples() }
