package geometry

// Probe is a photo, ready to be verified.
type Probe struct {
	full     *Gray
	features *searchable
}

var probeOptions = Options{Max: 800, Grid: 4}

// NewProbe prepares a photo.
func NewProbe(g *Gray) *Probe {
	return &Probe{full: g, features: newSearchable(Extract(shrink(g, workSide), probeOptions))}
}
