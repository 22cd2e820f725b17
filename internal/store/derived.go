package store

import (
	"context"
	"fmt"
)

// Stored is a reference with its stored picture.
type Stored struct {
	Reference
	Picture []byte // JPEG
}

// Derived is everything that a model computes from a picture.
type Derived struct {
	Vectors  []float32 // (Rotations,dim), as in Entry
	Features []byte    // may be nil
	Words    []byte    // of the features
}

// Validate checks d: its embeddings must have dim numbers, its words are of the
// given vocabulary.
func (d *Derived) Validate(dim int, vocabulary string) error {
	if len(d.Vectors) != Rotations*dim {
		return fmt.Errorf("%d numbers", len(d.Vectors))
	}
	if d.Words == nil { // Reembed would ask for them again, forever
		return fmt.Errorf("no visual words")
	}
	if err := ValidateFeatures(d.Features, Words{vocabulary, d.Words}); err != nil {
		return err
	}
	return ValidateVectors(d.Vectors)
}

// MaxBatch is how many references at most are embedded, and made durable, at once.
const MaxBatch = 64

// Maker computes the derived parts of pictures anew.
type Maker struct {
	Model      string                                                       // fingerprint
	Dim        int                                                          // numbers of an embedding
	Vocabulary string                                                       // of the words
	Derive     func(ctx context.Context, batch []Stored) ([]Derived, error) // of at most Batch
	Batch      int                                                          // 0, or more than MaxBatch: MaxBatch
}

// AtOnce is how many pictures Derive is given at most.
func (m *Maker) AtOnce() int {
	if m.Batch < 1 {
		return MaxBatch
	}
	return min(m.Batch, MaxBatch)
}

// Content says what is wrong with the bytes of a picture, of features or of words,
// which a store itself cannot interpret. A nil Content accepts all bytes.
type Content func(part Part, data []byte) error

// Repaired says what a repair did.
type Repaired struct {
	Made []*Damage // was damaged, and is made anew
	Left []*Damage // is damaged, and cannot be made anew
	// Rebuilt names, in words, the parts of the store itself that were made anew.
	Rebuilt []string
	// Pages names the damage of the store itself that Repair could not undo. An
	// export still saves every part that can be read.
	Pages []string
}
