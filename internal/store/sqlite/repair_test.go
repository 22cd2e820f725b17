package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// Repair makes anew what the sound parts allow, and names the rest.
func TestRepair(t *testing.T) {
	ctx := context.Background()
	cases := []struct {
		name, damage string
		made, left   []store.Part
	}{
		{"nothing", `SELECT 1`, nil, nil},
		{"features", `UPDATE embedding SET features = x'00' WHERE reference = ?1`, []store.Part{store.PartFeatures}, nil},
		{"no features", `UPDATE embedding SET features = NULL WHERE reference = ?1`, []store.Part{store.PartFeatures}, nil},
		{"words", `UPDATE words SET data = x'00' WHERE reference = ?1`, []store.Part{store.PartWords}, nil},
		{"embedding", `UPDATE embedding SET vectors = x'00' WHERE reference = ?1`, []store.Part{store.PartEmbedding}, nil},
		{"row of the embedding", `DELETE FROM embedding WHERE reference = ?1`, []store.Part{store.PartEmbedding, store.PartFeatures, store.PartWords}, nil},
		{"checksum of the words", `DELETE FROM checksum WHERE reference = ?1 AND part = 'words'`, []store.Part{store.PartWords}, nil},
		{"embedding of a next model", `INSERT INTO embedding VALUES (?1, 'model-2', x'00', NULL)`, []store.Part{store.PartEmbedding}, nil},
		{"picture", `UPDATE picture SET jpeg = x'00' WHERE reference = ?1`, nil, []store.Part{store.PartPicture}},
		{"label", `UPDATE reference SET label = 'x' WHERE id = ?1`, nil, []store.Part{store.PartReference}},
		{"picture and features", `UPDATE picture SET jpeg = x'00' WHERE reference = ?1; UPDATE embedding SET features = x'00' WHERE reference = ?1`,
			nil, []store.Part{store.PartPicture, store.PartFeatures}},
		{"own row", `UPDATE gallery SET model = 'other', dim = 3, seq = 0`, nil, nil},
		{"removal", `INSERT INTO removal VALUES ('x', 0, 0)`, nil, nil},
		{"change number", `UPDATE reference SET seq = 99 WHERE id = ?1`, nil, nil},
		{"orphans", `PRAGMA foreign_keys = 0; INSERT INTO picture VALUES ('nobody', x'ffd8ff'); INSERT INTO words VALUES ('nobody', 'm', 'v', x'00')`, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			hit := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
			view := follow(t, g)
			g.db.SetMaxOpenConns(1)
			if _, err := g.db.Exec(c.damage, hit.ID); err != nil {
				if _, err = g.db.Exec(c.damage); err != nil { // it takes no id
					t.Fatal(err)
				}
			}
			g.db.SetMaxOpenConns(0)
			done, err := g.Repair(ctx, storetest.SameMaker(), nil)
			if err != nil || !slices.Equal(partsOf(done.Made), c.made) || !slices.Equal(partsOf(done.Left), c.left) || len(done.Pages) > 0 {
				t.Errorf("repaired %v, left %v, %q, %v", partsOf(done.Made), partsOf(done.Left), done.Pages, err)
			}
			problems, err := g.Check(ctx, nil)
			if err != nil || len(problems) != len(c.left) {
				t.Errorf("check after the repair: %q, %v", problems, err)
			}
			if err := view.Sync(ctx); err != nil {
				t.Error(err)
			}
			if len(c.left) == 0 && view.Index().Len() != 2 {
				t.Errorf("a view has %d references", view.Index().Len())
			}
			if !slices.Contains(c.made, store.PartEmbedding) || c.name == "embedding of a next model" {
				if want := storetest.Entry("a", 1).Vectors[:storetest.Dim]; len(c.left) == 0 && !slices.Equal(view.Index().Upright(hit.ID), want) {
					t.Error("a sound embedding was made anew")
				}
			}
			for _, d := range done.Left {
				if err := g.Remove(ctx, d.ID); err != nil && !errors.Is(err, store.ErrNoReference) {
					t.Error(err)
				}
			}
			storetest.MustBeSound(t, g)
		})
	}
}

func partsOf(damaged []*store.Damage) (parts []store.Part) {
	for _, d := range damaged {
		parts = append(parts, d.Part)
	}
	return parts
}

// wholeFile makes a gallery of references with pictures of so many bytes, under three labels, and
// returns its file.
func wholeFile(t *testing.T, path string, references, bytesEach int) []byte {
	t.Helper()
	g := openGallery(t, path)
	for i := range references {
		e := storetest.Entry(store.Label(fmt.Sprint("label/", i%3)), uint64(i))
		e.Picture = append(e.Picture, bytes.Repeat([]byte{byte(i)}, bytesEach)...)
		storetest.Put(t, g, e)
	}
	g.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// Whatever pages are damaged, a repair ends. Afterwards the gallery is sound, or the
// problems are named. An export has everything that is sound.
func TestRepairDamagedPages(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "damaged.gallery")
	whole := wholeFile(t, path, 20, 9000)
	rounds := 80
	if testing.Short() {
		rounds = 10
	}
	rng := rand.New(rand.NewPCG(3, 3))
	sound, named := 0, 0
	for range rounds {
		data := bytes.Clone(whole)
		data[4096+rng.IntN(len(data)-4096)] ^= 1 << rng.IntN(8)
		os.Remove(path + "-wal")
		os.Remove(path + "-shm")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := Open(path, store.Options{})
		if err != nil {
			named++
			continue
		}
		done, err := g.Repair(ctx, storetest.SameMaker(), nil)
		problems, checkErr := g.Check(ctx, nil)
		switch {
		case err != nil || checkErr != nil: // ErrCorrupt: an export may still help
			if !errors.Is(err, store.ErrCorrupt) && !errors.Is(checkErr, store.ErrCorrupt) {
				t.Errorf("repair: %v, check: %v", err, checkErr)
			}
			named++
		case len(problems) == 0:
			sound++
		case len(done.Left)+len(done.Pages) > 0:
			named++
		default:
			t.Errorf("the repair says that all is well, the check %q", problems)
		}
		g.Close()
	}
	t.Logf("%d sound, %d named", sound, named)
}
