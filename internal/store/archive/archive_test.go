package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/store/storetest"
)

// newGallery makes an empty gallery, which is closed with the test. Any store would do.
func newGallery(t testing.TB) store.Store {
	t.Helper()
	s, _ := newGalleryAt(t)
	return s
}

func newGalleryAt(t testing.TB) (s store.Store, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "test.gallery")
	s, err := open.Store(path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, path
}

// exported makes a gallery and its export.
func exported(t testing.TB) (g store.Store, path string) {
	t.Helper()
	g = newGallery(t)
	plain := storetest.Entry("id/front", 2)
	plain.Features, plain.Words, plain.Note, plain.Contents = nil, store.Words{}, "no features", store.ContentsFixed
	storetest.Put(t, g, storetest.Entry("passport", 1), plain, storetest.Entry("身分證/正面", 3))
	path = filepath.Join(t.TempDir(), "export.zip")
	if err := Export(context.Background(), g, path); err != nil {
		t.Fatal(err)
	}
	return g, path
}

func TestExportAndImport(t *testing.T) {
	ctx := context.Background()
	from, path := exported(t)
	to := newGallery(t)
	done, err := Import(ctx, to, path, nil)
	if err != nil || done.Merged != (store.Merged{Added: 3}) {
		t.Fatalf("imported %+v, %v", done, err)
	}
	storetest.MustBeSound(t, to)
	want, got := storetest.List(t, from, store.Filter{}), storetest.List(t, to, store.Filter{})
	if !slices.Equal(want, got) {
		t.Errorf("imported %+v\nwant %+v", got, want)
	}
	for _, r := range want {
		for _, read := range []func(store.Store) ([]byte, error){
			func(g store.Store) ([]byte, error) { return g.Picture(ctx, r.ID) },
			func(g store.Store) ([]byte, error) { return g.Features(ctx, r.ID) },
		} {
			a, errA := read(from)
			b, errB := read(to)
			if errA != nil || errB != nil || !bytes.Equal(a, b) || (a == nil) != (b == nil) {
				t.Errorf("%s: %q, %v became %q, %v", r.ID, a, errA, b, errB)
			}
		}
	}
	stored, came := storetest.WordsOf(t, from), storetest.WordsOf(t, to)
	if len(stored) != 2 || !reflect.DeepEqual(stored, came) {
		t.Errorf("words %q became %q", stored, came)
	}
	if a, b := vectorsOf(t, from), vectorsOf(t, to); len(a) != 3 || !reflect.DeepEqual(a, b) {
		t.Errorf("embeddings %v became %v", a, b)
	}
}

