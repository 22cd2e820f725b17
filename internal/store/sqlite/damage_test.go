package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
	"exemplar/internal/vectorindex"
)

// A damaged part of one reference is reported, and everything else can be read.
func TestDamageHarmsItselfAlone(t *testing.T) {
	ctx := context.Background()
	cases := []struct {
		part   store.Part
		damage string
	}{
		{store.PartReference, `UPDATE reference SET label = 'c' WHERE id = ?`},
		{store.PartReference, `UPDATE reference SET note = 'x' WHERE id = ?`},
		{store.PartPicture, `UPDATE picture SET jpeg = x'ffd8ff00' WHERE reference = ?`},
		{store.PartPicture, `DELETE FROM picture WHERE reference = ?`},
		{store.PartEmbedding, `UPDATE embedding SET vectors = zeroblob(length(vectors)) WHERE reference = ?`},
		{store.PartEmbedding, `UPDATE embedding SET vectors = x'00' WHERE reference = ?`},
		{store.PartEmbedding, `DELETE FROM embedding WHERE reference = ?`},
		{store.PartFeatures, `UPDATE embedding SET features = x'00' WHERE reference = ?`},
		{store.PartFeatures, `UPDATE embedding SET features = NULL WHERE reference = ?`},
		{store.PartWords, `UPDATE words SET data = x'00' WHERE reference = ?`},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s by %.20s", c.part, c.damage), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "g.gallery")
			g := openGallery(t, path)
			hit := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
			if _, err := g.db.Exec(c.damage, hit.ID); err != nil {
				t.Fatal(err)
			}
			view := follow(t, g)
			outside := c.part == store.PartEmbedding || c.part == store.PartReference
			if n, damaged := view.Index().Len(), view.Damaged(); outside && (n != 1 || len(damaged) != 1 || damaged[0].ID != hit.ID || damaged[0].Part != c.part) ||
				!outside && (n != 2 || len(damaged) != 0) {
				t.Errorf("a view has %d references and leaves out %v", n, damaged)
			}
			errs := map[store.Part]error{}
			_, errs[store.PartReference] = g.Get(ctx, hit.ID)
			_, errs[store.PartPicture] = g.Picture(ctx, hit.ID)
			_, errs[store.PartFeatures] = g.Features(ctx, hit.ID)
			for part, err := range errs {
				if part == c.part && !errors.Is(err, store.ErrDamaged) || part != c.part && err != nil && !errors.Is(err, store.ErrDamaged) {
					t.Errorf("reading the %s: %v", part, err)
				}
			}
			if words := storetest.WordsOf(t, g); len(words) == 2 && c.part == store.PartWords {
				t.Errorf("words %q", words)
			}
			references := storetest.List(t, g, store.Filter{})
			for _, r := range references {
				if r.Damaged != (r.ID == hit.ID && c.part == store.PartReference) {
					t.Errorf("listed %+v", r)
				}
			}
			if len(references) != 2 {
				t.Errorf("listed %d", len(references))
			}
			if problems, err := g.Check(ctx, nil); err != nil || len(problems) == 0 {
				t.Errorf("check: %q, %v", problems, err)
			}
			if err := g.Remove(ctx, hit.ID); err != nil {
				t.Errorf("remove: %v", err)
			}
			storetest.MustBeSound(t, g)
			if err := view.Sync(ctx); err != nil || len(view.Damaged()) != 0 || view.Index().Len() != 1 {
				t.Errorf("after the removal: %v, %v", view.Damaged(), err)
			}
		})
	}
}

