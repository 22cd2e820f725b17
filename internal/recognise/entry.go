package recognise

import (
	"crypto/sha256"

	"exemplar/internal/store"
	"exemplar/internal/wordindex"
)

// NewEntry makes of a picture all that a gallery keeps of a reference but for its
// label, source and note. The notes are what is to be known of it: which page it is,
// what is missing, and if it cannot be looked for in photos. The error says why the
// picture cannot be a reference.
func (m *Model) NewEntry(in Input) (entry store.Entry, notes []string, err error) {
	picture, info, err := in.usable(ReferenceSide)
	if err != nil {
		return entry, nil, err
	}
	made := NewReference(m.Embedder, picture)
	features, words := made.Features()
	notes = info.Notes
	if !made.CanBeFound() {
		notes = append(notes, "shows too little to be looked for in photos: its likeness to the whole picture decides")
	}
	return store.Entry{
		Reference: store.Reference{Hash: in.hash(), Width: info.W, Height: info.H, Model: m.Fingerprint},
		Picture:   made.EncodePicture(features, words),
		Vectors:   made.Vectors,
		Features:  features,
		Words:     store.Words{Vocabulary: wordindex.Vocabulary(), Data: words},
	}, notes, nil
}

// hash tells pictures by the content of their files.
func (in *Input) hash() store.Hash {
	if in.Image != nil {
		return in.Hash
	}
	return sha256.Sum256(in.Data)
}
