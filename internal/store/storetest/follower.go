package storetest

import (
	"context"
	"slices"
	"testing"

	"exemplar/internal/store"
)

// follower reads the changes of a store and keeps the references in a map.
type follower struct {
	store    store.Reader
	model    string
	dim      int
	position store.Position

	there   map[string]store.Change
	damaged map[string]store.Part
	resets  int
}

func follow(t testing.TB, s store.Reader) *follower {
	t.Helper()
	f := &follower{store: s, model: Model, dim: Dim}
	f.sync(t)
	return f
}

// sync reads the changes and returns their number.
func (f *follower) sync(t testing.TB) (changes int) {
	t.Helper()
	changes, err := f.trySync()
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func (f *follower) trySync() (int, error) {
	var changes []store.Change
	now, err := f.store.ChangesSince(context.Background(), f.position, f.model, f.dim, func(c store.Change) {
		c.Vectors = slices.Clone(c.Vectors) // they are valid in here alone
		changes = append(changes, c)
	})
	if err != nil {
		return 0, err
	}
	for _, c := range changes {
		f.take(c)
	}
	f.position = now
	return len(changes), nil
}

func (f *follower) take(c store.Change) {
	if c.Reset {
		f.there, f.damaged = map[string]store.Change{}, map[string]store.Part{}
		f.resets++
		return
	}
	delete(f.there, c.ID)
	delete(f.damaged, c.ID)
	switch {
	case c.Damage != nil:
		f.damaged[c.ID] = c.Damage.Part
	case c.Vectors != nil:
		f.there[c.ID] = c
	}
}

// mustHold checks that the follower holds entries, and no others.
func (f *follower) mustHold(t testing.TB, entries map[string]store.Entry) {
	t.Helper()
	if len(f.there) != len(entries) || len(f.damaged) > 0 {
		t.Fatalf("a follower has %d references, want %d; damaged %v", len(f.there), len(entries), f.damaged)
	}
	for id, e := range entries {
		if c := f.there[id]; c.Label != e.Label || !slices.Equal(c.Vectors, e.Vectors) {
			t.Fatalf("a follower has %s of %s, want %s", id, c.Label, e.Label)
		}
	}
}
