package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"exemplar/internal/store"
)

// NewStage begins a stage that is closed with the test.
func NewStage(t testing.TB, s store.Store) store.Stage {
	t.Helper()
	stage, err := s.Stage(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stage.Close() })
	return stage
}

// All new references of a label together replace its old ones at once, in however many
// calls they come.
func testStageReplacesOnce(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	Put(t, s, Entry("a", 1), Entry("a", 2), Entry("a/below", 3), Entry("b", 4))
	f := follow(t, s)
	stage := NewStage(t, s)
	for piece := range 40 {
		added, err := stage.Put(ctx, Entry("a", uint64(100+2*piece)), Entry("a", uint64(101+2*piece)))
		if err != nil || len(added) != 2 || added[0].Duplicate {
			t.Fatalf("put %+v, %v", added, err)
		}
		if n := len(List(t, s, store.Filter{})); n != 4 {
			t.Fatalf("%d references before the commit", n)
		}
	}
	Put(t, s, Entry("a", 5)) // by another, meanwhile
	if removed, err := stage.Commit(ctx); removed != 3 || err != nil {
		t.Errorf("removed %d, %v", removed, err)
	}
	counts := map[store.Label]int{}
	for _, r := range List(t, s, store.Filter{}) {
		counts[r.Label]++
	}
	if want := "map[a:80 a/below:1 b:1]"; fmt.Sprint(counts) != want {
		t.Errorf("left %v, want %s", counts, want)
	}
	if f.sync(t); len(f.there) != 82 {
		t.Errorf("a follower has %d references", len(f.there))
	}
	if _, err := stage.Commit(ctx); err == nil {
		t.Error("committed twice")
	}
	MustBeSound(t, s)
}

func testStageLeavesTheStoreUntilCommitted(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	wrongModel := Entry("a", 3)
	wrongModel.Model = "model-2"
	clash := Entry("c", 4) // fails in the store, at the end
	cases := []struct {
		name  string
		stage func(s store.Stage) error
		want  error
	}{
		{"closed", func(s store.Stage) error { _, err := s.Put(ctx, Entry("a", 2)); return err }, nil},
		{"nothing put", func(s store.Stage) error { _, err := s.Commit(ctx); return err }, nil},
		{"refused entry", func(s store.Stage) error { _, err := s.Put(ctx, Entry("a", 2), store.Entry{}); return err }, store.ErrInvalid},
		{"other model", func(s store.Stage) error { _, err := s.Put(ctx, Entry("a", 2), wrongModel); return err }, store.ErrWrongModel},
		{"other model after one", func(s store.Stage) error {
			_, err := s.Put(ctx, Entry("a", 2))
			_, other := s.Put(ctx, wrongModel)
			_, commit := s.Commit(ctx)
			return errors.Join(err, other, commit)
		}, store.ErrWrongModel},
		{"cancelled", func(s store.Stage) error {
			ctx, cancel := context.WithCancel(ctx)
			_, err := s.Put(ctx, Entry("a", 2))
			cancel()
			_, commit := s.Commit(ctx)
			return errors.Join(err, commit)
		}, context.Canceled},
		{"id that is there", func(s store.Stage) error {
			_, err := s.Put(ctx, Entry("a", 2), clash)
			_, commit := s.Commit(ctx)
			if commit == nil {
				t.Error("a second reference of one id was committed")
			}
			return err
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, fresh(t))
			clash.ID = Put(t, s, Entry("a", 1), Entry("b", 9))[1].ID
			before := List(t, s, store.Filter{})
			stage := NewStage(t, s)
			if err := c.stage(stage); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if err := stage.Close(); err != nil {
				t.Error(err)
			}
			if after := List(t, s, store.Filter{}); !slices.Equal(before, after) {
				t.Errorf("left %+v", after)
			}
			Put(t, s, Entry("d", 7)) // it is not blocked
			MustBeSound(t, s)
		})
	}
}

func testStageDoubles(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	Put(t, s, Entry("a", 1), Entry("a", 2), Entry("b", 3))
	added, err := replace(s, Entry("a", 4), Entry("a", 1), Entry("a", 1))
	if err != nil || added[0].Duplicate || added[1].Duplicate || !added[2].Duplicate || added[2].ID != added[1].ID {
		t.Fatalf("replaced %+v, %v", added, err)
	}
	if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, []store.Label{"a", "a", "b"}) {
		t.Errorf("left %q", got)
	}
}

// replace replaces the references of the entries' labels by the entries.
func replace(s store.Store, entries ...store.Entry) ([]store.Added, error) {
	ctx := context.Background()
	stage, err := s.Stage(ctx)
	if err != nil {
		return nil, err
	}
	defer stage.Close()
	added, err := stage.Put(ctx, entries...)
	if err != nil {
		return nil, err
	}
	_, err = stage.Commit(ctx)
	return added, err
}
