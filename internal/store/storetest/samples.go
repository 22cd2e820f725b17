package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/store"
)

// The model and vocabulary of the entries of tests.
const (
	Model      = "model-1"
	Dim        = 32
	Vocabulary = "words-1"
)

// Vectors draws n vectors of length 1 (n,dim).
func Vectors(rng *rand.Rand, n, dim int) []float32 {
	vectors := make([]float32, n*dim)
	for i := range vectors {
		vectors[i] = float32(rng.NormFloat64())
	}
	for i := range n {
		v := vectors[i*dim : (i+1)*dim]
		square := 0.0
		for _, x := range v {
			square += float64(x) * float64(x)
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(square))
		}
	}
	return vectors
}

// Entry makes an entry that depends on the seed alone.
func Entry(label store.Label, seed uint64) store.Entry {
	picture := fmt.Appendf([]byte{0xff, 0xd8, 0xff}, "picture %d", seed)
	return store.Entry{
		Reference: store.Reference{
			Label: label, Hash: sha256.Sum256(picture), Source: fmt.Sprintf("scan_%d.png", seed),
			Width: 1000 + int(seed), Height: 800, Model: Model,
		},
		Picture:  picture,
		Vectors:  Vectors(rand.New(rand.NewPCG(seed, 1)), store.Rotations, Dim),
		Features: fmt.Appendf(nil, "features %d", seed),
		Words:    store.Words{Vocabulary: Vocabulary, Data: fmt.Appendf(nil, "words %d", seed)},
	}
}

// Put stores entries, and fails the test if one is there already.
func Put(t testing.TB, s store.Store, entries ...store.Entry) []store.Reference {
	t.Helper()
	added, err := s.Put(context.Background(), entries...)
	if err != nil {
		t.Fatal(err)
	}
	references := make([]store.Reference, len(added))
	for i, a := range added {
		if references[i] = a.Reference; a.Duplicate {
			t.Fatalf("%s is there already", a.Source)
		}
	}
	return references
}

// Fill stores n entries of the label a.
func Fill(t testing.TB, s store.Store, n int) []store.Reference {
	t.Helper()
	entries := make([]store.Entry, n)
	for i := range entries {
		entries[i] = Entry("a", uint64(i))
	}
	return Put(t, s, entries...)
}

// List lists the selected references.
func List(t testing.TB, s store.Store, f store.Filter) []store.Reference {
	t.Helper()
	references, err := s.List(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return references
}

// LabelsOf returns the labels of references, in their order.
func LabelsOf(references []store.Reference) []store.Label {
	var labels []store.Label
	for _, r := range references {
		labels = append(labels, r.Label)
	}
	return labels
}

// WordsOf reads the words of all references.
func WordsOf(t testing.TB, s store.Store) map[string]store.Words {
	t.Helper()
	var ids []string
	for _, r := range List(t, s, store.Filter{}) {
		ids = append(ids, r.ID)
	}
	kept := map[string]store.Words{}
	err := s.EachWords(context.Background(), ids, func(id string, words store.Words) error {
		kept[id] = store.Words{Vocabulary: words.Vocabulary, Data: slices.Clone(words.Data)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// MustBeSound fails the test if the store's own check finds anything.
func MustBeSound(t testing.TB, s store.Store) {
	t.Helper()
	problems, err := s.Check(context.Background(), nil)
	if err != nil || len(problems) > 0 {
		t.Errorf("check: %q, %v", problems, err)
	}
}
