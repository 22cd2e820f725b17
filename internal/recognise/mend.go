package recognise

import (
	"fmt"

	"exemplar/internal/alignment"
	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/wordindex"
)

// sameCosine is the cosine from which on a stored embedding is taken for that of the
// stored picture. It was made of the picture before that was compressed, which leaves
// the cosine above 0.95 at any quality; for another document it is far below. By eye.
const sameCosine = 0.8

// Mend checks an entry of another gallery against its picture: see [archive.Mender].
// It makes anew what the entry lacks or what does not fit, and names the latter. The
// error says why the entry is of no use.
func (m *Model) Mend(e *store.Entry) (mended []*store.Damage, err error) {
	name := func(part store.Part, why string) {
		mended = append(mended, &store.Damage{ID: e.ID, Label: e.Label, Part: part, Why: why})
	}
	if err := store.ValidatePicture(e.Picture); err != nil {
		return nil, err
	}
	picture, _, err := imaging.Decode(e.Picture, keptLimits)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if why, err := m.mendVectors(e, picture); err != nil {
		return nil, err
	} else if why != "" {
		name(store.PartEmbedding, why)
		e.Features = nil // theirs neither, it seems
	}
	var found *features.Features
	if e.Features != nil {
		if found, err = features.Unmarshal(e.Features); err != nil {
			name(store.PartFeatures, err.Error())
		} else if !sameShape(found, picture) {
			name(store.PartFeatures, fmt.Sprintf("of a picture of %d x %d pixels, this has %d x %d", found.W, found.H, picture.W, picture.H))
			found = nil
		}
	}
	if found == nil {
		found = alignment.NewReference(picture.Gray()).Features()
		e.Features = found.Marshal()
	}
	if e.Words.Vocabulary == wordindex.Vocabulary() {
		if n, err := wordindex.Count(e.Words.Data); err != nil {
			name(store.PartWords, err.Error())
		} else if n != len(found.Points) {
			name(store.PartWords, fmt.Sprintf("of %d features, there are %d", n, len(found.Points)))
		}
	}
	// Whatever they say: the right ones are made as fast as these are compared.
	e.Words = store.Words{Vocabulary: wordindex.Vocabulary(), Data: wordindex.Words(found)}
	return mended, nil
}

// sameShape reports whether features may be those of a picture. They are found in a
// smaller copy of it, so the ratio of the sides is the same but for rounding.
func sameShape(f *features.Features, picture *imaging.Image) bool {
	off := f.W*picture.H - f.H*picture.W
	return max(off, -off) <= max(picture.W, picture.H) && f.W <= picture.W
}

// mendVectors makes the embeddings anew if there are none, or says why it does so.
func (m *Model) mendVectors(e *store.Entry, picture *imaging.Image) (why string, err error) {
	if e.Model != m.Fingerprint {
		if e.Vectors == nil {
			return "", fmt.Errorf("embedding: another model made it, so that it cannot be made anew")
		}
		return "", nil
	}
	made := m.EmbedTurned(picture)
	if e.Vectors != nil {
		if sameEmbeddings(e.Vectors, made, m.Dim()) {
			return "", nil
		}
		why = "not of its picture"
	}
	e.Vectors = made
	return why, nil
}

// sameEmbeddings compares embeddings (Rotations,dim).
func sameEmbeddings(a, b []float32, dim int) bool {
	if len(a) != len(b) {
		return false
	}
	for turn := range store.Rotations {
		cosine := float32(0)
		for i := turn * dim; i < (turn+1)*dim; i++ {
			cosine += a[i] * b[i]
		}
		if !(cosine >= sameCosine) {
			return false
		}
	}
	return true
}
