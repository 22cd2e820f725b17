package dataset

import (
	"errors"
	"exemplar/internal/papertest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeTree makes files under a new folder; names ending in .tsv get content.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestReadFolder(t *testing.T) {
	root := writeTree(t, map[string]string{
		"card/front/a_ref.JPG": "", "card/front/desk.jpg": "", "card/front.webp": "", "card/back/desk.jpg": "",
		"form/desk.png": "", "form/other.png": "", "stray.tiff": "", "notes.txt": "", ".hidden/x.jpg": "", "form/.y.jpg": "",
		"ignore.tsv": "# why\nform/desk.png\tcard/back\n\n", "also.tsv": "stray.tiff\tcard/front/\r\n",
	})
	for name, target := range map[string]string{"link.jpg": "stray.tiff", "broken.jpg": "absent.jpg", "folder.jpg": "card"} {
		if err := os.Symlink(filepath.Join(root, target), filepath.Join(root, name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	f, err := ReadFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []Sample{
		{"card/back/desk.jpg", "card/back", false, "desk"},
		{"card/front.webp", "card", false, ""},
		{"card/front/a_ref.JPG", "card/front", true, ""},
		{"card/front/desk.jpg", "card/front", false, "desk"},
		{"form/desk.png", "form", false, "desk"},
		{"form/other.png", "form", false, ""},
		{"link.jpg", "", false, ""},
		{"stray.tiff", "", false, ""},
	}
	if !slices.Equal(f.Samples, want) {
		t.Errorf("samples %+v", f.Samples)
	}
	if labels := f.Labels(); !slices.Equal(labels, []string{"card", "card/back", "card/front", "form"}) {
		t.Errorf("labels %q", labels)
	}
	if !slices.Equal(f.Ignore, []PathLabel{{"form/desk.png", "card/back"}}) || !slices.Equal(f.Also, []PathLabel{{"stray.tiff", "card/front"}}) {
		t.Errorf("ignore %v, also %v", f.Ignore, f.Also)
	}
}

func TestReadFolderRefuses(t *testing.T) {
	if _, err := ReadFolder(writeTree(t, map[string]string{"a/readme.md": ""})); !errors.Is(err, ErrNoImages) {
		t.Errorf("no images: %v", err)
	}
	if _, err := ReadFolder(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	_, err := ReadFolder(writeTree(t, map[string]string{"a/x.jpg": "", "ignore.tsv": "a/y.jpg\tb\n"}))
	if err == nil || !strings.Contains(err.Error(), `"a/y.jpg"`) {
		t.Errorf("unknown image in ignore.tsv: %v", err)
	}
}

func TestReadPathLabelsRefuses(t *testing.T) {
	for _, text := range []string{"path only\n", "a\t\n", "\tb\n", "a\tb\tc\n", strings.Repeat("x", maxLine+1)} {
		if _, err := ReadPathLabels(strings.NewReader("ok.jpg\tlabel\n" + text)); err == nil {
			t.Errorf("%.20q: no error", text)
		}
	}
}

func FuzzReadPathLabels(f *testing.F) {
	f.Add("a/b.jpg\tc/d\n# no\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ReadPathLabels(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, p := range pairs {
			if p.Path == "" || strings.ContainsAny(p.Path+p.Label, "\t\n") {
				t.Errorf("%q", p)
			}
		}
	})
}

func TestBenchFolders(t *testing.T) {
	root := papertest.Shared(t, "../../../shared/data/bench")
	for _, x := range []struct {
		name                                  string
		labels, references, captures, ignored int
	}{{"dvd_scene", 100, 100, 400, 3120}, {"forms", 36, 36, 186, 0}, {"banknotes_scene", 26, 26, 77, 0}, {"receipts", 43, 0, 219, 0}} {
		f, err := ReadFolder(filepath.Join(root, x.name))
		if err != nil {
			t.Fatal(err)
		}
		references := 0
		for _, s := range f.Samples {
			if s.IsReference {
				references++
			}
		}
		if len(f.Labels()) != x.labels || references != x.references || len(f.Samples)-references != x.captures || len(f.Ignore) != x.ignored {
			t.Errorf("%s: %d labels, %d references, %d samples, %d ignored", x.name, len(f.Labels()), references, len(f.Samples), len(f.Ignore))
		}
	}
}
