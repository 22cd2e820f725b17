package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
)

// A command that has nothing to do, or not everything, says so and no more.
func TestSmallWords(t *testing.T) {
	s := newSession(t)
	documents := s.documents()
	s.inGallery(0, "register", documents)
	label := examples()[3].Label
	for _, c := range []struct {
		name string
		code int
		args []string
		want string
		not  string
	}{
		{"registered again", 0, []string{"register", documents}, "registered 0 references, 3 already registered\n", "0 labels"},
		{"renamed to itself", exitFailed, []string{"gallery", "rename", label, label}, "nothing is renamed", "renamed 1"},
		{"no such label", exitFailed, []string{"gallery", "list", "nope"}, "no such label", "reference"},
		{"no such label to remove", exitFailed, []string{"gallery", "remove", "-y", "--label", "nope"}, "no such label", "reference"},
		{"a note", 0, []string{"gallery", "note", label, "mine"}, "changed the note of ", ""},
		{"no picture has such a name", exitFailed, []string{"classify", "--only", "*.png", documents + "/" + label + "/scan.jpg"}, "matches --only", "no pictures in"},
		{"a missing picture", exitFailed, []string{"classify", "nowhere.jpg"}, "exemplar: nowhere.jpg: no such file", "stat"},
		{"nothing to repair", 0, []string{"gallery", "repair"}, "nothing is damaged", "0 parts"},
		{"no jobs", exitFailed, []string{"classify", "-j", "0", documents}, "from 1 to", ""},
		{"a byte of memory", exitFailed, []string{"classify", "--memory", "1", documents}, "want at least", ""},
		{"next to no strangers", exitFailed, []string{"classify", "--fpir", "1e-12", documents}, "want at least", ""},
		{"doctor with a bad model", exitFailed, []string{"doctor", "--model", documents + "/" + label + "/scan.jpg"}, "FAIL  model", "card"},
		{"doctor counts bytes as compact does", 0, []string{"doctor"}, " kB", "KB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, said := s.inGallery(c.code, c.args...)
			if !strings.Contains(out+said, c.want) || c.not != "" && strings.Contains(out+said, c.not) {
				t.Errorf("said %q, %q", out, said)
			}
		})
	}
	one, _ := s.run(0, "version")
	if other, _ := s.run(0, "--version"); one != other {
		t.Errorf("version says %q, --version %q", one, other)
	}
}

// What is called the model is the same fingerprint everywhere; that of the network in it, to which
// galleries are bound, is another one, and called so.
func TestModelAndNetworkAreNamed(t *testing.T) {
	s := newSession(t)
	s.registered()
	answers, _ := s.inGallery(exitPartly, "classify", "--json", "missing.jpg", s.documents())
	decides := jsonLines[exemplar.Answer](t, answers)[0].Model
	label := examples()[2].Label
	shown, _ := s.inGallery(0, "gallery", "show", "--json", label)
	network := jsonLines[exemplar.Reference](t, shown)[0].Model
	if len(decides) != 64 || len(network) != 64 || decides == network {
		t.Fatalf("the model of answers is %q, that of a reference %q", decides, network)
	}
	out, _ := s.run(0, "version", "--json")
	if said := jsonLines[struct{ Model, Network string }](t, out)[0]; said.Model != decides || said.Network != network {
		t.Errorf("version --json says %+v; answers are of %s, galleries of %s", said, decides, network)
	}
	both := fmt.Sprintf("model %.12s, network %.12s", decides, network)
	for _, line := range [][]string{{"version"}, {"--version"}, {"doctor", "--gallery", s.gallery}} {
		if out, _ := s.run(0, line...); !strings.Contains(strings.Join(strings.Fields(out), " "), both) {
			t.Errorf("%q says %q, want %q", line, out, both)
		}
	}
	if out, _ := s.inGallery(0, "gallery", "show", label); !strings.Contains(out, network) || strings.Contains(out, "model") {
		t.Errorf("of a reference: %q", out)
	}
}

// An answer names its model though the picture could not even be opened.
func TestMissingPictureIsAnsweredByAModel(t *testing.T) {
	s := newSession(t)
	s.registered()
	out, _ := s.inGallery(exitPartly, "classify", "--json", "missing.jpg", s.documents())
	for _, a := range jsonLines[exemplar.Answer](t, out) {
		if a.Model != exemplar.DefaultModel().DecisionFingerprint() {
			t.Errorf("%s: model %q", a.Decision, a.Model)
		}
	}
}

// A call that registers nothing makes no gallery.
func TestRefusedPicturesMakeNoGallery(t *testing.T) {
	s := newSession(t)
	blank := s.write("blank/label/blank.png", imaging.EncodePNG(imaging.NewImage(300, 200)))
	s.inGallery(exitPartly, "register", filepath.Join(s.folder, "blank"))
	if left, err := filepath.Glob(s.gallery + "*"); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
	s.registered()
	s.inGallery(exitPartly, "register", "--label", "x", blank)
	if out, _ := s.inGallery(0, "gallery", "list"); strings.Count(out, "\n") != 3 {
		t.Errorf("listed %q", out)
	}
}

// The files in an export have dates that unpackers accept.
func TestExportIsDated(t *testing.T) {
	s := newSession(t)
	s.registered()
	path := filepath.Join(s.folder, "all.zip")
	s.inGallery(0, "gallery", "export", path)
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		if age := time.Since(f.Modified); age > 24*time.Hour || age < -24*time.Hour {
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
}

// The error of writing help is printed once.
func TestUnwritableHelpIsSaidOnce(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"classify", "--help"}, {"help", "gallery"}, {"gallery"}} {
		var said strings.Builder
		if code := run(context.Background(), args, failing{errors.New("no room")}, &said); code != exitFailed || strings.Count(said.String(), "no room") != 1 {
			t.Errorf("%q: exit code %d, said %q", args, code, said.String())
		}
	}
}

// In a file nothing of a list is shortened.
func TestListsAreWhole(t *testing.T) {
	s := newSession(t)
	deep := strings.Repeat("a-very-long-folder/", 5)
	s.write("in/"+deep+"a-scan-of-something.jpg", documentFiles()[examples()[3].Label])
	s.inGallery(0, "register", filepath.Join(s.folder, "in"))
	out, _ := s.inGallery(0, "gallery", "list")
	if !strings.Contains(out, strings.TrimSuffix(deep, "/")) || !strings.Contains(out, "a-scan-of-something.jpg") || strings.Contains(out, "...") {
		t.Errorf("listed %q", out)
	}
}
