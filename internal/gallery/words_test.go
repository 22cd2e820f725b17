package gallery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/label"
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

// oldGallery makes a gallery as an earlier version of the file was, of two
// references: one with the label "a", and one with a label that can no longer
// be given.
func oldGallery(t *testing.T, version int) (path string) {
	t.Helper()
	ctx := context.Background()
	folder := t.TempDir()
	present := filepath.Join(folder, "present.gallery")
	g := openGallery(t, present)
	add(t, g, entry("a", 1), entry("b", 2))
	path = filepath.Join(folder, "old.gallery")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // ATTACH is the connection's
	must := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(ctx, statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	for step := 1; step <= version; step++ {
		text, err := schemas.ReadFile(fmt.Sprintf("schema/%04d.sql", step))
		if err != nil {
			t.Fatal(err)
		}
		must(string(text))
	}
	must(`PRAGMA journal_mode = wal`)
	must(`ATTACH ? AS present`, present)
	must(`INSERT INTO gallery SELECT one, id, created, model, dim, seq FROM present.gallery`)
	must(`INSERT INTO reference SELECT id, label, hash, source, note, registered, width, height, seq FROM present.reference`)
	must(`INSERT INTO picture SELECT * FROM present.picture`)
	must(`INSERT INTO embedding SELECT * FROM present.embedding`)
	if version >= wordsVersion {
		must(`INSERT INTO words SELECT * FROM present.words`)
	}
	must(`UPDATE reference SET label = 'CON/a.' WHERE label = 'b'`)
	must(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, version))
	return path
}

func TestOldGalleryIsBroughtUpToDate(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) { bringUpToDate(t, version) })
	}
}

func bringUpToDate(t *testing.T, version int) {
	ctx := context.Background()
	g := openGallery(t, oldGallery(t, version))
	if v := follow(t, g); v.Index().Len() != 2 || len(v.Damaged()) != 0 {
		t.Errorf("%d references, damaged %v", v.Index().Len(), v.Damaged())
	}
	if stored := wordsOf(t, g); len(stored) != 2*(version-1) {
		t.Errorf("words %q", stored)
	}
	mustBeSound(t, g)
	add(t, g, entry("c", 3))
	if err := g.Reembed(ctx, testModel, testDim, testVocabulary, (&nextModel{dim: testDim}).embed, nil); err != nil {
		t.Fatal(err)
	}
	if stored := wordsOf(t, g); len(stored) != 3 {
		t.Errorf("words after reembedding: %q", stored)
	}
	if n, err := g.RenameLabel(ctx, "CON", "console"); n != 0 || !errors.Is(err, label.ErrLabel) { // console/a. is none either
		t.Errorf("renamed %d, %v", n, err)
	}
	if n, err := g.RenameLabel(ctx, "CON/a.", "console"); n != 1 || err != nil {
		t.Errorf("renamed %d, %v", n, err)
	}
	mustBeSound(t, g)
}

// A label that can no longer be given is still listed, and can be removed.
func TestOldLabelsAreRemoved(t *testing.T) {
	g := openGallery(t, oldGallery(t, 2))
	if got := labelsOf(mustList(t, g, Filter{Under: "CON"})); !slices.Equal(got, []Label{"CON/a."}) {
		t.Errorf("listed %q", got)
	}
	if n, err := g.RemoveLabel(context.Background(), "CON/a."); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
}

// One that cannot be written is read as it is.
func TestOldGalleryReadOnly(t *testing.T) {
	ctx := context.Background()
	g, err := Open(oldGallery(t, 1), Options{ReadOnly: true})
	if err != nil {
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
