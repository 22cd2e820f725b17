package vectorindex

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/store/storetest"
)

// script is a source with a prepared answer for each call.
type script struct {
	calls []call
	asked []store.Position
}

type call struct {
	changes []store.Change
	err     error
}

func (s *script) ChangesSince(_ context.Context, since store.Position, _ string, _ int, visit func(store.Change)) (store.Position, error) {
	s.asked = append(s.asked, since)
	next := s.calls[0]
	s.calls = s.calls[1:]
	for _, c := range next.changes {
		visit(c)
	}
	if next.err != nil {
		return store.Position{Gallery: "of a call that failed"}, next.err
	}
	return store.Position{Gallery: "g", Seq: int64(len(s.asked))}, nil
}

func change(id string, of label.Label) store.Change {
	vectors := make([]float32, store.Rotations*2)
	for r := range store.Rotations {
		vectors[2*r] = 1
	}
	return store.Change{ID: id, Label: of, Vectors: vectors}
}

func damaged(id string) store.Change {
	return store.Change{ID: id, Damage: &store.Damage{ID: id, Part: store.PartEmbedding}}
}

// The index holds the changes of its source, and nothing of calls that failed.
func TestSyncAppliesChanges(t *testing.T) {
	reset, gone := store.Change{Reset: true}, func(id string) store.Change { return store.Change{ID: id} }
	failed := errors.New("cannot be read")
	steps := []struct {
		name    string
		tell    call
		members map[string]label.Label
		damaged []string
	}{
		{"all there is", call{[]store.Change{reset, change("1", "a"), change("2", "b"), damaged("3")}, nil}, map[string]label.Label{"1": "a", "2": "b"}, []string{"3"}},
		{"nothing", call{}, map[string]label.Label{"1": "a", "2": "b"}, []string{"3"}},
		{"removed and put back", call{[]store.Change{gone("1"), change("1", "c")}, nil}, map[string]label.Label{"1": "c", "2": "b"}, []string{"3"}},
		{"damaged by and by", call{[]store.Change{damaged("2")}, nil}, map[string]label.Label{"1": "c"}, []string{"2", "3"}},
		{"an error in between", call{[]store.Change{reset, change("9", "z")}, failed}, map[string]label.Label{"1": "c"}, []string{"2", "3"}},
		{"made anew", call{[]store.Change{change("3", "d")}, nil}, map[string]label.Label{"1": "c", "3": "d"}, []string{"2"}},
		{"a damaged one removed", call{[]store.Change{gone("2")}, nil}, map[string]label.Label{"1": "c", "3": "d"}, nil},
		{"all anew", call{[]store.Change{reset, change("4", "e")}, nil}, map[string]label.Label{"4": "e"}, nil},
	}
	source := &script{}
	s := &SyncedIndex{source: source, index: NewIndex(2)}
	for i, step := range steps {
		before := s.position
		_, version := s.index.Members(0)
		source.calls = []call{step.tell}
		if err := s.Sync(context.Background()); !errors.Is(err, step.tell.err) {
			t.Fatalf("%s: %v", step.name, err)
		}
		if source.asked[i] != before || step.tell.err != nil && s.position != before {
			t.Errorf("%s: asked since %+v, then at %+v", step.name, source.asked[i], s.position)
		}
		members, now := s.index.Members(math.MaxUint64)
		if fmt.Sprint(members) != fmt.Sprint(step.members) {
			t.Errorf("%s: holds %v, want %v", step.name, members, step.members)
		}
		if changed := len(step.tell.changes) > 0 && step.tell.err == nil; (now != version) != changed {
			t.Errorf("%s: version %d after %d", step.name, now, version)
		}
		var ids []string
		for _, d := range s.Damaged() {
			ids = append(ids, d.ID)
		}
		if !slices.Equal(ids, step.damaged) {
			t.Errorf("%s: damaged %v, want %v", step.name, ids, step.damaged)
		}
	}
}

// The index knows whose contents are fixed, as of the last change of each.
func TestSyncKnowsFixedContents(t *testing.T) {
	fixed := func(id string) store.Change {
		c := change(id, "a")
		c.Contents = store.ContentsFixed
		return c
	}
	source := &script{}
	s := &SyncedIndex{source: source, index: NewIndex(2)}
	for i, step := range []struct {
		tell []store.Change
		want string
	}{
		{[]store.Change{{Reset: true}, fixed("1"), change("2", "a")}, "1"},
		{nil, "1"},
		{[]store.Change{fixed("2")}, "12"},
		{[]store.Change{change("1", "b"), {ID: "2"}}, ""},
		{[]store.Change{{ID: "1"}, fixed("1")}, "1"},
		{[]store.Change{{Reset: true}, fixed("3"), change("1", "a")}, "3"},
	} {
		source.calls = []call{{changes: step.tell}}
		if err := s.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, id := range []string{"1", "2", "3"} {
			if s.view().Contents(id) == store.ContentsFixed {
				got += id
			}
		}
		if got != step.want {
			t.Errorf("step %d: fixed are %q, want %q", i, got, step.want)
		}
	}
}

