package geometry

// workSide is the longer side, in pixels, at which features are looked for.
const workSide = 640

// Reference is a registered picture, ready to be verified against.
type Reference struct {
	features  *Features
	w, h      int // of the picture as registered
	templates *comparable
}

// comparable is the picture of a reference as it is compared.
type comparable struct {
	w, h      int
	templates []template
}

func newComparable(g *Gray) *comparable {
	g = shrink(g, compareSide)
	return &comparable{w: g.W, h: g.H, templates: newTemplates(soften(g))}
}

var referenceOptions = Options{Max: 800, Grid: 4}

// NewReference extracts what is kept of a reference.
func NewReference(g *Gray) *Reference {
	return &Reference{
		features:  Extract(shrink(g, workSide), referenceOptions),
		w:         g.W,
		h:         g.H,
		templates: newComparable(g),
	}
}
