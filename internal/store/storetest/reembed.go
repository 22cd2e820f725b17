package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"exemplar/internal/store"
)

func testReembed(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	const n = 2*store.MaxBatch + 10
	references := Fill(t, s, n)
	next := &Embedder{Model: "model-2", Dim: 48}
	next.Before = func(batch []store.Stored) error {
		if len(batch) > store.MaxBatch {
			t.Errorf("a batch of %d", len(batch))
		}
		return nil
	}
	last := -1
	err := s.Reembed(ctx, next.Maker(), func(done, total int) {
		if done <= last || total != n {
			t.Errorf("%d of %d are done, after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != n {
		t.Fatalf("%d of %d are done, %v", last, n, err)
	}
	if _, err := s.Put(ctx, Entry("b", 1)); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("a reference of the old model: %v", err)
	}
	if err := s.CheckModel(ctx, Model, Dim); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("the old model: %v", err)
	}
	if err := s.CheckModel(ctx, "model-2", 48); err != nil {
		t.Errorf("the new model: %v", err)
	}
	f := &follower{store: s, model: "model-2", dim: 48}
	f.sync(t)
	r := references[70]
	if want := next.Vectors(Entry("a", 70).Picture); len(f.there) != n || !slices.Equal(f.there[r.ID].Vectors, want) {
		t.Errorf("a follower has %d references, and other embeddings", len(f.there))
	}
	if got, err := s.Features(ctx, r.ID); err != nil || string(got) != "next "+r.ID {
		t.Errorf("features %q, %v", got, err)
	}
	if got := WordsOf(t, s)[r.ID]; got.Vocabulary != Vocabulary || string(got.Data) != "next words "+r.ID {
		t.Errorf("words %q", got)
	}
	if got, err := s.Get(ctx, r.ID); err != nil || got.Model != "model-2" || !got.Registered.Equal(r.Registered) {
		t.Errorf("reference %+v, %v", got, err)
	}
	MustBeSound(t, s)
}

// Interrupted, it leaves the store as it was, and goes on where it stopped.
func testReembedInterrupted(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	const n = 2 * store.MaxBatch
	Fill(t, s, n)
	f := follow(t, s)
	stop := errors.New("stopped")
	next := &Embedder{Model: "model-2", Dim: 48}
	next.Before = func([]store.Stored) error {
		if next.Pictures > 0 {
			return stop
		}
		return nil
	}
	if err := s.Reembed(ctx, next.Maker(), nil); !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	if f.sync(t); len(f.there) != n {
		t.Errorf("in between a follower has %d references", len(f.there))
	}
	MustBeSound(t, s)
	next.Before = nil
	var told [][2]int
	if err := s.Reembed(ctx, next.Maker(), func(done, total int) { told = append(told, [2]int{done, total}) }); err != nil {
		t.Fatal(err)
	}
	if next.Pictures != n {
		t.Errorf("embedded %d pictures in all", next.Pictures)
	}
	if want := [][2]int{{store.MaxBatch, n}, {n, n}}; !slices.Equal(told, want) {
		t.Errorf("told %v of it, want %v", told, want)
	}
	MustBeSound(t, s)
}

// Others put and remove references meanwhile.
func testReembedWhileOthersChange(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	s, other := open(t, in), open(t, in)
	references := Fill(t, s, store.MaxBatch)
	late := Entry("b", 999)
	late.ID = "00000000000000000000000001" // before all others: behind the place it has come to
	next := &Embedder{Model: "model-2", Dim: 48}
	next.Before = func([]store.Stored) error {
		next.Before = nil
		Put(t, other, late)
		return other.Remove(ctx, references[3].ID)
	}
	if err := s.Reembed(ctx, next.Maker(), nil); err != nil {
		t.Fatal(err)
	}
	f := &follower{store: s, model: "model-2", dim: 48}
	if f.sync(t); len(f.there) != store.MaxBatch || !slices.Equal(f.there[late.ID].Vectors, next.Vectors(late.Picture)) {
		t.Errorf("a follower has %d references", len(f.there))
	}
	MustBeSound(t, s)
}

// No more is embedded at once than the maker takes, so that a killed process loses little.
func testReembedInSmallBatches(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	Fill(t, s, 5)
	next := &Embedder{Model: "model-2", Dim: 48}
	var sizes []int
	next.Before = func(batch []store.Stored) error { sizes = append(sizes, len(batch)); return nil }
	maker := next.Maker()
	maker.Batch = 2
	if err := s.Reembed(context.Background(), maker, nil); err != nil || !slices.Equal(sizes, []int{2, 2, 1}) {
		t.Errorf("batches of %v, %v", sizes, err)
	}
}

func testReembedRefuses(t *testing.T, fresh func(testing.TB) Instance) {
	cases := []struct {
		name  string
		spoil func(d []store.Derived) []store.Derived
	}{
		{"too few", func(d []store.Derived) []store.Derived { return d[1:] }},
		{"short", func(d []store.Derived) []store.Derived { d[0].Vectors = d[0].Vectors[1:]; return d }},
		{"not of length 1", func(d []store.Derived) []store.Derived { d[0].Vectors[0] += 1; return d }},
		{"no words", func(d []store.Derived) []store.Derived { d[0].Words = nil; return d }},
		{"words", func(d []store.Derived) []store.Derived { d[0].Words = make([]byte, store.MaxWordsBytes+1); return d }},
		{"features", func(d []store.Derived) []store.Derived {
			d[0].Features = make([]byte, store.MaxFeaturesBytes+1)
			return d
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, fresh(t))
			Fill(t, s, 3)
			next := &Embedder{Model: "model-2", Dim: 48}
			maker := next.Maker()
			maker.Derive = func(ctx context.Context, batch []store.Stored) ([]store.Derived, error) {
				derived, err := next.Derive(ctx, batch)
				return c.spoil(derived), err
			}
			if err := s.Reembed(context.Background(), maker, nil); err == nil {
				t.Error("accepted")
			}
			if f := follow(t, s); len(f.there) != 3 {
				t.Error("the old embeddings are gone")
			}
		})
	}
}

