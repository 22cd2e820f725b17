package sqlite

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"exemplar/internal/store"
)

// nextModel embeds pictures in another way, and counts them.
type nextModel struct {
	dim, pictures int
	before        func(batch []store.Stored) error // may be nil
}

func (m *nextModel) vectors(picture []byte) []float32 {
	h := fnv.New64a()
	h.Write(picture)
	return randomVectors(rand.New(rand.NewPCG(h.Sum64(), 2)), store.Rotations, m.dim)
}

func (m *nextModel) embed(_ context.Context, batch []store.Stored) ([]store.Derived, error) {
	if m.before != nil {
		if err := m.before(batch); err != nil {
			return nil, err
		}
	}
	derived := make([]store.Derived, len(batch))
	for i, s := range batch {
		m.pictures++
		derived[i] = store.Derived{Vectors: m.vectors(s.Picture), Features: []byte("next " + s.ID), Words: []byte("next words " + s.ID)}
	}
	return derived, nil
}

// fill registers n references and returns them.
func fill(t *testing.T, g *Gallery, n int) []store.Reference {
	entries := make([]store.Entry, n)
	for i := range entries {
		entries[i] = entry("a", uint64(i))
	}
	return add(t, g, entries...)
}

func TestReembed(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	references := fill(t, g, 2*reembedBatch+10)
	old := follow(t, g)
	next := &nextModel{dim: 48}
	var progress []int
	err := g.Reembed(ctx, "model-2", 48, testVocabulary, next.embed, func(done, total int) { progress = append(progress, done, total) })
	if err != nil {
		t.Fatal(err)
	}
	if len(progress) != 6 || progress[0] != 64 || progress[4] != 138 || progress[1] != 138 || progress[5] != 138 {
		t.Errorf("progress %v", progress)
	}
	if _, err := old.Search(ctx, make([]float32, testDim), 1); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("a view of the old model: %v", err)
	}
	if _, err := g.Add(ctx, entry("b", 1)); !errors.Is(err, store.ErrWrongModel) {
		t.Errorf("a reference of the old model: %v", err)
	}
	v, err := g.Follow(ctx, "model-2", 48)
	if err != nil {
		t.Fatal(err)
	}
	r := references[70]
	found, err := v.Search(ctx, next.vectors(entry("a", 70).Picture)[2*48:3*48], 1)
	if err != nil || found[0].Reference != r.ID || found[0].Rotation != 180 || found[0].Score < 0.999 {
		t.Errorf("found %+v, %v", found, err)
	}
	if got, err := g.Features(ctx, r.ID); err != nil || string(got) != "next "+r.ID {
		t.Errorf("features %q, %v", got, err)
	}
	if got := wordsOf(t, g)[r.ID]; got.Vocabulary != testVocabulary || string(got.Data) != "next words "+r.ID {
		t.Errorf("words %q", got)
	}
	if got, err := g.Get(ctx, r.ID); err != nil || got.Model != "model-2" || !got.Registered.Equal(r.Registered) {
		t.Errorf("reference %+v, %v", got, err)
	}
	mustBeSound(t, g)
}

// Interrupted, it leaves the gallery as it was, and goes on where it stopped.
func TestReembedInterrupted(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	fill(t, g, 2*reembedBatch)
	v := follow(t, g)
	stop := errors.New("stopped")
	next := &nextModel{dim: 48, before: func(batch []store.Stored) error {
		if len(batch) > 0 && batch[0].Source != "scan_0.png" {
			return stop
		}
		return nil
	}}
	if err := g.Reembed(ctx, "model-2", 48, testVocabulary, next.embed, nil); !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	found, err := v.Search(ctx, entry("a", 5).Vectors[:testDim], 1)
	if err != nil || found[0].Score < 0.999 {
		t.Errorf("in between: found %v, %v", found, err)
	}
	mustBeSound(t, g)
	next.before = nil
	if err := g.Reembed(ctx, "model-2", 48, testVocabulary, next.embed, nil); err != nil {
		t.Fatal(err)
	}
	if next.pictures != 2*reembedBatch {
		t.Errorf("embedded %d pictures in all", next.pictures)
	}
	mustBeSound(t, g)
}

// Others add and remove references meanwhile.
func TestReembedWhileOthersChange(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	references := fill(t, g, reembedBatch)
	other := openGallery(t, g.path)
	late := entry("b", 999)
	next := &nextModel{dim: 48}
	next.before = func([]store.Stored) error {
		next.before = nil
		late.ID = "00000000000000000000000001" // before all others: behind the place it has come to
		add(t, other, late)
		return other.Remove(ctx, references[3].ID)
	}
	if err := g.Reembed(ctx, "model-2", 48, testVocabulary, next.embed, nil); err != nil {
		t.Fatal(err)
	}
	v, err := g.Follow(ctx, "model-2", 48)
	if err != nil || v.Index().Len() != reembedBatch {
		t.Fatalf("%d references, %v", v.Index().Len(), err)
	}
	found, err := v.Search(ctx, next.vectors(late.Picture)[:48], 1)
	if err != nil || found[0].Label != "b" {
		t.Errorf("found %v, %v", found, err)
	}
	mustBeSound(t, g)
}

func TestReembedRefuses(t *testing.T) {
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
			g := newGallery(t)
			fill(t, g, 3)
			next := &nextModel{dim: 48}
			err := g.Reembed(context.Background(), "model-2", 48, testVocabulary, func(ctx context.Context, batch []store.Stored) ([]store.Derived, error) {
				derived, err := next.embed(ctx, batch)
				return c.spoil(derived), err
			}, nil)
			if err == nil {
				t.Error("accepted")
			}
			if v := follow(t, g); v.Index().Len() != 3 {
				t.Error("the old embeddings are gone")
			}
		})
	}
}

// A gallery whose words are of another vocabulary, or that has none, gets them
// without another model; what has them already is left alone.
func TestReembedUpgradesWords(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	current, old, none := entry("a", 1), entry("a", 2), entry("a", 3)
	old.Words.Vocabulary, none.Words = "words of old", store.Words{}
	references := add(t, g, current, old, none)
	v := follow(t, g)
	same := &nextModel{dim: testDim}
	if err := g.Reembed(ctx, testModel, testDim, testVocabulary, same.embed, nil); err != nil {
		t.Fatal(err)
	}
	if same.pictures != 2 {
		t.Errorf("%d pictures were embedded, want 2", same.pictures)
	}
	stored := wordsOf(t, g)
	for i, want := range []string{string(current.Words.Data), "next words " + references[1].ID, "next words " + references[2].ID} {
		if got := stored[references[i].ID]; got.Vocabulary != testVocabulary || string(got.Data) != want {
			t.Errorf("reference %d has words %q of %q, want %q", i, got.Data, got.Vocabulary, want)
		}
	}
	if err := v.Refresh(ctx); err != nil || v.Index().Len() != 3 {
		t.Errorf("a view has %d references, %v", v.Index().Len(), err)
	}
	mustBeSound(t, g)
}