// A synced index leaves out a reference that gets damaged, and has it again when it is
// replaced.
func TestIndexLeavesOutWhatComesDamaged(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	view := follow(t, g)
	r := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2))[0]
	if _, err := g.db.Exec(`UPDATE embedding SET vectors = x'00' WHERE reference = ?`, r.ID); err != nil {
		t.Fatal(err)
	}
	if err := view.Sync(ctx); err != nil || view.Index().Len() != 1 || len(view.Damaged()) != 1 {
		t.Errorf("%d references, damaged %v, %v", view.Index().Len(), view.Damaged(), err)
	}
	if err := g.Reembed(ctx, (&storetest.Embedder{Model: "model-2", Dim: storetest.Dim}).Maker(), nil); err != nil {
		t.Fatal(err)
	}
	view, err := vectorindex.Load(ctx, g, "model-2", storetest.Dim)
	if err != nil || view.Index().Len() != 2 || len(view.Damaged()) != 0 {
		t.Errorf("%d references, damaged %v, %v", view.Index().Len(), view.Damaged(), err)
	}
}

// contents reads everything from a gallery.
func contents(path string) (map[string]string, error) {
	ctx := context.Background()
	g, err := Open(path, store.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer g.Close()
	all := map[string]string{}
	references, err := g.List(ctx, store.Filter{})
	if err != nil {
		return nil, err
	}
	view, err := vectorindex.Load(ctx, g, storetest.Model, storetest.Dim)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, r := range references {
		ids = append(ids, r.ID)
		picture, err := g.Picture(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		features, err := g.Features(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		all[r.ID] = fmt.Sprint(r, picture, features, view.Index().Upright(r.ID))
	}
	err = g.EachWords(ctx, ids, func(id string, words store.Words) error {
		all[id] += fmt.Sprint(words)
		return nil
	})
	return all, err
}

// Random bits are flipped anywhere in the file. Check finds each, or the gallery gives
// out the same as before. Data that it gives out without an error is never wrong.
func TestFlippedBits(t *testing.T) {
	papertest.SkipUnderRace(t)
	flips := 100
	if testing.Short() {
		flips = 10
	}
	rng := rand.New(rand.NewPCG(7, 7))
	path := filepath.Join(t.TempDir(), "flipped.gallery")
	g := openGallery(t, path)
	for i := range 12 { // with pictures of several pages, removals and free pages
		e := storetest.Entry(store.Label(fmt.Sprintf("label/%d", i%5)), uint64(i))
		e.Picture = append(e.Picture, bytes.Repeat([]byte{byte(i)}, 9000)...)
		e.Features = bytes.Repeat([]byte{byte(i)}, 6000)
		r := storetest.Put(t, g, e)[0]
		if i%4 == 3 {
			if err := g.Remove(context.Background(), r.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	g.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := contents(path)
	if err != nil {
		t.Fatal(err)
	}
	found, harmless := 0, 0
	for range flips {
		at, bit := rng.IntN(len(whole)), rng.IntN(8)
		if rng.IntN(4) == 0 { // the header, the schema and the roots are small, and matter
			at = rng.IntN(4096)
		}
		data := bytes.Clone(whole)
		data[at] ^= 1 << bit
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		os.Remove(path + "-wal")
		os.Remove(path + "-shm")
		got, readErr := contents(path)
		problem := checkFile(path)
		switch {
		case problem != "":
			found++
		case readErr == nil && maps.Equal(got, want):
			harmless++
		default:
			t.Errorf("bit %d of byte %d (page %d, offset %d): not found by check, reading: %v", bit, at, at/4096+1, at%4096, readErr)
		}
		for id, was := range want {
			if now, there := got[id]; there && readErr == nil && now != was && problem == "" {
				t.Errorf("bit %d of byte %d: gives out another %s", bit, at, id)
			}
		}
	}
	t.Logf("%d found, %d harmless", found, harmless)
}

// checkFile returns the problems that Open or Check find in a file.
func checkFile(path string) string {
	g, err := Open(path, store.Options{})
	if err != nil {
		return err.Error()
	}
	defer g.Close()
	problems, err := g.Check(context.Background(), nil)
	if err != nil {
		return err.Error()
	}
	if len(problems) > 0 {
		return problems[0]
	}
	return ""
}
