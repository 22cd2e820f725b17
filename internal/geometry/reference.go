package geometry

import (
	"sync"

	"exemplar/internal/imaging"
)

// workSide is the longer side, in pixels, at which features are looked for
// first; closerSide that of the closer look.
const (
	workSide   = 640
	closerSide = 1024
)

var (
	referenceOptions       = Options{Max: 800, Grid: 4}
	closerReferenceOptions = Options{Max: 1500, Grid: 4}
)

// Reference is a registered picture, ready to be verified against. It may be
// used by several goroutines.
type Reference struct {
	features *Features
	picture  *imaging.Gray // at most compareSide
	closer   func() *Features
	compared *ladder
}

// NewReference extracts what is kept of a reference: what comes back from
// [UnmarshalSketch] and [Sketch.Complete] is the same.
func NewReference(g *imaging.Gray) *Reference {
	found := Extract(Shrink(g, workSide), referenceOptions)
	stored, err := unmarshalFeatures(found.marshal())
	if err != nil {
		panic("geometry: stored features cannot be read back: " + err.Error())
	}
	return newReference(stored, Shrink(g, compareSide))
}

func newReference(f *Features, picture *imaging.Gray) *Reference {
	return &Reference{
		features: f,
		picture:  picture,
		closer:   sync.OnceValue(func() *Features { return Extract(picture, closerReferenceOptions) }),
		compared: newLadder(picture),
	}
}
