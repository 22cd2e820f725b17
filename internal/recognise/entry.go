package recognise

import (
	"crypto/sha256"

	"exemplar/internal/store"
	"exemplar/internal/wordindex"
)

// NewEntry makes of a picture file all that a gallery keeps of a reference but
// for its label, source and note. canBeFound is that of [Reference.CanBeFound].
// The error says why the file cannot be a reference.
func (m *Model) NewEntry(data []byte) (entry store.Entry, canBeFound bool, err error) {
	in := Input{Data: data}
	picture, info, err := in.usable(ReferenceSide)
	if err != nil {
		return entry, false, err
	}
	made := NewReference(m.Embedder, picture)
	features, words := made.Features()
	return store.Entry{
		Reference: store.Reference{Hash: sha256.Sum256(data), Width: info.W, Height: info.H, Model: m.Fingerprint},
		Picture:   made.EncodePicture(features, words),
		Vectors:   made.Vectors,
		Features:  features,
		Words:     store.Words{Vocabulary: wordindex.Vocabulary(), Data: words},
	}, made.CanBeFound(), nil
}
