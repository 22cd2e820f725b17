package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// A random history of changes, made through two handles and in a map: the store and
// followers of both handles hold the same as the map.
func testAnyHistory(t *testing.T, fresh func(testing.TB) Instance) {
	if testing.Short() {
		t.Skip("hundreds of galleries")
	}
	rapid.Check(t, func(r *rapid.T) {
		h := newHistory(r, fresh(t))
		defer h.close()
		r.Repeat(map[string]func(*rapid.T){
			"put": h.put, "replace": h.replace, "remove": h.remove, "remove label": h.removeLabel,
			"rename": h.rename, "note": h.note, "contents": h.contents, "follow": h.follow, "": h.check,
		})
	})
}

// history is a store, open twice, and what it should hold.
type history struct {
	handles   [2]store.Store
	followers [2]*follower
	held      map[string]store.Entry
	gone      []string // ids that were removed
	seed      uint64
}

func newHistory(t *rapid.T, in Instance) *history {
	h := &history{held: map[string]store.Entry{}}
	for i := range h.handles {
		s, err := in.Open(store.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		h.handles[i], h.followers[i] = s, &follower{store: s, model: Model, dim: Dim}
	}
	return h
}

func (h *history) close() {
	for _, s := range h.handles {
		s.Close()
	}
}

func (h *history) any(t *rapid.T) store.Store {
	return h.handles[rapid.IntRange(0, 1).Draw(t, "handle")]
}

func drawLabel(t *rapid.T) store.Label {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "a-"}), 1, 3).Draw(t, "label")
	return store.Label(strings.Join(parts, "/"))
}

// some draws ids that are registered.
func (h *history) some(t *rapid.T) []string {
	if len(h.held) == 0 {
		t.Skip("nothing is registered")
	}
	ids := make([]string, 0, len(h.held))
	for id := range h.held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(3, len(ids)), rapid.ID[string]).Draw(t, "ids")
}

func (h *history) fresh(t *rapid.T) []store.Entry {
	entries := make([]store.Entry, rapid.IntRange(0, 3).Draw(t, "entries"))
	for i := range entries {
		h.seed++
		entries[i] = Entry(drawLabel(t), h.seed)
		if len(h.gone) > 0 && rapid.Bool().Draw(t, "again") { // as an import would
			entries[i].ID, h.gone = h.gone[0], h.gone[1:]
		}
	}
	return entries
}

// register notes the stored entries, and fails on an error.
func (h *history) register(t *rapid.T, entries []store.Entry, added []store.Added, err error) {
	if err != nil || len(added) != len(entries) {
		t.Fatalf("stored %d of %d, %v", len(added), len(entries), err)
	}
	for i, r := range added {
		e := entries[i]
		if r.Duplicate {
			t.Fatalf("%s is said to be there already", r.ID)
		}
		e.Reference = r.Reference
		h.held[r.ID] = e
	}
}

func (h *history) put(t *rapid.T) {
	entries := h.fresh(t)
	added, err := h.any(t).Put(context.Background(), entries...)
	h.register(t, entries, added, err)
}

func (h *history) replace(t *rapid.T) {
	entries := h.fresh(t)
	added, err := replace(h.any(t), entries...)
	for _, e := range entries {
		for id, old := range h.held {
			if old.Label == e.Label {
				h.forget([]string{id})
			}
		}
	}
	h.register(t, entries, added, err)
}

func (h *history) remove(t *rapid.T) {
	ids := h.some(t)
	if err := h.any(t).Remove(context.Background(), ids...); err != nil {
		t.Fatal(err)
	}
	h.forget(ids)
}

// affected says whether a change of a label subtree did what it should.
func affected(t *rapid.T, n int, err error, want int) {
	if n != want || (want == 0) != errors.Is(err, store.ErrNoReference) || (want > 0 && err != nil) {
		t.Fatalf("changed %d references, want %d, %v", n, want, err)
	}
}

func (h *history) forget(ids []string) {
	h.gone = append(h.gone, ids...)
	for _, id := range ids {
		delete(h.held, id)
	}
}

func (h *history) removeLabel(t *rapid.T) {
	of := drawLabel(t)
	var ids []string
	for id, e := range h.held {
		if of.Contains(e.Label) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	h.forget(ids)
	n, err := h.any(t).RemoveLabel(context.Background(), of)
	affected(t, n, err, len(ids))
}

func (h *history) rename(t *rapid.T) {
	from, to, want := drawLabel(t), drawLabel(t), 0
	for id, e := range h.held {
		if from.Contains(e.Label) {
			if len(strings.Split(string(to+e.Label[len(from):]), "/")) > label.MaxDepth {
				t.Skip("too deep")
			}
			want++
			e.Label = to + e.Label[len(from):]
			defer func() { h.held[id] = e }()
		}
	}
	n, err := h.any(t).Rename(context.Background(), from, to)
	affected(t, n, err, want)
}

func (h *history) note(t *rapid.T) {
	id, note := h.some(t)[0], rapid.StringN(0, 20, 80).Draw(t, "note")
	if err := h.any(t).SetNote(context.Background(), id, note); err != nil {
		t.Fatal(err)
	}
	e := h.held[id]
	e.Note = note
	h.held[id] = e
}

func (h *history) contents(t *rapid.T) {
	id := h.some(t)[0]
	contents := rapid.SampledFrom([]store.Contents{store.ContentsAuto, store.ContentsVary, store.ContentsFixed}).Draw(t, "contents")
	if err := h.any(t).SetContents(context.Background(), id, contents); err != nil {
		t.Fatal(err)
	}
	e := h.held[id]
	e.Contents = contents
	h.held[id] = e
}

func (h *history) follow(t *rapid.T) {
	for _, f := range h.followers {
		if _, err := f.trySync(); err != nil {
			t.Fatal(err)
		}
		if len(f.there) != len(h.held) {
			t.Fatalf("a follower has %d references, want %d", len(f.there), len(h.held))
		}
		for id, e := range h.held {
			if c := f.there[id]; c.Label != e.Label || c.Contents != e.Contents || !slices.Equal(c.Vectors, e.Vectors) {
				t.Fatalf("a follower has %s of %q, want %q", id, c.Label, e.Label)
			}
		}
	}
}

func (h *history) check(t *rapid.T) {
	for _, s := range h.handles {
		references, err := s.List(context.Background(), store.Filter{})
		if err != nil || len(references) != len(h.held) {
			t.Fatalf("%d references, want %d, %v", len(references), len(h.held), err)
		}
		for _, r := range references {
			if r != h.held[r.ID].Reference {
				t.Fatalf("holds %+v, want %+v", r, h.held[r.ID].Reference)
			}
		}
	}
}
