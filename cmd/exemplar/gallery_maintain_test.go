package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Only register and import make a gallery: a mistyped name makes none.
func TestMistypedGalleryIsNotMade(t *testing.T) {
	s := newSession(t)
	for _, args := range [][]string{
		{"list"}, {"show", "X"}, {"rivals", "X"}, {"rename", "a", "b"}, {"remove", "X"}, {"remove", "--label", "a"}, {"note", "X", "text"},
		{"export", filepath.Join(s.folder, "e.zip")}, {"reembed"}, {"check"},
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