// vectorsOf reads all embeddings.
func vectorsOf(t testing.TB, s store.Store) map[string][]float32 {
	t.Helper()
	all := map[string][]float32{}
	_, err := s.ChangesSince(context.Background(), store.Position{}, storetest.Model, storetest.Dim, func(c store.Change) {
		if c.Vectors != nil {
			all[c.ID] = slices.Clone(c.Vectors)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A second import changes nothing, and a gallery keeps its own reference of an id.
func TestImportIntoAGalleryWithReferences(t *testing.T) {
	ctx := context.Background()
	g, path := exported(t)
	if _, err := g.Rename(ctx, "passport", "passport/old"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.RemoveLabel(ctx, "id"); err != nil {
		t.Fatal(err)
	}
	done, err := Import(ctx, g, path, nil)
	if err != nil || done.Merged != (store.Merged{Added: 1, Skipped: 2}) {
		t.Fatalf("imported %+v, %v", done, err)
	}
	want := []store.Label{"id/front", "passport/old", "身分證/正面"}
	if got := storetest.LabelsOf(storetest.List(t, g, store.Filter{})); !slices.Equal(got, want) {
		t.Errorf("labels %q", got)
	}
	other := newGallery(t)
	e := storetest.Entry("a", 9)
	e.Model = "model-2"
	storetest.Put(t, other, e)
	_, err = Import(ctx, other, path, nil)
	if !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("another model: %v", err)
	}
}

func TestExportOfAnEmptyGallery(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.zip")
	if err := Export(context.Background(), newGallery(t), path); err != nil {
		t.Fatal(err)
	}
	if done, err := Import(context.Background(), newGallery(t), path, nil); err != nil || done.Added != 0 {
		t.Errorf("imported %+v, %v", done, err)
	}
}

func TestExportLeavesNothingBehind(t *testing.T) {
	g, path := exported(t)
	err := Export(context.Background(), g, filepath.Join(filepath.Dir(path), "no", "such", "folder.zip"))
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrNoGallery) || !strings.Contains(err.Error(), "folder.zip") {
		t.Errorf("export into a folder that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before, _ := os.ReadFile(path)
	if err := Export(ctx, g, path); !errors.Is(err, context.Canceled) {
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

// flip changes the last bit of the files whose names end so.
func flip(suffix string) func(string, []byte) []byte {
	return func(name string, data []byte) []byte {
		if strings.HasSuffix(name, suffix) {
			data[len(data)-1] ^= 1
		}
		return data
	}
}

// drop leaves out the files whose names end so.
func drop(suffix string) func(string, []byte) []byte {
	return func(name string, data []byte) []byte {
		if strings.HasSuffix(name, suffix) {
			return nil
		}
		return data
	}
}

// edit changes the manifest.
func edit(change func(m *manifest)) func(string, []byte) []byte {
	return func(name string, data []byte) []byte {
		if name != manifestName {
			return data
		}
		var m manifest
		if err := json.Unmarshal(data, &m); err != nil {
			panic(err)
		}
		change(&m)
		out, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		return out
	}
}

// mend makes parts anew as the entries of tests have them. It refuses a picture that is
// not one of theirs.
func mend(e *store.Entry) (mended []*store.Damage, err error) {
	if !bytes.Contains(e.Picture, []byte("picture")) {
		return nil, errors.New("no picture")
	}
	if e.Vectors == nil {
		e.Vectors = storetest.Entry("", 1).Vectors
	}
	if e.Features == nil {
		e.Features = []byte("made")
	}
	if bytes.Contains(e.Words.Data, []byte("nonsense")) {
		mended, e.Words.Data = append(mended, &store.Damage{ID: e.ID, Part: store.PartWords, Why: "nonsense"}), nil
	}
	if e.Words.Data == nil {
		e.Words = store.Words{Vocabulary: storetest.Vocabulary, Data: []byte("made")}
	}
	return mended, nil
}

// Of an export with a single fault everything else is imported. What can be made anew is
// made anew, and the error names the rest.
func TestImportOfADamagedExport(t *testing.T) {
	_, path := exported(t)
	var ids []string
	edit(func(m *manifest) {
		for _, r := range m.References {
			ids = append(ids, r.ID)
		}
	})(manifestName, memberOf(t, path, manifestName))
	one, other := ids[1], ids[2]
	words := func(data string) func(string, []byte) []byte {
		return func(name string, old []byte) []byte {
			switch name {
			case "words/" + other + ".bin":
				return []byte(data)
			case manifestName:
				return edit(func(m *manifest) { m.References[2].WordsSHA256 = sha256Hex([]byte(data)) })(name, old)
			}
			return old
		}
	}
	cases := []struct {
		name          string
		change        func(name string, data []byte) []byte
		added, mended int
		named         string // of the references, or what
	}{
		{"a picture changed", flip(one + ".jpg"), 2, 0, one},
		{"a picture missing", drop(one + ".jpg"), 2, 0, one},
		{"features changed", flip("features/" + other + ".bin"), 3, 1, other},
		{"features missing", drop("features/" + other + ".bin"), 3, 1, other},
		{"words changed", flip("words/" + other + ".bin"), 3, 1, other},
		{"all words and features missing", drop(".bin"), 3, 4, other},
		{"words that are none", words("nonsense"), 3, 1, other},
		{"embeddings changed", flip(".npy"), 3, 3, one},
		{"embeddings missing", drop(".npy"), 3, 3, one},
		{"no sum of a picture", edit(func(m *manifest) { m.References[1].PictureSHA256 = "" }), 2, 0, one},
		{"no sum of the embeddings", edit(func(m *manifest) { m.EmbeddingsSHA256 = "" }), 3, 3, one},
		{"other dimension", edit(func(m *manifest) { m.Dim = 16 }), 3, 3, one},
		{"a reference less", edit(func(m *manifest) { m.References = m.References[1:] }), 2, 2, one},
		{"label", edit(func(m *manifest) { m.References[2].Label = "../../etc" }), 2, 0, "../../etc"},
		{"id", edit(func(m *manifest) { m.References[2].ID = "../x" }), 2, 0, "../x"},
		{"hash", edit(func(m *manifest) { m.References[2].SHA256 = "abc" }), 2, 0, other},
		{"an id twice", edit(func(m *manifest) { m.References[2].ID = one }), 2, 0, "twice, under passport and 身分證/正面"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			done, err := Import(context.Background(), g, rewrite(t, path, c.change), mend)
			if !errors.Is(err, ErrPartly) || !strings.Contains(err.Error(), c.named) || done.Added != c.added || len(done.Mended) != c.mended {
				t.Errorf("added %d, mended %d, %v", done.Added, len(done.Mended), err)
			}
			if n := len(storetest.List(t, g, store.Filter{})); n != c.added {
				t.Errorf("%d references came in", n)
			}
			storetest.MustBeSound(t, g)
		})
	}
}

// memberOf reads a file of an export.
func memberOf(t *testing.T, path, name string) (data []byte) {
	t.Helper()
	rewrite(t, path, func(n string, d []byte) []byte {
		if n == name {
			data = bytes.Clone(d)
		}
		return d
	})
	return data
}

func TestImportRefuses(t *testing.T) {
	_, path := exported(t)
	cases := []struct {
		name   string
		change func(name string, data []byte) []byte
		want   error
	}{
		{"all pictures changed", flip(".jpg"), ErrExport},
		{"all pictures missing", drop(".jpg"), ErrExport},
		{"manifest missing", drop(".json"), ErrExport},
		{"manifest broken", flip(".json"), ErrExport},
		{"other format", edit(func(m *manifest) { m.Format = "zip" }), ErrExport},
		{"newer version", edit(func(m *manifest) { m.Version = 2 }), store.ErrNewer},
		{"huge dimension", edit(func(m *manifest) { m.Dim = 1 << 40 }), ErrExport},
		{"no model", edit(func(m *manifest) { m.Model = "" }), ErrExport},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			changed := rewrite(t, path, c.change)
			if _, err := Import(context.Background(), g, changed, mend); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if n := len(storetest.List(t, g, store.Filter{})); n != 0 {
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
		if _, err := Import(context.Background(), newGallery(t), text, nil); !errors.Is(err, ErrExport) {
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
			err = in.checkVectors()
		}
		if err == nil {
			err = in.each(func(c candidate) error { return c.complete(nil).err })
		}
		if err != nil && !errors.Is(err, ErrExport) && !errors.Is(err, store.ErrNewer) {
			t.Errorf("got %v", err)
		}
	})
}