// openStore makes an empty store that is closed with the test.
func openStore(t testing.TB) store.Store {
	t.Helper()
	s, err := open.Store(filepath.Join(t.TempDir(), "test.gallery"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func load(t testing.TB, s store.Store) *SyncedIndex {
	t.Helper()
	x, err := Load(context.Background(), s, storetest.Model, storetest.Dim)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSearchOfAStore(t *testing.T) {
	ctx := context.Background()
	s := openStore(t)
	x := load(t, s)
	e := storetest.Entry("a", 1)
	r := storetest.Put(t, s, e, storetest.Entry("b", 2))[0]
	hits, err := x.Search(ctx, e.Vectors[storetest.Dim:2*storetest.Dim], 1)
	if err != nil || len(hits) != 1 || hits[0].Reference != r.ID || hits[0].Label != "a" || hits[0].Rotation != 90 || hits[0].Score < 0.999 {
		t.Errorf("found %+v, %v", hits, err)
	}
	if _, err := Load(ctx, s, "model-2", storetest.Dim); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("loaded for another model: %v", err)
	}
	if _, err := x.Search(ctx, make([]float32, storetest.Dim-1), 1); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("a probe of another length: %v", err)
	}
	if _, err := x.Search(ctx, []float32{storetest.Dim - 1: float32(math.NaN())}, 1); err == nil {
		t.Error("a probe that is not finite was searched for")
	}
}

// Goroutines search while others change the store.
func TestSearchWhileOthersChange(t *testing.T) {
	ctx := context.Background()
	s := openStore(t)
	fixed := storetest.Entry("fixed", 0)
	storetest.Put(t, s, fixed)
	x := load(t, s)
	var wg sync.WaitGroup
	for worker := range uint64(4) {
		wg.Go(func() {
			for i := range uint64(15) {
				r, err := s.Put(ctx, storetest.Entry(label.Label(fmt.Sprintf("w%d", worker)), 100*worker+i+1))
				if err == nil && i%3 == 0 {
					err = s.Remove(ctx, r[0].ID)
				}
				if err != nil && !errors.Is(err, store.ErrLingers) {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 60 {
				found, err := x.Search(ctx, fixed.Vectors[:storetest.Dim], 3)
				if err != nil || len(found) == 0 || found[0].Label != "fixed" {
					t.Errorf("found %v, %v", found, err)
				}
			}
		})
	}
	wg.Wait()
	if err := x.Sync(ctx); err != nil || x.Index().Len() != 1+4*10 {
		t.Errorf("%d references in the end, %v", x.Index().Len(), err)
	}
}

func TestNearestOfALabel(t *testing.T) {
	const dim = 32
	rng := rand.New(rand.NewPCG(8, 8))
	image := storetest.Vectors(rng, store.Rotations, dim)
	x := NewIndex(dim)
	nearest := func(except string) *Hit { return x.NearestOf("id/front", image[:dim], except) }
	if n := nearest(""); n != nil {
		t.Errorf("in an empty index: %+v", n)
	}
	turned := storetest.Vectors(rng, store.Rotations, dim) // another image, turned, much like it
	copy(turned[dim:2*dim], disturbed(rng, image[:dim], 0.2))
	x.Update(nil, Item{"turned", "id/front", turned}, Item{"same", "elsewhere", image},
		Item{"other", "id/front", storetest.Vectors(rng, store.Rotations, dim)})
	if n := nearest(""); n == nil || n.Reference != "turned" || n.Score < 0.9 || n.Rotation != 90 {
		t.Errorf("nearest is %+v", n)
	}
	x.Update(nil, Item{"self", "id/front", image})
	if n := nearest(""); n == nil || n.Reference != "self" {
		t.Errorf("with itself: %+v", n)
	}
	if n := nearest("self"); n == nil || n.Reference != "turned" {
		t.Errorf("without itself: %+v", n)
	}
}

// What is below a label is found by its embeddings alone, however much else is more alike.
func TestSearchBelowALabel(t *testing.T) {
	const dim = 32
	rng := rand.New(rand.NewPCG(8, 9))
	image := storetest.Vectors(rng, store.Rotations, dim)
	x := NewIndex(dim)
	if hits := x.SearchBelow("form", image[:dim], 3); len(hits) > 0 {
		t.Errorf("in an empty index: %v", hits)
	}
	like := func(of label.Label, noise float32) Item {
		v := storetest.Vectors(rng, store.Rotations, dim)
		copy(v[:dim], disturbed(rng, image[:dim], noise))
		return Item{"of " + string(of), of, v}
	}
	x.Update(nil, like("form", 0), like("formula/a", 0), like("elsewhere", 0), like("form/far", 0.4), like("form/near/2024", 0.05), like("form/mid", 0.2))
	var found []label.Label
	for _, h := range x.SearchBelow("form", image[:dim], 2) {
		found = append(found, h.Label)
	}
	if want := []label.Label{"form/near/2024", "form/mid"}; !slices.Equal(found, want) {
		t.Errorf("found %v, not %v", found, want)
	}
}

func BenchmarkSyncWithoutChanges(b *testing.B) {
	s := openStore(b)
	storetest.Put(b, s, storetest.Entry("a", 1))
	x := load(b, s)
	for b.Loop() {
		if err := x.Sync(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenAndSearch is the time from the start to the first answer, with a gallery of
// 100 references of 256 numbers.
func BenchmarkOpenAndSearch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "g.gallery")
	s, err := open.Store(path, store.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range uint64(100) {
		e := storetest.Entry("a", i)
		e.Vectors = storetest.Vectors(rng, store.Rotations, 256)
		storetest.Put(b, s, e)
	}
	s.Close()
	probe := storetest.Vectors(rng, 1, 256)
	for b.Loop() {
		s, err := open.Store(path, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		x, err := Load(context.Background(), s, storetest.Model, 256)
		if err != nil {
			b.Fatal(err)
		}
		if found, err := x.Search(context.Background(), probe, 5); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
		s.Close()
	}
}
