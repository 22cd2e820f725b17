package gallery

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func newStage(t testing.TB, g *Gallery) *Stage {
	t.Helper()
	s, err := g.Stage(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// However many pieces the new references of a label come in, all of them take
// the place of all that it had, at once.
func TestStageReplacesOnce(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	add(t, g, entry("a", 1), entry("a", 2), entry("a/below", 3), entry("b", 4))
	view := follow(t, g)
	s := newStage(t, g)
	for piece := range 40 {
		added, err := s.Put(ctx, entry("a", uint64(100+2*piece)), entry("a", uint64(101+2*piece)))
		if err != nil || len(added) != 2 || added[0].Twin {
			t.Fatalf("put %+v, %v", added, err)
		}
		if n := len(mustList(t, g, Filter{})); n != 4 {
			t.Fatalf("%d references before the commit", n)
		}
	}
	add(t, g, entry("a", 5)) // by another, meanwhile
	if removed, err := s.Commit(ctx); removed != 3 || err != nil {
		t.Errorf("removed %d, %v", removed, err)
	}
	counts := map[Label]int{}
	for _, r := range mustList(t, g, Filter{}) {
		counts[r.Label]++
	}
	if want := "map[a:80 a/below:1 b:1]"; fmt.Sprint(counts) != want {
		t.Errorf("left %v, want %s", counts, want)
	}
	if err := view.Refresh(ctx); err != nil || view.Index().Len() != 82 {
		t.Errorf("a view has %d references, %v", view.Index().Len(), err)
	}
	if _, err := s.Commit(ctx); err == nil {
		t.Error("committed twice")
	}
	mustBeSound(t, g)
}

func TestStageLeavesTheGalleryUntilCommitted(t *testing.T) {
	ctx := context.Background()
	wrongModel := entry("a", 3)
	wrongModel.Model = "model-2"
	clash := entry("c", 4) // fails in the database, at the end
	cases := []struct {
		name  string
		stage func(s *Stage) error
		want  error
	}{
		{"closed", func(s *Stage) error { _, err := s.Put(ctx, entry("a", 2)); return err }, nil},
		{"nothing put", func(s *Stage) error { _, err := s.Commit(ctx); return err }, nil},
		{"refused entry", func(s *Stage) error { _, err := s.Put(ctx, entry("a", 2), Entry{}); return err }, ErrInvalid},
		{"other model", func(s *Stage) error { _, err := s.Put(ctx, entry("a", 2), wrongModel); return err }, ErrWrongModel},
		{"other model after one", func(s *Stage) error {
			_, err := s.Put(ctx, entry("a", 2))
			_, other := s.Put(ctx, wrongModel)
			_, commit := s.Commit(ctx)
			return errors.Join(err, other, commit)
		}, ErrWrongModel},
		{"cancelled", func(s *Stage) error {
			ctx, cancel := context.WithCancel(ctx)
			_, err := s.Put(ctx, entry("a", 2))
			cancel()
			_, commit := s.Commit(ctx)
			return errors.Join(err, commit)
		}, context.Canceled},
		{"id that is there", func(s *Stage) error {
			_, err := s.Put(ctx, entry("a", 2), clash)
			_, commit := s.Commit(ctx)
			if commit == nil {
				t.Error("a second reference of one id was committed")
			}
			return err
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := newGallery(t)
			clash.ID = add(t, g, entry("a", 1), entry("b", 9))[1].ID
			before := mustList(t, g, Filter{})
			s := newStage(t, g)
			if err := c.stage(s); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if after := mustList(t, g, Filter{}); !slices.Equal(before, after) {
				t.Errorf("left %+v", after)
			}
			add(t, g, entry("d", 7)) // it is not blocked
			mustBeSound(t, g)
		})
	}
}

func TestReplace(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	add(t, g, entry("a", 1), entry("a", 2), entry("b", 3))
	fresh, err := g.Replace(ctx, entry("a", 4), entry("a", 1), entry("a", 1))
	if err != nil || fresh[0].Twin || fresh[1].Twin || !fresh[2].Twin || fresh[2].ID != fresh[1].ID {
		t.Fatalf("replaced %+v, %v", fresh, err)
	}
	if got := labelsOf(mustList(t, g, Filter{})); !slices.Equal(got, []Label{"a", "a", "b"}) {
		t.Errorf("left %q", got)
	}
}

// What waits in a stage does not wait in memory.
func TestStageTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100 MB")
	}
	s := newStage(t, newGallery(t))
	big := entry("a", 1)
	big.Picture = append(big.Picture, make([]byte, 1<<20)...)
	before := residentBytes(t)
	for i := range 100 {
		big.Hash[0] = byte(i)
		if _, err := s.Put(context.Background(), big); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if grown := residentBytes(t) - before; grown > 60<<20 {
		t.Errorf("%d MB for 100 MB of pictures", grown>>20)
	}
}

// Several that add the same images under the same label at once add each once.
func TestNoDoubles(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := map[string]int{}
	for range 4 {
		h := openGallery(t, g.path)
		wg.Go(func() {
			for i := range 10 {
				added, err := h.Add(ctx, entry("a", uint64(i)), entry("b", uint64(i)), entry("a", uint64(i)))
				if err != nil {
					t.Error(err)
					return
				}
				if !added[2].Twin || added[2].ID != added[0].ID {
					t.Errorf("the same image twice: %+v", added)
				}
				mu.Lock()
				for _, a := range added[:2] {
					if !a.Twin {
						stored[a.ID]++
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n := len(mustList(t, g, Filter{})); n != 20 || len(stored) != 20 {
		t.Errorf("%d references, %d reported", n, len(stored))
	}
}
