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
	compared func() *comparable
}

// comparable is the picture of a reference as it is compared.
type comparable struct {
	w, h      int
	templates []template
	half      *comparable // at half the size, where that is large enough
}

// minHalfSide is the longer side below which a reference has no half-size
// picture: it would have too few blocks.
const minHalfSide = 480

func newComparable(g *Gray) *comparable {
	c := &comparable{w: g.W, h: g.H, templates: newTemplates(soften(g))}
	if max(g.W, g.H) >= minHalfSide {
		half := resizeArea(g, g.W/2, g.H/2)
		c.half = &comparable{w: half.W, h: half.H, templates: newTemplates(soften(half))}
	}
	return c
}

// NewReference extracts what is kept of a reference.
func NewReference(g *Gray) *Reference {
	return newReference(Extract(shrink(g, workSide), referenceOptions), shrink(g, compareSide))
}

func newReference(f *Features, picture *Gray) *Reference {
	return &Reference{
		features: f,
		picture:  picture,
		closer:   sync.OnceValue(func() *Features { return Extract(picture, closerReferenceOptions) }),
		compared: sync.OnceValue(func() *comparable {
			return newComparable(picture)
		}),
	}
}
