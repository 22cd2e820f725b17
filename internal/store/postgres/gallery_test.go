package postgres

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
	"exemplar/internal/vectorindex"
)

// Damage behind the gallery's back that Check must find.
func TestCheckFinds(t *testing.T) {
	cases := []struct{ name, damage, want string }{
		{"picture changed", `UPDATE reference SET jpeg = jpeg || '\x00'::bytea`, "picture: not what was written"},
		{"no embedding", `DELETE FROM embedding`, "embedding: missing"},
		{"embedding changed", `UPDATE embedding SET vectors = '\x00'`, "embedding: not what was written"},
		{"no features", `UPDATE embedding SET features = NULL`, "features: missing"},
		{"no checksum of words", `UPDATE embedding SET words_crc = NULL`, "words: not what was written"},
		{"words of another vocabulary", `UPDATE embedding SET vocabulary = 'v'`, "words: not what was written"},
		{"label changed", `UPDATE reference SET label = 'b'`, "reference: not what was written"},
		{"from the future", `UPDATE reference SET seq = 99`, "after the last change"},
		{"own row", `UPDATE gallery SET model = 'other'`, "own row"},
		{"removal changed", `INSERT INTO removal SELECT key, 'x', 0, 0 FROM gallery`, "removal of x"},
	}
	database := pgtest.Database(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name := collectionOf(database)
			defer execute(name, `DELETE FROM gallery`) // the damage is to all galleries of the database
			g := openGallery(t, name)
			storetest.Put(t, g, storetest.Entry("a", 1))
			storetest.MustBeSound(t, g)
			if err := execute(name, c.damage); err != nil {
				t.Fatal(err)
			}
			problems, err := g.Check(context.Background(), nil)
			if err != nil || !strings.Contains(strings.Join(problems, "; "), c.want) {
				t.Errorf("found %q, %v, want %q", problems, err, c.want)
			}
		})
	}
}

// The gallery's own row is derived from the references until Repair makes it anew. Changes
// wait for that.
func TestOwnRowIsDerived(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(pgtest.Database(t))
	g := openGallery(t, name)
	r := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
	v := follow(t, g)
	if err := execute(name, `UPDATE gallery SET model = 'other', seq = 7`); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Features(ctx, r.ID); err != nil {
		t.Errorf("features: %v", err)
	}
	if err := v.Sync(ctx); err != nil || v.Index().Len() != 2 {
		t.Errorf("a follower has %d references, %v", v.Index().Len(), err)
	}
	if _, err := g.Put(ctx, storetest.Entry("c", 3)); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a change: %v", err)
	}
	done, err := g.Repair(ctx, storetest.SameMaker(), nil)
	if err != nil || len(done.Rebuilt) != 1 {
		t.Errorf("repaired %+v, %v", done, err)
	}
	storetest.MustBeSound(t, g)
	storetest.Put(t, g, storetest.Entry("c", 3))
	if err := v.Sync(ctx); err != nil || v.Index().Len() != 3 {
		t.Errorf("a follower has %d references, %v", v.Index().Len(), err)
	}
}

// follow loads the index of a gallery.
func follow(t testing.TB, g *Store) *vectorindex.SyncedIndex {
	t.Helper()
	v, err := vectorindex.Load(context.Background(), g, storetest.Model, storetest.Dim)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A database put back to an earlier backup, under a process that follows it.
func TestFollowRestoredDatabase(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(pgtest.Database(t))
	g := openGallery(t, name)
	kept := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))
	storetest.Put(t, g, storetest.Entry("c", 3))
	v := follow(t, g)
	if err := g.Remove(ctx, kept[0].ID); err != nil {
		t.Fatal(err)
	}
	s, err := g.readState(ctx, g.pool)
	if err != nil {
		t.Fatal(err)
	}
	s.seq = 1
	for _, statement := range []string{`DELETE FROM removal`, `UPDATE reference SET seq = 1`} {
		if err := execute(name, statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := execute(name, `UPDATE gallery SET seq = 1, crc = $1`, s.checksum()); err != nil {
		t.Fatal(err)
	}
	if err := v.Sync(ctx); err != nil || v.Index().Len() != 2 {
		t.Errorf("%d references, %v", v.Index().Len(), err)
	}
}

// Collections of one database have nothing in common, not even ids.
func TestCollectionsAreApart(t *testing.T) {
	ctx := context.Background()
	database := sharedDatabase(t)
	a, b := openGallery(t, collectionOf(database)), openGallery(t, collectionOf(database))
	e := storetest.Entry("a", 1)
	e.ID = storetest.Put(t, a, e)[0].ID
	other := e
	other.Model = "model-2"
	second := storetest.Entry("b", 2)
	second.Model = "model-2"
	storetest.Put(t, b, other, second)
	if err := b.Remove(ctx, e.ID); err != nil {
		t.Fatal(err)
	}
	if got := storetest.LabelsOf(storetest.List(t, a, store.Filter{})); !slices.Equal(got, []store.Label{"a"}) {
		t.Errorf("one has %q", got)
	}
	if got := storetest.LabelsOf(storetest.List(t, b, store.Filter{})); !slices.Equal(got, []store.Label{"b"}) {
		t.Errorf("the other has %q", got)
	}
	if n, err := b.RemoveLabel(ctx, "a"); !errors.Is(err, store.ErrNoReference) {
		t.Errorf("removed %d of another gallery, %v", n, err)
	}
}

// Several processes make the tables of an empty database at once.
func TestMigrationIsDoneOnce(t *testing.T) {
	database := pgtest.Database(t)
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			g, err := Open(asNode(inCollection(database, "same"), n), store.Options{Create: true})
			if err != nil {
				t.Error(err)
				return
			}
			storetest.Put(t, g, storetest.Entry("a", uint64(n)))
			g.Close()
		})
	}
	wg.Wait()
	if n := len(storetest.List(t, openGallery(t, inCollection(database, "same")), store.Filter{})); n != 4 {
		t.Errorf("%d references", n)
	}
}

