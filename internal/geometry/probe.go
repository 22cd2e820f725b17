package geometry

// Probe is a photo, ready to be verified.
type Probe struct {
	w, h     int
	photo    *photo
	features *searchable
}

var probeOptions = Options{Max: 800, Grid: 4}

// NewProbe prepares a photo.
func NewProbe(g *Gray) *Probe {
	return &Probe{
		w: g.W, h: g.H, photo: newPhoto(g),
		features: newSearchable(Extract(shrink(g, workSide), probeOptions)),
	}
}
