package storetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"exemplar/internal/store"
)

// sequence gives entries and then, if not nil, an error.
func sequence(end error, entries ...store.Entry) iter.Seq2[*store.Entry, error] {
	return func(yield func(*store.Entry, error) bool) {
		for i := range entries {
			if !yield(&entries[i], nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// complete gives entries ids and times, as those of another store have them.
func complete(t testing.TB, entries ...store.Entry) []store.Entry {
	t.Helper()
	entries, err := store.Complete(entries)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func testMergeSkipsWhatIsThere(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	there := Put(t, s, Entry("a", 1), Entry("b", 2))
	f := follow(t, s)
	if err := s.Remove(ctx, there[1].ID); err != nil {
		t.Fatal(err)
	}
	sameID, removed := Entry("x", 10), Entry("b", 2)
	sameID.ID, removed.ID, removed.Note = there[0].ID, there[1].ID, "from afar"
	coming := complete(t, sameID, removed, Entry("a", 1), Entry("a", 3), Entry("a", 3)) // the last two came in as doubles long ago
	merged, err := s.Merge(ctx, sequence(nil, coming...))
	if err != nil || merged != (store.Merged{Added: 3, Skipped: 2}) {
		t.Errorf("merged %+v, %v", merged, err)
	}
	if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, []store.Label{"a", "a", "a", "b"}) {
		t.Errorf("labels %q", got)
	}
	if r, err := s.Get(ctx, there[1].ID); err != nil || r != coming[1].Reference {
		t.Errorf("merged %+v, %v, want %+v", r, err, coming[1].Reference)
	}
	if f.sync(t); len(f.there) != 4 || f.there[there[1].ID].Vectors == nil { // removed and there again
		t.Errorf("a follower has %d references", len(f.there))
	}
	if again, err := s.Merge(ctx, sequence(nil, coming...)); err != nil || again != (store.Merged{Skipped: 5}) {
		t.Errorf("merged again %+v, %v", again, err)
	}
	MustBeSound(t, s)
}

func testMergeIsAllOrNothing(t *testing.T, fresh func(testing.TB) Instance) {
	stop := errors.New("stopped")
	good, wrong, broken := complete(t, Entry("b", 2))[0], complete(t, Entry("c", 3))[0], complete(t, Entry("d", 4))[0]
	wrong.Model, broken.Picture = "model-2", nil
	for name, c := range map[string]struct {
		coming iter.Seq2[*store.Entry, error]
		want   error
	}{
		"error of the sequence": {sequence(stop, good), stop},
		"other model":           {sequence(nil, good, wrong), store.ErrWrongModel},
		"what breaks a rule":    {sequence(nil, good, broken), store.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, fresh(t))
			if _, err := s.Merge(context.Background(), c.coming); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			stats, err := s.Stats(context.Background())
			if err != nil || stats.References != 0 || stats.Model != "" {
				t.Errorf("left %+v, %v", stats, err)
			}
			MustBeSound(t, s)
		})
	}
}
