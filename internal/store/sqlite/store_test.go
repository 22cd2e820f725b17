package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
	"exemplar/internal/vectorindex"
)

// TestMain runs the roles that other processes play in tests (see process_test.go).
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Instance {
		path := filepath.Join(t.TempDir(), "test.gallery")
		return storetest.Instance{
			Open: func(opts store.Options) (store.Store, error) {
				g, err := Open(path, opts)
				if err != nil {
					return nil, err
				}
				return g, nil
			},
			Spoil: func(id string, part store.Part) error { return spoil(path, id, part) },
		}
	})
}

// spoil changes the bytes of a part of a reference in the file.
func spoil(path, id string, part store.Part) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.Exec(map[store.Part]string{
		store.PartReference: `UPDATE reference SET note = note || 'x' WHERE id = ?`,
		store.PartPicture:   `UPDATE picture SET jpeg = CAST(jpeg || x'00' AS BLOB) WHERE reference = ?`,
		store.PartEmbedding: `UPDATE embedding SET vectors = zeroblob(length(vectors)) WHERE reference = ?`,
		store.PartFeatures:  `UPDATE embedding SET features = x'00' WHERE reference = ?`,
		store.PartWords:     `UPDATE words SET data = x'00' WHERE reference = ?`,
	}[part], id)
	return errors.Join(err, db.Close())
}

// newGallery makes an empty gallery that is closed with the test.
func newGallery(t testing.TB) *Store {
	t.Helper()
	return openGallery(t, filepath.Join(t.TempDir(), "test.gallery"))
}

func openGallery(t testing.TB, path string) *Store {
	t.Helper()
	g, err := Open(path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
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

// Damage behind the gallery's back that Check must find.
func TestCheckFinds(t *testing.T) {
	const own = `UPDATE reference SET crc = row_crc(id, label, hash, source, note, registered, width, height, contents)`
	cases := []struct{ name, damage, want string }{
		{"no picture", `DELETE FROM picture`, "picture: missing"},
		{"picture changed", `UPDATE picture SET jpeg = CAST(jpeg || x'00' AS BLOB)`, "picture: not what was written"},
		{"picture is none", `UPDATE picture SET jpeg = x'00'; UPDATE checksum SET crc = row_crc(reference, '', x'00') WHERE part = 'picture'`, "no JPEG"},
		{"no embedding", `DELETE FROM embedding`, "embedding: missing"},
		{"embedding changed", `UPDATE embedding SET vectors = zeroblob(512)`, "embedding: not what was written"},
		{"short embedding", `UPDATE embedding SET vectors = x'00'; UPDATE checksum SET crc = row_crc(reference, model, x'00') WHERE part = 'embedding'`, "1 bytes"},
		{"zero embedding", `UPDATE embedding SET vectors = zeroblob(512);
			UPDATE checksum SET crc = row_crc(reference, model, zeroblob(512)) WHERE part = 'embedding'`, "has length 0"},
		{"features changed", `UPDATE embedding SET features = x'01'`, "features: not what was written"},
		{"no features", `UPDATE embedding SET features = NULL`, "features: missing"},
		{"words changed", `UPDATE words SET data = x'01'`, "words: not what was written"},
		{"words of another vocabulary", `UPDATE words SET vocabulary = 'v'`, "words: not what was written"},
		{"no words", `DELETE FROM words`, "words: missing"},
		{"no checksum", `DELETE FROM checksum`, "picture: without its checksum"},
		{"label changed", `UPDATE reference SET label = 'b'`, "reference: not what was written"},
		{"bad label", `UPDATE reference SET label = 'a//b';` + own, `"a//b" is no label`},
		{"from the future", `UPDATE reference SET seq = 99`, "after the last change"},
		{"own row", `UPDATE gallery SET model = 'other'`, "own row"},
		{"removal changed", `INSERT INTO removal VALUES ('x', 0, 0)`, "removal of x"},
		{"orphan", `PRAGMA foreign_keys = 0; INSERT INTO picture VALUES ('nobody', x'ffd8ff')`, "belongs to no reference"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			storetest.Put(t, g, storetest.Entry("a", 1))
			storetest.MustBeSound(t, g)
			if _, err := g.db.Exec(c.damage); err != nil {
				t.Fatal(err)
			}
			problems, err := g.Check(context.Background(), nil)
			if err != nil || !strings.Contains(strings.Join(problems, "; "), c.want) {
				t.Errorf("found %q, %v, want %q", problems, err, c.want)
			}
		})
	}
}

// A gallery put back to an earlier copy, under a process that follows it.
func TestFollowRestoredGallery(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	v := follow(t, g)
	kept := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))
	if err := v.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	// As a restore would leave it: the same gallery, at an earlier change.
	if err := g.Remove(ctx, kept[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := g.db.Exec(`DELETE FROM removal; UPDATE gallery SET seq = 0, crc = row_crc(id, created, model, dim, 0); UPDATE reference SET seq = 0`); err != nil {
		t.Fatal(err)
	}
	if err := v.Sync(ctx); err != nil || v.Index().Len() != 1 {
		t.Errorf("%d references, %v", v.Index().Len(), err)
	}
}

// If another process writes for too long, a change ends with an error that says why.
func TestBusy(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	other := openGallery(t, g.path)
	g.db.SetMaxOpenConns(1) // the waiting time is the connection's
	if _, err := g.db.Exec(`PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	err := other.write(ctx, "hold", func(*sql.Tx) error {
		_, err := g.Put(ctx, storetest.Entry("a", 1))
		return err
	})
	mustSay(t, err, store.ErrBusy, g.path)
	storetest.Put(t, g, storetest.Entry("a", 1))
}

// BenchmarkPut registers 50 references with pictures of 60 kB at once.
func BenchmarkPut(b *testing.B) {
	g := newGallery(b)
	seed := uint64(0)
	for b.Loop() {
		batch := make([]store.Entry, 50)
		for i := range batch {
			seed++
			batch[i] = storetest.Entry("a", seed)
			batch[i].Picture = append(batch[i].Picture, make([]byte, 60_000)...)
		}
		storetest.Put(b, g, batch...)
	}
	if info, err := os.Stat(g.path); err == nil {
		b.ReportMetric(float64(info.Size())/float64(seed), "bytes/reference")
	}
}
