package geometry

import (
	"sync"

	"exemplar/internal/imaging"
)

var (
	ProbeOptions       = Options{Max: 1000, Grid: 4}
	closerProbeOptions = Options{Max: 4000, Grid: 8}
)

// Probe is a photo, ready to be verified. It may be used by several
// goroutines; what not every answer needs is made on first use.
type Probe struct {
	w, h     int
	features func() *searchable
	closer   func() *searchable
	photo    func() *photo
}

// NewProbe prepares a photo, which it keeps.
func NewProbe(g *imaging.Gray) *Probe {
	return &Probe{
		w: g.W, h: g.H,
		features: sync.OnceValue(func() *searchable {
			return newSearchable(Extract(Shrink(g, workSide), ProbeOptions))
		}),
		closer: sync.OnceValue(func() *searchable {
			return newSearchable(Extract(Shrink(g, closerSide), closerProbeOptions))
		}),
		photo: sync.OnceValue(func() *photo { return newPhoto(g) }),
	}
}
