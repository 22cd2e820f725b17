package vectorindex

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// A view that is held stays as it is, and nobody waits for it: neither who brings changes nor
// who looks next, and sees them.
func TestHold(t *testing.T) {
	source := &script{calls: []call{
		{[]store.Change{{Reset: true}, change("1", "a")}, nil}, {[]store.Change{{ID: "1"}, change("2", "b")}, nil}, {[]store.Change{{Reset: true}, change("3", "c")}, nil},
	}}
	s := &SyncedIndex{source: source, index: NewIndex(2)}
	want := []map[string]label.Label{{"1": "a"}, {"2": "b"}, {"3": "c"}}
	var held []*View
	var releases []func()
	for range want {
		v, release, err := s.Hold(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held, releases = append(held, v), append(releases, release)
	}
	for i, v := range held {
		if members, _ := v.Members(0); v.Version() != int64(i+1) || !maps.Equal(members, want[i]) {
			t.Errorf("it holds %v at version %d, want %v", members, v.Version(), want[i])
		}
	}
	for _, release := range releases {
		release()
	}
	if v := s.view(); v.holders != 0 || v.Version() != 3 {
		t.Errorf("afterwards %d hold version %d", v.holders, v.Version())
	}
}

// Of every version that is held a search finds what an index finds that has nothing else,
// whatever is changed meanwhile: in full blocks, in the last one, and by the removal of it.
func TestHeldViewsAreIndependent(t *testing.T) {
	const dim = 4
	rng := rand.New(rand.NewPCG(4, 4))
	now := map[string]Item{}
	source := &script{}
	s := &SyncedIndex{source: source, index: NewIndex(dim)}
	tell := func(changes ...store.Change) {
		t.Helper()
		source.calls = []call{{changes: changes}}
		if err := s.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	put := func(id string) store.Change {
		item := Item{id, label.Label(fmt.Sprintf("l%d", rng.IntN(400))), storetest.Vectors(rng, store.Rotations, dim)}
		now[id] = item
		return store.Change{ID: id, Label: item.Label, Vectors: item.Vectors}
	}
	first := []store.Change{{Reset: true}}
	for i := range 2*blockReferences + 5 {
		first = append(first, put(fmt.Sprint(i)))
	}
	tell(first...)
	type version struct {
		view    *View
		release func()
		items   map[string]Item
	}
	var held []version
	check := func(v version) {
		t.Helper()
		alone := NewIndex(dim)
		for _, id := range slices.Sorted(maps.Keys(v.items)) {
			alone.Update(nil, v.items[id])
		}
		for range 3 {
			probe := storetest.Vectors(rng, 1, dim)
			if got, want := v.view.Search(probe, 5), alone.Search(probe, 5); !slices.Equal(got, want) {
				t.Errorf("version %d: %v, want %v", v.view.Version(), got, want)
			}
		}
		v.release()
	}
	for step := range 60 {
		if rng.IntN(3) > 0 {
			source.calls = []call{{}}
			view, release, err := s.Hold(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, version{view, release, maps.Clone(now)})
		}
		var changes []store.Change
		for range 1 + rng.IntN(8) {
			id := fmt.Sprint(rng.IntN(2*blockReferences + 20))
			if _, there := now[id]; there && rng.IntN(2) == 0 {
				delete(now, id)
				changes = append([]store.Change{{ID: id}}, slices.DeleteFunc(changes, func(c store.Change) bool { return c.ID == id })...)
			} else {
				changes = append(slices.DeleteFunc(changes, func(c store.Change) bool { return c.ID == id && c.Vectors != nil }), put(id))
			}
		}
		tell(changes...)
		if step%4 == 3 && len(held) > 0 {
			at := rng.IntN(len(held))
			check(held[at])
			held = slices.Delete(held, at, at+1)
		}
	}
	for _, v := range held {
		check(v)
	}
}

// busy is a source of references of which one is changed when it is due.
type busy struct {
	references int
	due        atomic.Bool
	seq        int64
	rng        *rand.Rand
}

func (b *busy) ChangesSince(_ context.Context, since store.Position, _ string, dim int, visit func(store.Change)) (store.Position, error) {
	put := func(i int) {
		visit(store.Change{ID: fmt.Sprintf("%026d", i), Label: label.Label(fmt.Sprintf("kind-%d/%d", i/10, i%10)), Vectors: storetest.Vectors(b.rng, store.Rotations, dim)})
	}
	switch {
	case b.seq == 0:
		visit(store.Change{Reset: true})
		for i := range b.references {
			put(i)
		}
	case b.due.Swap(false):
		put(b.rng.IntN(b.references + 100))
	default:
		return since, nil
	}
	b.seq++
	return store.Position{Gallery: "g", Seq: b.seq}, nil
}

// How long who wants to search waits to begin, while another search of 100 ms is always under
// way and 10 references a second are changed.
func BenchmarkHoldUnderWrites(b *testing.B) {
	for _, references := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(references), func(b *testing.B) {
			source := &busy{references: references, rng: rand.New(rand.NewPCG(1, 1))}
			s, err := Load(b.Context(), source, "", 256)
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(b.Context())
			var others sync.WaitGroup
			others.Go(func() {
				for ctx.Err() == nil {
					_, release, err := s.Hold(ctx)
					if err != nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
					release()
				}
			})
			others.Go(func() {
				for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
					source.due.Store(true)
				}
			})
			var waits []time.Duration
			for b.Loop() {
				time.Sleep(7 * time.Millisecond)
				began := time.Now()
				_, release, err := s.Hold(ctx)
				if err != nil {
					b.Fatal(err)
				}
				waits = append(waits, time.Since(began))
				release()
			}
			stop()
			others.Wait()
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "us-median")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "us-p99")
			b.ReportMetric(float64(waits[len(waits)-1].Microseconds()), "us-most")
		})
	}
}
