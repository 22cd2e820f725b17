package storetest

import (
	"context"
	"hash/fnv"
	"math/rand/v2"

	"exemplar/internal/store"
)

// Embedder makes embeddings for tests from the bytes of pictures, and counts the pictures.
type Embedder struct {
	Model    string
	Dim      int
	Pictures int                              // that were embedded
	Before   func(batch []store.Stored) error // is called before each batch; may be nil
}

// Maker returns the maker that uses the embedder.
func (e *Embedder) Maker() store.Maker {
	return store.Maker{Model: e.Model, Dim: e.Dim, Vocabulary: Vocabulary, Derive: e.Derive}
}

// SameMaker returns a maker with the model of the entries of tests. Its embeddings differ
// from theirs.
func SameMaker() store.Maker { return (&Embedder{Model: Model, Dim: Dim}).Maker() }

// Vectors returns the embeddings of a picture (Rotations,Dim).
func (e *Embedder) Vectors(picture []byte) []float32 {
	h := fnv.New64a()
	h.Write(picture)
	return Vectors(rand.New(rand.NewPCG(h.Sum64(), 2)), store.Rotations, e.Dim)
}

// Derive returns the derived parts of pictures.
func (e *Embedder) Derive(_ context.Context, batch []store.Stored) ([]store.Derived, error) {
	if e.Before != nil {
		if err := e.Before(batch); err != nil {
			return nil, err
		}
	}
	derived := make([]store.Derived, len(batch))
	for i, s := range batch {
		e.Pictures++
		derived[i] = store.Derived{Vectors: e.Vectors(s.Picture), Features: []byte("next " + s.ID), Words: []byte("next words " + s.ID)}
	}
	return derived, nil
}
