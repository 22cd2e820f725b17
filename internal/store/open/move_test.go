package open

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/storetest"
)

// A gallery goes from a file to a database and back, with all that belongs to it.
func TestGalleriesMoveBetweenStores(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	there := func(name string) store.Store {
		s, err := Store(name, store.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	file, database, back := there(filepath.Join(folder, "a.gallery")), there(pgtest.Database(t)), there(filepath.Join(folder, "b.gallery"))
	e := storetest.Entry("a/b", 1)
	e.Note, e.Contents = "a note\x00 with a NUL", store.ContentsFixed
	storetest.Put(t, file, e, storetest.Entry("c", 2), storetest.Entry("c", 3))
	for i, step := range []struct{ from, to store.Store }{{file, database}, {database, back}} {
		path := filepath.Join(folder, []string{"1.zip", "2.zip"}[i])
		if err := archive.Export(ctx, step.from, path); err != nil {
			t.Fatal(err)
		}
		if done, err := archive.Import(ctx, step.to, path, nil); err != nil || done.Added != 3 {
			t.Fatalf("imported %+v, %v", done, err)
		}
		if done, err := archive.Import(ctx, step.to, path, nil); err != nil || done.Added != 0 || done.Skipped != 3 {
			t.Errorf("imported again %+v, %v", done, err)
		}
		if got, want := storetest.List(t, step.to, store.Filter{}), storetest.List(t, file, store.Filter{}); !slices.Equal(got, want) {
			t.Errorf("moved %+v\nwant %+v", got, want)
		}
		storetest.MustBeSound(t, step.to)
	}
	for _, r := range storetest.List(t, file, store.Filter{}) {
		for _, s := range []store.Store{database, back} {
			want, err := file.Picture(ctx, r.ID)
			got, other := s.Picture(ctx, r.ID)
			if err != nil || other != nil || !slices.Equal(got, want) {
				t.Errorf("picture of %s: %v, %v", r.ID, err, other)
			}
		}
	}
}

func TestNames(t *testing.T) {
	if IsFile("postgres://u:secret@h/db") || !IsFile("postgres.gallery") {
		t.Error("a file is taken for a database, or the other way round")
	}
	if got := Shown("postgres://u:secret@h/db"); got != "postgres://u@h/db?collection=default" {
		t.Errorf("shown as %s", got)
	}
	if got := Shown("a.gallery"); got != "a.gallery" {
		t.Errorf("shown as %s", got)
	}
}