func TestTablesOfANewerProgram(t *testing.T) {
	database := pgtest.Database(t)
	openGallery(t, database)
	if err := execute(database, `INSERT INTO version (version_id, is_applied) VALUES (99, true)`); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(database, store.Options{Create: true}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("opened: %v", err)
	}
}

func TestOtherDatabases(t *testing.T) {
	database := pgtest.Database(t)
	if err := execute(database, `CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`); err != nil {
		t.Fatal(err)
	}
	a, err := parseAddress(database)
	if err != nil {
		t.Fatal(err)
	}
	name := a.config.ConnConfig.Database
	if _, err := Open(strings.Replace(database, "/"+name, "/latin", 1), store.Options{Create: true}); err == nil || !strings.Contains(err.Error(), "UTF8") {
		t.Errorf("a database of another encoding: %v", err)
	}
	if _, err := Open(strings.Replace(database, "/"+name, "/nobody", 1), store.Options{Create: true}); !errors.Is(err, store.ErrNoGallery) || !strings.Contains(err.Error(), "createdb") {
		t.Errorf("a database that is not there: %v", err)
	}
	if _, err := Open(database, store.Options{}); !errors.Is(err, store.ErrNoGallery) {
		t.Errorf("an empty database: %v", err)
	}
}

// A user who may only read reads, and one who may nothing is told so.
func TestPermissions(t *testing.T) {
	ctx := context.Background()
	database := pgtest.Database(t)
	r := storetest.Put(t, openGallery(t, database), storetest.Entry("a", 1))[0]
	for _, statement := range []string{`CREATE ROLE reader LOGIN`, `CREATE ROLE nobody LOGIN`, `GRANT USAGE ON SCHEMA exemplar_gallery TO reader`,
		`GRANT SELECT ON ALL TABLES IN SCHEMA exemplar_gallery TO reader`} {
		if err := execute(database, statement); err != nil {
			t.Fatal(err)
		}
	}
	g, err := Open(strings.Replace(database, "postgres@", "reader@", 1), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := g.Picture(ctx, r.ID); err != nil {
		t.Error(err)
	}
	if v := follow(t, g); v.Index().Len() != 1 {
		t.Errorf("%d references", v.Index().Len())
	}
	if err := g.SetNote(ctx, r.ID, "x"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("changed: %v", err)
	}
	if err := g.Compact(ctx); !errors.Is(err, store.ErrReadOnly) { // the server only warns
		t.Errorf("compacted: %v", err)
	}
	_, err = Open(strings.Replace(database, "postgres@", "nobody@", 1), store.Options{Create: true})
	if err == nil || !strings.Contains(err.Error(), "permission denied") || errors.Is(err, store.ErrReadOnly) {
		t.Errorf("opened: %v", err)
	}
}

// After Compact no file of the tables holds what was removed.
func testCompactWipes(t *testing.T, server *pgtest.Server) {
	ctx := context.Background()
	name := inCollection(server.Database(t), "c")
	g := openGallery(t, name)
	secret := []byte("the bytes of a picture that must go")
	e := storetest.Entry("a", 1)
	e.Picture = append(e.Picture, bytes.Repeat(secret, 200)...) // out of line, as pictures are
	e.Note = string(secret)
	r := storetest.Put(t, g, e, storetest.Entry("b", 2))[0]
	holders := func() (files []string) {
		if err := execute(name, `CHECKPOINT`); err != nil {
			t.Fatal(err)
		}
		err := filepath.WalkDir(filepath.Join(server.Folder(), "base"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if bytes.Contains(data, secret) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if len(holders()) == 0 {
		t.Fatal("no file holds the picture before it is removed: the test looks for the wrong thing")
	}
	if err := g.Remove(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	if err := g.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if files := holders(); len(files) > 0 {
		t.Errorf("still in %q", files)
	}
	storetest.MustBeSound(t, g)
}

// In tables that were just filled, and that the server has not counted yet, no query
// compares all rows of one with all of another.
func TestPlansForTablesThatWereJustFilled(t *testing.T) {
	ctx := context.Background()
	g := openGallery(t, pgtest.Database(t))
	storetest.Fill(t, g, 300)
	var ids []string
	for _, r := range storetest.List(t, g, store.Filter{}) {
		ids = append(ids, r.ID)
	}
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"changes": {changesQuery(`r.seq > $3`), []any{g.key, storetest.Model, -1}},
		"inspect": {inspectQuery, []any{g.key, ids, storetest.Model}},
		"pending": {countPending, []any{g.key, storetest.Model, storetest.Vocabulary}},
	} {
		plan, err := texts(ctx, g.pool, `EXPLAIN `+q.sql, q.args...)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Join Filter") || strings.Contains(text, "Materialize") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
