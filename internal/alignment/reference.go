package alignment

import (
	"sync"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
)

// coarseSide is the longer side, in pixels, at which features are looked for first;
// fineSide is that of the fine scale.
const (
	coarseSide = 640
	fineSide   = 1024
)

var (
	coarseReference = features.Options{Max: 800, Grid: 4}
	fineReference   = features.Options{Max: 1500, Grid: 4}
)

// Reference is a registered picture, ready to be verified against. It may be
// used by several goroutines.
type Reference struct {
	features *features.Features
	picture  *imaging.Gray // at most ReferenceSide
	fine     func() *features.Features
	pyramid  *pyramid
}

// NewReference extracts what is kept of a reference: what [StoredReference]
// makes of its stored features and picture is the same.
func NewReference(g *imaging.Gray) *Reference {
	found := features.Extract(Shrink(g, coarseSide), coarseReference)
	stored, err := features.Unmarshal(found.Marshal())
	if err != nil {
		panic("alignment: stored features cannot be read back: " + err.Error())
	}
	return newReference(stored, Shrink(g, ReferenceSide))
}

// StoredReference returns the reference of stored features and a stored picture, both
// of which it keeps.
func StoredReference(f *features.Features, picture *imaging.Gray) *Reference {
	return newReference(f, Shrink(picture, ReferenceSide))
}

func newReference(f *features.Features, picture *imaging.Gray) *Reference {
	return &Reference{
		features: f,
		picture:  picture,
		fine:     sync.OnceValue(func() *features.Features { return features.Extract(picture, fineReference) }),
		pyramid:  newPyramid(picture),
	}
}

// Features are what the reference is found by; they are to be stored beside its
// picture.
func (r *Reference) Features() *features.Features { return r.features }

// Picture is what the reference is compared by: at most ReferenceSide pixels on the
// longer side, to be stored as a JPEG of moderate quality.
func (r *Reference) Picture() *imaging.Gray { return r.picture }
