package synthdoc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/imaging"
)

func writeForm(t *testing.T, root, name, fields string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	page := Draw(Document{Kind: "form", Blank: true, Size: 400})
	if err := os.WriteFile(path+".png", imaging.EncodePNG(page), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".json", []byte(fields), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadFormsScalesBoxesWithPages(t *testing.T) {
	root := t.TempDir()
	writeForm(t, root, "b/2021", `{"fields":[{"kind":"text","box":[20,40,200,60],"max":9}]}`)
	writeForm(t, root, "a/2020", `{"fields":[]}`)
	forms, err := ReadForms(root, 200)
	if err != nil {
		t.Fatal(err)
	}
	if len(forms) != 2 || forms[0].Family != "a" || forms[1].Family != "b" || forms[1].Edition != "2021" {
		t.Fatalf("read %+v", forms)
	}
	f := forms[1]
	if max(f.Picture.W, f.Picture.H) != 200 {
		t.Errorf("picture of %d x %d", f.Picture.W, f.Picture.H)
	}
	if b := f.Fields[0].Box; b[0] < 9 || b[0] > 11 || b[3] < 29 || b[3] > 31 || f.Fields[0].Max != 9 {
		t.Errorf("field %+v: want its box halved", f.Fields[0])
	}
}

func TestReadFormsRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"off the page": `{"fields":[{"kind":"text","box":[20,40,5000,60]}]}`,
		"inside out":   `{"fields":[{"kind":"text","box":[200,40,20,60]}]}`,
		"too long":     `{"fields":[{"kind":"text","box":[20,40,200,60],"max":100000}]}`,
		"no JSON":      `fields`,
	} {
		root := t.TempDir()
		writeForm(t, root, "a/1", text)
		if _, err := ReadForms(root, 200); err == nil || !strings.Contains(err.Error(), "1.json") {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
	if _, err := ReadForms(t.TempDir(), 200); err == nil {
		t.Error("no error for an empty folder")
	}
}
