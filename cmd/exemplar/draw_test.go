package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// All kinds that are named are drawn, or none; and it is said what of a set to register.
func TestDrawDrawsAllKinds(t *testing.T) {
	s := newSession(t)
	set := filepath.Join(s.folder, "set")
	if _, said := s.run(exitFailed, "draw", set, "--kind", "ticket,label", "--count", "1", "--size", "200"); !strings.Contains(said, "--count 2 or more") {
		t.Errorf("too few for the kinds: said %q", said)
	}
	out, _ := s.run(0, "draw", set, "--kind", "ticket", "--kind", "label", "--count", "2", "--size", "200", "--photos", "1")
	if want := "exemplar register --only '*_ref.png' " + set; !strings.Contains(out, want) {
		t.Errorf("a set with photos: %q is not in %q", want, out)
	}
	for _, kind := range []string{"ticket/0000/0000_ref.png", "label/0001/0001_ref.png"} {
		if _, err := os.Stat(filepath.Join(set, kind)); err != nil {
			t.Error(err)
		}
	}
	if out, _ := s.run(0, "draw", set, "--kind", "ticket", "--count", "1", "--size", "200"); strings.Contains(out, "register") {
		t.Errorf("a set without photos: said %q", out)
	}
}

// It is said where a drawing is. Only its owner may read it, since it shows somebody's
// document.
func TestDrawingsAreSaid(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	scan := s.write("documents/card/scan.png", scanned(synthdoc.Examples()[3], 0))
	for _, c := range []struct {
		name  string
		args  []string
		quiet bool
	}{
		{"register", []string{"register", filepath.Dir(filepath.Dir(scan))}, false},
		{"classify", []string{"classify", "--json", scan}, false},
		{"quiet", []string{"classify", "-q", scan}, true},
	} {
		drawn := filepath.Join(s.folder, c.name+".png")
		_, said := s.inGallery(0, append(c.args, "--explain", drawn)...)
		if is := strings.Contains(said, "drew "+drawn+"\n"); is == c.quiet {
			t.Errorf("%s: said %q", c.name, said)
		}
		if info, err := os.Stat(drawn); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the drawing is %v, %v", c.name, info, err)
		}
	}
}
