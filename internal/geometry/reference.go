package geometry

// workSide is the longer side, in pixels, at which features are looked for.
const workSide = 640

// Reference is a registered picture, ready to be verified against.
type Reference struct {
	features *Features
}

var referenceOptions = Options{Max: 800, Grid: 4}

// NewReference extracts what is kept of a reference.
func NewReference(g *Gray) *Reference {
	return &Reference{features: Extract(shrink(g, workSide), referenceOptions)}
}