// A gallery whose words are of another vocabulary, or that has none, gets them
// without another model; what has them already is left alone.
func testReembedUpgradesWords(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	current, old, none := Entry("a", 1), Entry("a", 2), Entry("a", 3)
	old.Words.Vocabulary, none.Words = "words of old", store.Words{}
	references := Put(t, s, current, old, none)
	f := follow(t, s)
	same := &Embedder{Model: Model, Dim: Dim}
	if err := s.Reembed(context.Background(), same.Maker(), nil); err != nil {
		t.Fatal(err)
	}
	if same.Pictures != 2 {
		t.Errorf("%d pictures were embedded, want 2", same.Pictures)
	}
	kept := WordsOf(t, s)
	for i, want := range []string{string(current.Words.Data), "next words " + references[1].ID, "next words " + references[2].ID} {
		if got := kept[references[i].ID]; got.Vocabulary != Vocabulary || string(got.Data) != want {
			t.Errorf("reference %d has words %q of %q, want %q", i, got.Data, got.Vocabulary, want)
		}
	}
	if f.sync(t); len(f.there) != 3 {
		t.Errorf("a follower has %d references", len(f.there))
	}
	MustBeSound(t, s)
}

func testCompact(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	references := Fill(t, s, 5)
	f := follow(t, s)
	if err := s.Remove(ctx, references[2].ID); err != nil {
		t.Fatal(err)
	}
	before := List(t, s, store.Filter{})
	if err := s.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	if after := List(t, s, store.Filter{}); !slices.Equal(before, after) {
		t.Errorf("left %+v", after)
	}
	if f.sync(t); len(f.there) != 4 {
		t.Errorf("a follower has %d references", len(f.there))
	}
	MustBeSound(t, s)
}
