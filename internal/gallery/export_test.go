package gallery

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// exported makes a gallery and its export.
func exported(t testing.TB) (g *Gallery, path string) {
	t.Helper()
	g = newGallery(t)
	plain := entry("id/front", 2)
	plain.Features, plain.Words, plain.Note = nil, Words{}, "no features"
	add(t, g, entry("passport", 1), plain, entry("身分證/正面", 3))
	path = filepath.Join(t.TempDir(), "export.zip")
	if err := g.Export(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	return g, path
}

func TestExportAndImport(t *testing.T) {
	ctx := context.Background()
	from, path := exported(t)
	to := newGallery(t)
	done, err := to.Import(ctx, path, nil)
	if err != nil || done != (Imported{Added: 3}) {
		t.Fatalf("imported %+v, %v", done, err)
	}
	mustBeSound(t, to)
	want, got := mustList(t, from, Filter{}), mustList(t, to, Filter{})
	if !slices.Equal(want, got) {
		t.Errorf("imported %+v\nwant %+v", got, want)
	}
	for _, r := range want {
		for _, read := range []func(*Gallery) ([]byte, error){
			func(g *Gallery) ([]byte, error) { return g.Picture(ctx, r.ID) },
			func(g *Gallery) ([]byte, error) { return g.Features(ctx, r.ID) },
		} {
			a, errA := read(from)
			b, errB := read(to)
			if errA != nil || errB != nil || !bytes.Equal(a, b) || (a == nil) != (b == nil) {
				t.Errorf("%s: %q, %v became %q, %v", r.ID, a, errA, b, errB)
			}
		}
	}
	stored, came := wordsOf(t, from), wordsOf(t, to)
	if len(stored) != 2 || !reflect.DeepEqual(stored, came) {
		t.Errorf("words %q became %q", stored, came)
	}
	probe := entry("", 3).Vectors[:testDim]
	if found := follow(t, to).Index().Search(probe, 1)[0]; found.Label != "身分證/正面" || found.Score < 0.999 {
		t.Errorf("found %+v", found)
	}
}

// Importing twice changes nothing; what the gallery has under an id it keeps.
func TestImportIntoAGalleryWithReferences(t *testing.T) {
	ctx := context.Background()
	g, path := exported(t)
	if _, err := g.RenameLabel(ctx, "passport", "passport/old"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.RemoveLabel(ctx, "id"); err != nil {
		t.Fatal(err)
	}
	v := follow(t, g)
	done, err := g.Import(ctx, path, nil)
	if err != nil || done != (Imported{Added: 1, Skipped: 2}) {
		t.Fatalf("imported %+v, %v", done, err)
	}
	want := []Label{"id/front", "passport/old", "身分證/正面"}
	if got := labelsOf(mustList(t, g, Filter{})); !slices.Equal(got, want) {
		t.Errorf("labels %q", got)
	}
	if err := v.Refresh(ctx); err != nil || v.Index().Len() != 3 { // removed and there again
		t.Errorf("a view has %d references, %v", v.Index().Len(), err)
	}
	other := newGallery(t)
	e := entry("a", 9)
	e.Model = "model-2"
	add(t, other, e)
	_, err = other.Import(ctx, path, nil)
	mustSay(t, err, ErrWrongModel, other.path)
}

func TestExportOfAnEmptyGallery(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.zip")
	if err := newGallery(t).Export(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	if done, err := newGallery(t).Import(context.Background(), path, nil); err != nil || done.Added != 0 {
		t.Errorf("imported %+v, %v", done, err)
	}
}

func TestExportLeavesNothingBehind(t *testing.T) {
	g, path := exported(t)
	if err := g.Export(context.Background(), filepath.Join(filepath.Dir(path), "no", "such", "folder.zip")); err == nil {
		t.Error("exported into a folder that is not there")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before, _ := os.ReadFile(path)
	if err := g.Export(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("a cancelled export changed the file")
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// rewrite copies an export and lets change alter or drop (nil) its files.
func rewrite(t testing.TB, path string, change func(name string, data []byte) []byte) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var buffer bytes.Buffer
	out := zip.NewWriter(&buffer)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if data = change(f.Name, data); data == nil {
			continue
		}
		if _, err := writeMember(out, f.Name, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "changed.zip")
	if err := os.WriteFile(changed, buffer.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestImportRefuses(t *testing.T) {
	_, path := exported(t)
	flip := func(suffix string) func(string, []byte) []byte {
		return func(name string, data []byte) []byte {
			if strings.HasSuffix(name, suffix) {
				data[len(data)-1] ^= 1
			}
			return data
		}
	}
	drop := func(suffix string) func(string, []byte) []byte {
		return func(name string, data []byte) []byte {
			if strings.HasSuffix(name, suffix) {
				return nil
			}
			return data
		}
	}
	edit := func(change func(m *manifest)) func(string, []byte) []byte {
		return func(name string, data []byte) []byte {
			if name != manifestName {
				return data
			}
			var m manifest
			if err := json.Unmarshal(data, &m); err != nil {
				t.Fatal(err)
			}
			change(&m)
			out, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
	}
	cases := []struct {
		name   string
		change func(name string, data []byte) []byte
		want   error
	}{
		{"picture changed", flip(".jpg"), ErrExport},
		{"features changed", flip(".bin"), ErrExport},
		{"embeddings changed", flip(".npy"), ErrExport},
		{"picture missing", drop(".jpg"), ErrExport},
		{"embeddings missing", drop(".npy"), ErrExport},
		{"manifest missing", drop(".json"), ErrExport},
		{"manifest broken", flip(".json"), ErrExport},
		{"other format", edit(func(m *manifest) { m.Format = "zip" }), ErrExport},
		{"newer version", edit(func(m *manifest) { m.Version = 2 }), ErrNewer},
		{"no sum of a picture", edit(func(m *manifest) { m.References[1].PictureSHA256 = "" }), ErrExport},
		{"no sum of the embeddings", edit(func(m *manifest) { m.EmbeddingsSHA256 = "" }), ErrExport},
		{"other dimension", edit(func(m *manifest) { m.Dim = 16 }), ErrExport},
		{"huge dimension", edit(func(m *manifest) { m.Dim = 1 << 40 }), ErrExport},
		{"a reference less", edit(func(m *manifest) { m.References = m.References[1:] }), ErrExport},
		{"no model", edit(func(m *manifest) { m.Model = "" }), ErrExport},
		{"label", edit(func(m *manifest) { m.References[2].Label = "../../etc" }), ErrExport},
		{"id", edit(func(m *manifest) { m.References[2].ID = "../x" }), ErrExport},
		{"hash", edit(func(m *manifest) { m.References[2].SHA256 = "abc" }), ErrExport},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			changed := rewrite(t, path, c.change)
			if _, err := g.Import(context.Background(), changed, nil); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if n := len(mustList(t, g, Filter{})); n != 0 {
				t.Errorf("%d references came in", n)
			}
			if s, err := g.Stats(context.Background()); err != nil || s.Model != "" {
				t.Errorf("the gallery took the model %q, %v", s.Model, err)
			}
		})
	}
	t.Run("no archive", func(t *testing.T) {
		text := filepath.Join(t.TempDir(), "export.zip")
		if err := os.WriteFile(text, []byte("to whom it may concern"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := newGallery(t).Import(context.Background(), text, nil); !errors.Is(err, ErrExport) {
			t.Errorf("got %v", err)
		}
	})
}

// Whatever the bytes, reading an export gives an export or ErrExport.
func FuzzReadExport(f *testing.F) {
	_, path := exported(f)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := readExport(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			err = in.each(func(e *Entry) error { return e.fault() })
		}
		if err != nil && !errors.Is(err, ErrExport) && !errors.Is(err, ErrNewer) {
			t.Errorf("got %v", err)
		}
	})
}
