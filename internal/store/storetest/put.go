package storetest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

func testPutAndRead(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	first, second := Entry("id/front", 1), Entry("id/back", 2)
	second.Contents = store.ContentsFixed
	second.Note, second.Registered = "from the archive", time.Date(2020, 2, 3, 4, 5, 6, 789_654_321, time.UTC)
	second.Features, second.Words = nil, store.Words{}
	before := time.Now().Truncate(time.Millisecond)
	added := Put(t, s, first, second)
	if first.ID != "" {
		t.Error("the caller's entry was changed")
	}
	for i, e := range []store.Entry{first, second} {
		r, err := s.Get(ctx, added[i].ID)
		if err != nil || r != added[i] {
			t.Errorf("got %+v, %v, want %+v", r, err, added[i])
		}
		if r.Label != e.Label || r.Hash != e.Hash || r.Source != e.Source || r.Note != e.Note || r.Contents != e.Contents || r.Width != e.Width || r.Model != Model {
			t.Errorf("stored %+v of %+v", r, e.Reference)
		}
		picture, err := s.Picture(ctx, r.ID)
		if err != nil || !slices.Equal(picture, e.Picture) {
			t.Errorf("picture %q, %v", picture, err)
		}
		features, err := s.Features(ctx, r.ID)
		if err != nil || !slices.Equal(features, e.Features) || (features == nil) != (e.Features == nil) {
			t.Errorf("features %q, %v, want %q", features, err, e.Features)
		}
	}
	if at := added[0].Registered; at.Before(before) || at.After(time.Now()) {
		t.Errorf("registered at %v", at)
	}
	if want := second.Registered.Truncate(time.Millisecond); !added[1].Registered.Equal(want) {
		t.Errorf("registered at %v, want %v", added[1].Registered, want)
	}
	stats, err := s.Stats(ctx)
	if err != nil || stats.References != 2 || stats.Labels != 2 || stats.Features != 1 || stats.Model != Model || stats.Dim != Dim ||
		stats.Bytes == 0 || stats.ID == "" || stats.Created.IsZero() {
		t.Errorf("stats %+v, %v", stats, err)
	}
	MustBeSound(t, s)
}

func testPutIsAllOrNothing(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	clash := Entry("c", 3)
	clash.ID = Put(t, s, Entry("a", 1))[0].ID // fails in the store, after the one before it was inserted
	if _, err := s.Put(context.Background(), Entry("b", 2), clash); err == nil {
		t.Error("a second reference of one id was stored")
	}
	if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, []store.Label{"a"}) {
		t.Errorf("left %q", got)
	}
	MustBeSound(t, s)
}

func testPutRefuses(t *testing.T, fresh func(testing.TB) Instance) {
	cases := []struct {
		name  string
		spoil func(e *store.Entry)
		want  error
	}{
		{"empty label", func(e *store.Entry) { e.Label = "" }, label.ErrLabel},
		{"label with a gap", func(e *store.Entry) { e.Label = "a//b" }, label.ErrLabel},
		{"label not composed", func(e *store.Entry) { e.Label = "e\u0301" }, label.ErrLabel},
		{"id", func(e *store.Entry) { e.ID = "7" }, store.ErrInvalid},
		{"no model", func(e *store.Entry) { e.Model = "" }, store.ErrInvalid},
		{"picture", func(e *store.Entry) { e.Picture = []byte("\x89PNG") }, store.ErrInvalid},
		{"no picture", func(e *store.Entry) { e.Picture = nil }, store.ErrInvalid},
		{"huge picture", func(e *store.Entry) { e.Picture = make([]byte, store.MaxPictureBytes+1) }, store.ErrInvalid},
		{"huge words", func(e *store.Entry) { e.Words.Data = make([]byte, store.MaxWordsBytes+1) }, store.ErrInvalid},
		{"words of nothing", func(e *store.Entry) { e.Words.Vocabulary = "" }, store.ErrInvalid},
		{"huge features", func(e *store.Entry) { e.Features = make([]byte, store.MaxFeaturesBytes+1) }, store.ErrInvalid},
		{"long note", func(e *store.Entry) { e.Note = string(make([]byte, store.MaxTextBytes+1)) }, store.ErrInvalid},
		{"unknown contents", func(e *store.Entry) { e.Contents = "green" }, store.ErrInvalid},
		{"note not UTF-8", func(e *store.Entry) { e.Note = "\xff" }, store.ErrInvalid},
		{"no pixels", func(e *store.Entry) { e.Width = 0 }, store.ErrInvalid},
		{"three embeddings", func(e *store.Entry) { e.Vectors = e.Vectors[:3*Dim-1] }, store.ErrInvalid},
		{"no embeddings", func(e *store.Entry) { e.Vectors = nil }, store.ErrInvalid},
		{"embedding not of length 1", func(e *store.Entry) { e.Vectors[2*Dim] += 0.5 }, store.ErrInvalid},
		{"embedding of NaN", func(e *store.Entry) { e.Vectors[3] = float32(math.NaN()) }, store.ErrInvalid},
		{"other model", func(e *store.Entry) { e.Model = "model-2" }, store.ErrWrongModel},
		{"other length", func(e *store.Entry) { e.Vectors = Vectors(rand.New(rand.NewPCG(1, 1)), store.Rotations, Dim/2) }, store.ErrWrongModel},
	}
	s := open(t, fresh(t))
	Put(t, s, Entry("a", 1))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := Entry("b", 2)
			c.spoil(&e)
			if _, err := s.Put(context.Background(), e); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if left := List(t, s, store.Filter{}); len(left) != 1 {
		t.Errorf("%d references are left", len(left))
	}
}

func testSourceOfAnyBytes(t *testing.T, fresh func(testing.TB) Instance) {
	e := Entry("a", 1)
	e.Source = "caf\xe9.png"
	if r := Put(t, open(t, fresh(t)), e)[0]; r.Source != "caf\ufffd.png" {
		t.Errorf("source %q", r.Source)
	}
}

// Several that store the same images under the same label at once store each once.
func testNoDoubles(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	in := fresh(t)
	s := open(t, in)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := map[string]int{}
	for range 4 {
		other := open(t, in)
		wg.Go(func() {
			for i := range 10 {
				added, err := other.Put(ctx, Entry("a", uint64(i)), Entry("b", uint64(i)), Entry("a", uint64(i)))
				if err != nil {
					t.Error(err)
					return
				}
				if !added[2].Duplicate || added[2].ID != added[0].ID {
					t.Errorf("the same image twice: %+v", added)
				}
				mu.Lock()
				for _, a := range added[:2] {
					if !a.Duplicate {
						stored[a.ID]++
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n := len(List(t, s, store.Filter{})); n != 20 || len(stored) != 20 {
		t.Errorf("%d references, %d reported", n, len(stored))
	}
}
