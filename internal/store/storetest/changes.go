package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"exemplar/internal/store"
)

func testChangesFromTheBeginning(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	if f := follow(t, s); f.resets != 1 || len(f.there) != 0 {
		t.Errorf("of an empty store: %+v", f)
	}
	e := Entry("a", 1)
	r := Put(t, s, e)[0]
	f := follow(t, s)
	f.mustHold(t, map[string]store.Entry{r.ID: e})
	if f.resets != 1 {
		t.Errorf("%d resets", f.resets)
	}
}

func testChangesInSequence(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	s, other := open(t, in), open(t, in)
	held := map[string]store.Entry{}
	ids := []string{}
	put := func(e store.Entry) {
		t.Helper()
		r := Put(t, other, e)[0]
		held[r.ID] = e
		ids = append(ids, r.ID)
	}
	put(Entry("z", 9)) // the first makes its model the store's
	f := follow(t, s)
	ids = nil
	put(Entry("a", 1))
	put(Entry("a/b", 2))
	put(Entry("c", 3))
	steps := []struct {
		name    string
		change  func() error
		changes int
	}{
		{"what was put", func() error { return nil }, 3},
		{"nothing", func() error { return nil }, 0},
		{"contents", func() error { return other.SetContents(ctx, ids[0], store.ContentsFixed) }, 1},
		{"a note", func() error { return other.SetNote(ctx, ids[0], "x") }, 0},
		{"a label", func() error {
			for id, e := range held {
				if e.Label == "a/b" {
					e.Label = "d/b"
					held[id] = e
				} else if e.Label == "a" {
					e.Label = "d"
					held[id] = e
				}
			}
			_, err := other.Rename(ctx, "a", "d")
			return err
		}, 2},
		{"a removal", func() error { delete(held, ids[2]); return other.Remove(ctx, ids[2]) }, 1},
		{"several at once", func() error {
			put(Entry("e", 4))
			put(Entry("e", 5))
			delete(held, ids[0])
			return other.Remove(ctx, ids[0])
		}, 3},
	}
	for _, step := range steps {
		if err := step.change(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := f.sync(t); n != step.changes {
			t.Errorf("%s: %d changes, want %d", step.name, n, step.changes)
		}
		f.mustHold(t, held)
	}
	if f.resets != 1 {
		t.Errorf("%d resets", f.resets)
	}
}

func testChangesOfAnotherModel(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	any := &follower{store: s, model: "whatever", dim: 7}
	if _, err := any.trySync(); err != nil {
		t.Errorf("an empty store takes any model: %v", err)
	}
	f := follow(t, s)
	Put(t, s, Entry("a", 1))
	for _, c := range []struct {
		model string
		dim   int
	}{{"model-2", Dim}, {Model, Dim * 2}} {
		for _, f := range []*follower{{store: s, model: c.model, dim: c.dim}, {store: s, model: c.model, dim: c.dim, position: any.position}} {
			if _, err := f.trySync(); !errors.Is(err, store.ErrWrongModel) {
				t.Errorf("%s with %d numbers: %v", c.model, c.dim, err)
			}
		}
	}
	f.sync(t)
	if err := s.Reembed(ctx, (&Embedder{Model: "model-2", Dim: Dim}).Maker(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.trySync(); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("a follower of the old model: %v", err)
	}
}

func testSnapshotIsOneMoment(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	s, other := open(t, in), open(t, in)
	e := Entry("a", 1)
	r := Put(t, s, e)[0]
	mine := errors.New("mine")
	err := s.Snapshot(ctx, func(before store.Snapshot) error {
		if _, err := before.Stats(ctx); err != nil {
			t.Error(err)
		}
		Put(t, other, Entry("b", 2))
		if _, err := other.Rename(ctx, "a", "c"); err != nil {
			t.Error(err)
		}
		references, err := before.List(ctx, store.Filter{})
		if err != nil || len(references) != 1 || references[0] != r {
			t.Errorf("listed %+v, %v", references, err)
		}
		got, damaged, err := before.Entry(ctx, r.ID)
		if err != nil || len(damaged) > 0 || got.Reference != r || string(got.Picture) != string(e.Picture) || string(got.Features) != string(e.Features) ||
			got.Words.Vocabulary != Vocabulary || string(got.Words.Data) != string(e.Words.Data) || got.Vectors[5] != e.Vectors[5] {
			t.Errorf("entry %+v, %v", got, err)
		}
		vectors, err := before.Vectors(ctx, r.ID)
		if err != nil || len(vectors) != len(e.Vectors) || vectors[7] != e.Vectors[7] {
			t.Errorf("vectors %v, %v", vectors, err)
		}
		if _, _, err := before.Entry(ctx, "nobody"); !errors.Is(err, store.ErrNoReference) {
			t.Errorf("an entry that is not there: %v", err)
		}
		return mine
	})
	if err != mine {
		t.Errorf("got %v, want the error of use", err)
	}
	if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, []store.Label{"b", "c"}) {
		t.Errorf("afterwards %q", got)
	}
}

// Each change tells the number that a follower finds it under; what changes nothing that
// followers see tells none.
func testNumbered(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	var told []int64
	ctx := store.Numbered(context.Background(), func(seq int64) { told = append(told, seq) })
	added, err := s.Put(ctx, Entry("a", 1), Entry("b", 2))
	if err != nil {
		t.Fatal(err)
	}
	merged := Entry("f", 3)
	stage, err := s.Stage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	for _, step := range []struct {
		name   string
		change func() error
		want   int64 // numbers
	}{
		{"Rename", func() error { _, err := s.Rename(ctx, "a", "c"); return err }, 1},
		{"SetContents", func() error { return s.SetContents(ctx, added[0].ID, store.ContentsFixed) }, 1},
		{"SetNote", func() error { return s.SetNote(ctx, added[0].ID, "x") }, 0},
		{"Remove", func() error { return s.Remove(ctx, added[1].ID) }, 1},
		{"a failed Remove", func() error {
			if err := s.Remove(ctx, added[1].ID); !errors.Is(err, store.ErrNoReference) {
				return errors.New("what is gone can be removed")
			}
			return nil
		}, 0},
		{"Merge", func() error {
			_, err := s.Merge(ctx, func(yield func(*store.Entry, error) bool) { yield(&merged, nil) })
			return err
		}, 1},
		{"Stage.Put", func() error { _, err := stage.Put(ctx, Entry("c", 4)); return err }, 0},
		{"Stage.Commit", func() error { _, err := stage.Commit(ctx); return err }, 1},
	} {
		before := changesOf(t, s)
		if told = nil; step.name == "Merge" {
			merged.ID, merged.Registered = added[1].ID, added[1].Registered
		}
		if err := step.change(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		now := changesOf(t, s)
		if now-before != step.want || int64(len(told)) != step.want || step.want == 1 && told[0] != now {
			t.Errorf("%s tells %v; the store went from %d to %d", step.name, told, before, now)
		}
	}
}

func changesOf(t *testing.T, s store.Store) int64 {
	t.Helper()
	stats, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return stats.Changes
}
