package geometry

import "sync"

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
	picture  *Gray // at most compareSide
	closer   func() *Features
	compared *ladder
}

// NewReference extracts what is kept of a reference.
func NewReference(g *Gray) *Reference {
	return newReference(Extract(Shrink(g, workSide), referenceOptions), Shrink(g, compareSide))
}

func newReference(f *Features, picture *Gray) *Reference {
	return &Reference{
		features: f,
		picture:  picture,
		closer:   sync.OnceValue(func() *Features { return Extract(picture, closerReferenceOptions) }),
		compared: newLadder(picture),
	}
}
