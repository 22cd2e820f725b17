package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// No output takes the place of the gallery, of an input or of somebody's file.
func TestOutputsDestroyNothing(t *testing.T) {
	s := newSession(t)
	s.registered()
	label := synthdoc.Examples()[3].Label
	photo, other := s.write("photo.jpg", scanned(synthdoc.Examples()[3], 0)), s.write("other.jpg", scanned(synthdoc.Examples()[4], 0))
	scan := s.write("scan.png", imaging.EncodePNG(synthdoc.Draw(synthdoc.Examples()[2].Document)))
	text, zip := s.write("text.txt", []byte("to do: water the plants")), s.write("files.zip", []byte("PK\x03\x04 of mine"))
	link := filepath.Join(s.folder, "link.png")
	if err := os.Symlink(photo, link); err != nil {
		t.Skip("no links here:", err)
	}
	before := map[string][]byte{}
	for _, path := range []string{s.gallery, photo, other, scan, text, zip} {
		before[path] = mustRead(t, path)
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"export onto the gallery", []string{"gallery", "export", s.gallery}},
		{"export onto a photo", []string{"gallery", "export", photo}},
		{"export to -", []string{"gallery", "export", "-"}},
		{"picture onto the gallery", []string{"gallery", "show", label, "--picture", s.gallery}},
		{"picture onto the gallery by another name", []string{"gallery", "show", label, "--picture", filepath.Join(s.folder, ".", "x", "..", "g.db")}},
		{"picture onto a text", []string{"gallery", "show", label, "--picture", text}},
		{"picture beside the gallery", []string{"gallery", "show", label, "--picture", s.gallery + "-wal"}},
		{"into no folder", []string{"classify", photo, "--explain", filepath.Join(s.folder, "nope", "why.png")}},
		{"onto a folder", []string{"classify", photo, "--explain", s.folder}},
		{"reserve", []string{"gallery", "show", label, "--picture", s.gallery + "-reserve"}},
		{"drawing onto the gallery", []string{"classify", "--explain", s.gallery, photo}},
		{"drawing onto what is classified", []string{"classify", "--explain", photo, photo}},
		{"drawing onto a photo taken for an argument", []string{"classify", "--explain", photo, other}},
		{"drawing onto a scan taken for an argument", []string{"classify", "--explain", scan, other}},
		{"drawing onto a link to an input", []string{"classify", "--explain", link, photo}},
		{"drawing rivals onto the gallery", []string{"gallery", "rivals", label, "--explain", s.gallery}},
		{"drawing what is registered onto the gallery", []string{"register", "--label", "x", photo, "--explain", s.gallery}},
		{"drawing what is registered onto it", []string{"register", "--label", "x", photo, "--explain", photo}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, said := s.inGallery(exitFailed, c.args...)
			if !strings.Contains(said, "name another file") && !strings.Contains(said, "name of a file") && !strings.Contains(said, "name a file") && !strings.Contains(said, "make it first") {
				t.Errorf("said %q", said)
			}
		})
	}
	for _, args := range [][]string{
		{"embed", "--npy", photo, other}, {"embed", "--npy", filepath.Join(s.folder, "photo.txt"), other}, {"export", zip}, {"calibrate", "--out", text},
		{"eval", s.documents(), "--csv", photo}, {"eval", s.documents(), "--html", text},
	} {
		if args[0] == "embed" && strings.HasSuffix(args[2], "photo.txt") {
			s.write("photo.txt", []byte("a\x00b"))
		}
		s.run(exitFailed, args...)
	}
	for path, data := range before {
		if path != s.gallery && !bytes.Equal(mustRead(t, path), data) {
			t.Errorf("%s was changed", path)
		}
	}
	s.inGallery(0, "gallery", "check")
}

// A command may overwrite its own output, and a drawing stays a PNG.
func TestOutputsReplaceTheirOwn(t *testing.T) {
	s := newSession(t)
	s.registered()
	photo, label := s.write("photo.jpg", scanned(synthdoc.Examples()[3], 0)), synthdoc.Examples()[3].Label
	in := func(name string) string { return filepath.Join(s.folder, name) }
	for range 2 {
		s.inGallery(0, "classify", "--explain", in("why.png"), photo)
		s.inGallery(0, "gallery", "show", label, "--picture", in("kept.jpg"))
		s.inGallery(0, "gallery", "export", in("all.zip"))
		s.run(0, "embed", "--npy", in("e.npy"), photo)
		s.run(0, "export", in("net.onnx"))
	}
	if _, err := png.Decode(bytes.NewReader(mustRead(t, in("why.png")))); err != nil {
		t.Error(err)
	}
}

// A new file gets no name that promises another format.
func TestNamesPromiseNoOtherFormat(t *testing.T) {
	for _, c := range []struct {
		kind fileKind
		name string
		want string // empty: it is taken
	}{
		{drawingKind, "why.png", ""}, {drawingKind, "why", ""}, {drawingKind, "why.2026-11", ""}, {drawingKind, "why.html", "HTML: let the name end in .png"}, {drawingKind, "why.json", ".png"},
		{htmlKind, "r.htm", ""}, {htmlKind, "r.pdf", "end in .html"}, {zipKind, "all.zip", ""}, {zipKind, "all.tar", "end in .zip"}, {textKind, "t.md", ""},
	} {
		err := (target{"--out", filepath.Join(t.TempDir(), c.name), c.kind}).check("", nil)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s as %s: %v, want %q", c.name, c.kind.name, err, c.want)
		}
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The error about a file that cannot be written names that file, and not the gallery.
func TestUnwritableExportNamesTheFile(t *testing.T) {
	s := newSession(t)
	s.registered()
	path := filepath.Join(s.folder, "nope", "e.zip")
	if _, said := s.inGallery(exitFailed, "gallery", "export", path); strings.Contains(said, "there is no gallery") || !strings.Contains(said, path) {
		t.Errorf("said %q", said)
	}
}

// An import that fails leaves no gallery that was not there.
func TestFailedImportMakesNoGallery(t *testing.T) {
	s := newSession(t)
	s.registered()
	exported := filepath.Join(s.folder, "all.zip")
	s.inGallery(0, "gallery", "export", exported)
	harmed := mustRead(t, exported)
	for at := 0; ; at++ { // within every picture: the directory is whole
		next := bytes.Index(harmed[at:], []byte("\xff\xd8\xff"))
		if next < 0 {
			break
		}
		at += next
		harmed[at+200] ^= 1
	}
	photo := s.write("photo.jpg", scanned(synthdoc.Examples()[3], 0))
	for name, path := range map[string]string{"a photo": photo, "a gallery": s.gallery, "a folder": s.folder, "nothing": photo + "x", "a damaged export": s.write("harmed.zip", harmed)} {
		made := filepath.Join(t.TempDir(), "new.db")
		s.run(exitFailed, "gallery", "import", path, "--gallery", made)
		if left, err := os.ReadDir(filepath.Dir(made)); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
	before := s.gallery
	s.run(exitFailed, "gallery", "import", filepath.Join(s.folder, "harmed.zip"), "--gallery", before)
	s.inGallery(0, "gallery", "check")
}
