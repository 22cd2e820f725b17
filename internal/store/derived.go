package store

import (
	"context"
	"fmt"
)

// Stored is a reference with the picture that is kept of it.
type Stored struct {
	Reference
	Picture []byte // JPEG
}

// Derived is what a model makes of a picture.
type Derived struct {
	Vectors  []float32 // (Rotations,dim), as in Entry
	Features []byte    // may be nil
	Words    []byte    // of the features
}

// Validate checks what was derived with a vocabulary for embeddings of dim numbers.
func (d *Derived) Validate(dim int, vocabulary string) error {
	if len(d.Vectors) != Rotations*dim {
		return fmt.Errorf("%d numbers", len(d.Vectors))
	}
	if d.Words == nil { // it would be missing for ever
		return fmt.Errorf("no visual words")
	}
	if err := ValidateFeatures(d.Features, Words{vocabulary, d.Words}); err != nil {
		return err
	}
	return ValidateVectors(d.Vectors)
}

// MaxBatch is how many references are embedded, and made durable, at once.
const MaxBatch = 64

// Maker makes anew what is derived of pictures.
type Maker struct {
	Model      string                                                       // fingerprint
	Dim        int                                                          // numbers of an embedding
	Vocabulary string                                                       // of the words
	Derive     func(ctx context.Context, batch []Stored) ([]Derived, error) // of at most MaxBatch
}

// Content says what is wrong with the bytes of a part of a reference (picture,
// features or words) that a store itself cannot understand; nil stands for one
// that takes everything.
type Content func(part Part, data []byte) error

// Repaired says what a repair did.
type Repaired struct {
	Made []*Damage // was damaged, and is made anew
	Left []*Damage // is damaged, and cannot be made anew
	// Rebuilt says, in words, what of the store itself was damaged and is made anew.
	Rebuilt []string
	// Pages says what is wrong with the store itself, beyond what could be set right:
	// an export has all that can still be read.
	Pages []string
}
