package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Only register and import make a gallery: a mistyped name makes none.
func TestMistypedGalleryIsNotMade(t *testing.T) {
	s := newSession(t)
	for _, args := range [][]string{
		{"list"}, {"show", "X"}, {"rivals", "X"}, {"rename", "a", "b"}, {"remove", "X"}, {"remove", "--label", "a"}, {"note", "X", "text"}, {"contents", "X", "fixed"},
		{"export", filepath.Join(s.folder, "e.zip")}, {"reembed"}, {"check"}, {"repair"}, {"compact"},
	} {
		path := filepath.Join(s.folder, "no", "such", "gallery.db")
		_, said := s.run(exitFailed, append(append([]string{"gallery"}, args...), "--gallery", path)...)
		if !strings.Contains(said, "there is no gallery") {
			t.Errorf("%q said %q", args, said)
		}
	}
	if left, err := os.ReadDir(s.folder); err != nil || len(left) > 0 {
		t.Errorf("made %v, %v", left, err)
	}
}

// An empty label, as an unset variable of a script gives it, removes nothing.
func TestAnEmptyLabelRemovesNothing(t *testing.T) {
	s := newSession(t)
	s.registered()
	before, _ := s.inGallery(0, "gallery", "list")
	if _, said := s.inGallery(exitFailed, "gallery", "remove", "--yes", "--label", ""); !strings.Contains(said, "label is empty") {
		t.Errorf("said %q", said)
	}
	if after, _ := s.inGallery(0, "gallery", "list"); after != before {
		t.Errorf("left %q", after)
	}
}

// Check finds the damage of a gallery, and repair repairs what it can. It names the
// rest, which can be removed.
func TestCheckAndRepair(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.damage(`UPDATE embedding SET features = x'00', vectors = x'00' WHERE reference = (SELECT min(id) FROM reference)`)
	out, said := s.inGallery(exitFailed, "gallery", "check")
	if strings.Count(out, "not what was written") != 2 || !strings.Contains(said, "gallery repair") {
		t.Errorf("check said %q, %q", out, said)
	}
	if out, _ := s.inGallery(0, "gallery", "repair"); strings.Count(out, "made anew\n") != 2 {
		t.Errorf("repair said %q", out)
	}
	s.inGallery(0, "gallery", "check")
	s.damage(`UPDATE reference SET source = 'another' WHERE id = (SELECT max(id) FROM reference)`)
	if out, _ := s.inGallery(0, "gallery", "list"); strings.Count(out, "damaged") != 1 {
		t.Errorf("list said %q", out)
	}
	out, _ = s.inGallery(exitFailed, "gallery", "repair")
	_, id, _ := strings.Cut(out, "exemplar gallery remove ")
	s.inGallery(0, "gallery", "remove", strings.TrimSpace(id))
	s.damage(`UPDATE picture SET jpeg = x'ffd8ff' WHERE reference = (SELECT min(id) FROM reference)`)
	out, _ = s.inGallery(exitFailed, "gallery", "repair")
	_, id, found := strings.Cut(out, "exemplar gallery remove ")
	if !found {
		t.Fatalf("repair said %q", out)
	}
	s.inGallery(0, "gallery", "remove", strings.TrimSpace(id))
	s.inGallery(0, "gallery", "check")
	s.inGallery(0, "gallery", "compact")
	s.inGallery(0, "gallery", "check")
}

// An unknown picture is said not to have been compared with what is damaged.
func TestUnknownBesideDamagedReferences(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.damage(`UPDATE embedding SET features = x'00', vectors = x'00'; UPDATE picture SET jpeg = x'ffd8ff'`)
	const said = "references are damaged and were not compared"
	out, _ := s.inGallery(0, "classify", s.documents())
	if !strings.Contains(out, said) {
		t.Errorf("classify said %q", out)
	}
}

// What is said of contents is kept, shown and changed.
func TestContentsAreKept(t *testing.T) {
	s := newSession(t)
	s.inGallery(exitFailed, "register", "--contents", "green", s.documents())
	s.run(0, "register", "--gallery", s.gallery+"2", "--contents", "auto", s.documents())
	s.inGallery(0, "register", "--contents", "fixed", s.documents())
	out, _ := s.inGallery(0, "gallery", "list")
	if strings.Count(out, "(contents: fixed)\n") != 3 {
		t.Errorf("list said %q", out)
	}
	label, _, _ := strings.Cut(out, " ")
	for _, contents := range []string{"vary", "auto"} {
		s.inGallery(0, "gallery", "contents", label, contents)
		out, _ := s.inGallery(0, "gallery", "show", label)
		if strings.Contains(out, "contents    "+contents+"\n") != (contents != "auto") {
			t.Errorf("%s: show said %q", contents, out)
		}
	}
	if _, said := s.inGallery(exitFailed, "gallery", "contents", label, "green"); !strings.Contains(said, "vary, fixed, or auto") {
		t.Errorf("said %q", said)
	}
}

// An export and an import lose only what is damaged, and the exit code tells that
// something is missing.
func TestExportAndImportOfWhatIsDamaged(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.damage(`DELETE FROM words`)
	exported := filepath.Join(s.folder, "all.zip")
	if _, said := s.inGallery(exitPartly, "gallery", "export", exported); !strings.Contains(said, "words") {
		t.Errorf("export said %q", said)
	}
	s.gallery = filepath.Join(s.folder, "second.db")
	if out, _ := s.inGallery(0, "gallery", "import", exported); !strings.Contains(out, "added 3 references") {
		t.Errorf("import said %q", out)
	}
	s.inGallery(0, "gallery", "export", exported)
	data, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	data[bytes.Index(data, []byte("\xff\xd8\xff"))+500] ^= 1 // in a picture
	if err := os.WriteFile(exported, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.gallery = filepath.Join(s.folder, "third.db")
	out, said := s.inGallery(exitPartly, "gallery", "import", exported)
	if !strings.Contains(out, "added 2 references") || !strings.Contains(said, ".jpg") {
		t.Errorf("import said %q, %q", out, said)
	}
	s.inGallery(0, "gallery", "check")
}

// damage changes the gallery behind its back.
func (s *session) damage(statement string) {
	s.t.Helper()
	db, err := sql.Open("sqlite", s.gallery)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		s.t.Fatal(err)
	}
}
