package gallery

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

func TestEachWords(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	none := entry("a", 3)
	none.Words = Words{}
	references := add(t, g, entry("a", 1), entry("a", 2), none)
	var got []string
	err := g.EachWords(ctx, []string{references[1].ID, references[2].ID, "unknown"}, func(id string, words Words) error {
		got = append(got, id, words.Vocabulary, string(words.Data))
		return nil
	})
	if want := []string{references[1].ID, testVocabulary, "words 2"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("read %q, %v, want %q", got, err, want)
	}
	enough := errors.New("enough")
	if err := g.EachWords(ctx, []string{references[0].ID}, func(string, Words) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
	if err := g.Remove(ctx, references[1].ID); err != nil {
		t.Fatal(err)
	}
	if stored := wordsOf(t, g); len(stored) != 1 {
		t.Errorf("words after one was removed: %q", stored)
	}
	mustBeSound(t, g)
}

// oldGallery makes a gallery as the first version of the file was, of two
// references.
func oldGallery(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "old.gallery")
	g := openGallery(t, path)
	add(t, g, entry("a", 1), entry("b", 2))
	if _, err := g.db.Exec(`DROP TABLE words; PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOldGalleryIsBroughtUpToDate(t *testing.T) {
	g := openGallery(t, oldGallery(t))
	if v := follow(t, g); v.Index().Len() != 2 {
		t.Errorf("%d references", v.Index().Len())
	}
	if stored := wordsOf(t, g); len(stored) != 0 {
		t.Errorf("words %q", stored)
	}
	add(t, g, entry("c", 3))
	if err := g.Reembed(context.Background(), testModel, testDim, testVocabulary, (&nextModel{dim: testDim}).embed, nil); err != nil {
		t.Fatal(err)
	}
	if stored := wordsOf(t, g); len(stored) != 3 {
		t.Errorf("words after reembedding: %q", stored)
	}
	mustBeSound(t, g)
}

// One that cannot be written is read as it is.
func TestOldGalleryReadOnly(t *testing.T) {
	ctx := context.Background()
	path := oldGallery(t)
	g := &Gallery{path: path, readOnly: true}
	if err := g.connect("mode=ro"); err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if v := follow(t, g); v.Index().Len() != 2 {
		t.Errorf("%d references", v.Index().Len())
	}
	if stored := wordsOf(t, g); len(stored) != 0 {
		t.Errorf("words %q", stored)
	}
	if err := g.Export(ctx, filepath.Join(t.TempDir(), "old.zip")); err != nil {
		t.Errorf("export: %v", err)
	}
	if err := g.Reembed(ctx, testModel, testDim, testVocabulary, nil, nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("reembed: %v", err)
	}
	mustBeSound(t, g)
	if version, err := fileVersion(ctx, g.db); err != nil || version != 1 {
		t.Errorf("version %d, %v", version, err)
	}
}
