package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/storetest"
)

// oldGallery makes a gallery in an earlier version of the file, with two references: one
// with the label "a", and one with a label that Parse refuses now.
func oldGallery(t *testing.T, version int) (path string) {
	t.Helper()
	ctx := context.Background()
	folder := t.TempDir()
	present := filepath.Join(folder, "present.gallery")
	g := openGallery(t, present)
	storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))
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
	must(`INSERT INTO gallery (one, id, created, model, dim, seq) SELECT one, id, created, model, dim, seq FROM present.gallery`)
	must(`INSERT INTO reference (id, label, hash, source, note, registered, width, height, seq) SELECT id, label, hash, source, note, registered, width, height, seq FROM present.reference`)
	must(`INSERT INTO picture SELECT * FROM present.picture`)
	must(`INSERT INTO embedding SELECT * FROM present.embedding`)
	if version >= wordsVersion {
		must(`INSERT INTO words SELECT * FROM present.words`)
	}
	must(`UPDATE reference SET label = 'CON/a.' WHERE label = 'b'`)
	if version >= checksumVersion {
		step, err := schemas.ReadFile("schema/0003.sql")
		if err != nil {
			t.Fatal(err)
		}
		must(string(step[bytes.Index(step, []byte("UPDATE gallery")):])) // it makes the checksums
	}
	must(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, version))
	return path
}

func TestOldGalleryIsBroughtUpToDate(t *testing.T) {
	for _, version := range []int{1, 2, 3} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) { bringUpToDate(t, version) })
	}
}

func bringUpToDate(t *testing.T, version int) {
	ctx := context.Background()
	g := openGallery(t, oldGallery(t, version))
	if v := follow(t, g); v.Index().Len() != 2 || len(v.Damaged()) != 0 {
		t.Errorf("%d references, damaged %v", v.Index().Len(), v.Damaged())
	}
	if stored := storetest.WordsOf(t, g); len(stored) != 2*min(1, version-1) {
		t.Errorf("words %q", stored)
	}
	storetest.MustBeSound(t, g)
	storetest.Put(t, g, storetest.Entry("c", 3))
	if err := g.Reembed(ctx, storetest.SameMaker(), nil); err != nil {
		t.Fatal(err)
	}
	if stored := storetest.WordsOf(t, g); len(stored) != 3 {
		t.Errorf("words after reembedding: %q", stored)
	}
	if n, err := g.Rename(ctx, "CON", "console"); n != 0 || !errors.Is(err, label.ErrLabel) { // console/a. is none either
		t.Errorf("renamed %d, %v", n, err)
	}
	if n, err := g.Rename(ctx, "CON/a.", "console"); n != 1 || err != nil {
		t.Errorf("renamed %d, %v", n, err)
	}
	storetest.MustBeSound(t, g)
}

// What was damaged in an old gallery still is after the update, and what was not says
// nothing of its contents.
func TestDamageOutlivesTheUpdate(t *testing.T) {
	path := oldGallery(t, checksumVersion)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE reference SET source = 'another' WHERE label = 'a'`); err != nil {
		t.Fatal(err)
	}
	for _, r := range storetest.List(t, openGallery(t, path), store.Filter{}) {
		if r.Damaged != (r.Label == "a") || r.Contents != store.ContentsAuto {
			t.Errorf("%+v", r)
		}
	}
}

// A label that Parse refuses now is still listed, and can be removed.
func TestOldLabelsAreRemoved(t *testing.T) {
	g := openGallery(t, oldGallery(t, 2))
	if got := storetest.LabelsOf(storetest.List(t, g, store.Filter{Under: "CON"})); !slices.Equal(got, []store.Label{"CON/a."}) {
		t.Errorf("listed %q", got)
	}
	if n, err := g.RemoveLabel(context.Background(), "CON/a."); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
}

// An old gallery that cannot be written is read without a change.
func TestOldGalleryReadOnly(t *testing.T) {
	ctx := context.Background()
	g, err := Open(oldGallery(t, 1), store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if v := follow(t, g); v.Index().Len() != 2 {
		t.Errorf("%d references", v.Index().Len())
	}
	if stored := storetest.WordsOf(t, g); len(stored) != 0 {
		t.Errorf("words %q", stored)
	}
	if err := archive.Export(ctx, g, filepath.Join(t.TempDir(), "old.zip")); err != nil {
		t.Errorf("export: %v", err)
	}
	if err := g.Reembed(ctx, storetest.SameMaker(), nil); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("reembed: %v", err)
	}
	storetest.MustBeSound(t, g)
	if version, err := fileVersion(ctx, g.db); err != nil || version != 1 {
		t.Errorf("version %d, %v", version, err)
	}
}
