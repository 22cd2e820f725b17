package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"exemplar/internal/store"
)

// changes returns all calls that change a store with the reference id.
func changes(s store.Store, id string) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Put":         func(ctx context.Context) error { _, err := s.Put(ctx, Entry("b", 2)); return err },
		"Stage":       func(ctx context.Context) error { _, err := s.Stage(ctx); return err },
		"Merge":       func(ctx context.Context) error { _, err := s.Merge(ctx, sequence(nil)); return err },
		"Remove":      func(ctx context.Context) error { return s.Remove(ctx, id) },
		"RemoveLabel": func(ctx context.Context) error { _, err := s.RemoveLabel(ctx, "a"); return err },
		"Rename":      func(ctx context.Context) error { _, err := s.Rename(ctx, "a", "b"); return err },
		"SetContents": func(ctx context.Context) error { return s.SetContents(ctx, id, store.ContentsVary) },
		"SetNote":     func(ctx context.Context) error { return s.SetNote(ctx, id, "x") },
		"Reembed":     func(ctx context.Context) error { return s.Reembed(ctx, SameMaker(), nil) },
		"Repair":      func(ctx context.Context) error { _, err := s.Repair(ctx, SameMaker(), nil); return err },
		"Compact":     func(ctx context.Context) error { return s.Compact(ctx) },
	}
}

// reads returns all calls that read a store.
func reads(s store.Store, id string) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"List":     func(ctx context.Context) error { _, err := s.List(ctx, store.Filter{}); return err },
		"Labels":   func(ctx context.Context) error { _, err := s.Labels(ctx); return err },
		"Get":      func(ctx context.Context) error { _, err := s.Get(ctx, id); return err },
		"Picture":  func(ctx context.Context) error { _, err := s.Picture(ctx, id); return err },
		"Features": func(ctx context.Context) error { _, err := s.Features(ctx, id); return err },
		"EachWords": func(ctx context.Context) error {
			return s.EachWords(ctx, []string{id}, func(string, store.Words) error { return nil })
		},
		"ChangesSince": func(ctx context.Context) error {
			_, err := s.ChangesSince(ctx, store.Position{}, Model, Dim, func(store.Change) {})
			return err
		},
		"Snapshot": func(ctx context.Context) error {
			return s.Snapshot(ctx, func(now store.Snapshot) error { _, err := now.Stats(ctx); return err })
		},
		"Stats":      func(ctx context.Context) error { _, err := s.Stats(ctx); return err },
		"CheckModel": func(ctx context.Context) error { return s.CheckModel(ctx, Model, Dim) },
		"Check":      func(ctx context.Context) error { _, err := s.Check(ctx, nil); return err },
	}
}

// A store opened for reading is not changed.
func testReadOnly(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	r := Put(t, open(t, in), Entry("a", 1))[0]
	s, err := in.Open(store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, change := range changes(s, r.ID) {
		if err := change(ctx); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, read := range reads(s, r.ID) {
		if err := read(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := List(t, s, store.Filter{}); !slices.Equal(got, []store.Reference{r}) {
		t.Errorf("left %+v", got)
	}
}

func testOpenWhatIsNotThere(t *testing.T, fresh func(testing.TB) Instance) {
	in := fresh(t)
	for _, opts := range []store.Options{{}, {ReadOnly: true}, {}} {
		if _, err := in.Open(opts); !errors.Is(err, store.ErrNoGallery) {
			t.Errorf("opened with %+v: %v", opts, err)
		}
	}
}

func testUseAfterClose(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	r := Put(t, s, Entry("a", 1))[0]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, calls := range []map[string]func(context.Context) error{changes(s, r.ID), reads(s, r.ID)} {
		for name, call := range calls {
			if call(ctx) == nil {
				t.Errorf("%s works after Close", name)
			}
		}
	}
}

func testCancelled(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	r := Put(t, s, Entry("a", 1))[0]
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, calls := range []map[string]func(context.Context) error{changes(s, r.ID), reads(s, r.ID)} {
		for name, call := range calls {
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if got := List(t, s, store.Filter{}); !slices.Equal(got, []store.Reference{r}) {
		t.Errorf("left %+v", got)
	}
	MustBeSound(t, s)
}

// Goroutines change, follow and read at once.
func testConcurrentUse(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	s := open(t, in)
	fixed := Put(t, s, Entry("fixed", 0))[0]
	var wg sync.WaitGroup
	for worker := range uint64(4) {
		writer := s
		if worker%2 == 1 {
			writer = open(t, in)
		}
		wg.Go(func() {
			for i := range uint64(15) {
				of := store.Label(fmt.Sprintf("w%d/x", worker))
				r, err := writer.Put(ctx, Entry(of, 100*worker+i+1))
				if err == nil && i%3 == 0 {
					if err = writer.Remove(ctx, r[0].ID); errors.Is(err, store.ErrLingers) {
						err = nil
					}
				}
				if err == nil && i%5 == 4 {
					_, err = writer.Rename(ctx, of, store.Label(fmt.Sprintf("w%d/y", worker)))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			f := &follower{store: s, model: Model, dim: Dim}
			for range 60 {
				if _, err := f.trySync(); err != nil || f.there[fixed.ID].Label != "fixed" {
					t.Errorf("a follower has lost %s, %v", fixed.ID, err)
				}
				if _, err := s.Picture(ctx, fixed.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if f := follow(t, s); len(f.there) != 1+4*10 {
		t.Errorf("%d references in the end", len(f.there))
	}
	MustBeSound(t, s)
}
