package alignment

import (
	"sync"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
)

// CoarseProbe says how many features are looked for in a photo first.
var CoarseProbe = features.Options{Max: 1000, Grid: 4}

var fineProbe = features.Options{Max: 4000, Grid: 8}

// Probe is a photo, ready to be verified. It may be used by several
// goroutines; what not every answer needs is made on first use.
type Probe struct {
	w, h   int
	coarse func() *features.Searchable
	fine   func() *features.Searchable
	photo  func() *photo
}

// NewProbe prepares a photo, which it keeps.
func NewProbe(g *imaging.Gray) *Probe {
	return &Probe{
		w: g.W, h: g.H,
		coarse: sync.OnceValue(func() *features.Searchable {
			return features.Prepare(features.Extract(Shrink(g, coarseSide), CoarseProbe))
		}),
		fine: sync.OnceValue(func() *features.Searchable {
			return features.Prepare(features.Extract(Shrink(g, fineSide), fineProbe))
		}),
		photo: sync.OnceValue(func() *photo { return newPhoto(g) }),
	}
}

// CoarseFeatures are those of the photo at 640 pixels.
func (p *Probe) CoarseFeatures() *features.Features { return p.coarse().Features }

// FineFeatures are those of the photo at 1024 pixels: four times as many, for
// documents that are small in it.
func (p *Probe) FineFeatures() *features.Features { return p.fine().Features }

// CoarseInliers is the number of points of a reference that lie in the photo as
// those of one flat thing would, by its coarse features.
func (p *Probe) CoarseInliers(ref *features.Features) int { return inliers(ref, p.coarse()) }

// FineInliers is CoarseInliers by the photo's fine features.
func (p *Probe) FineInliers(ref *features.Features) int { return inliers(ref, p.fine()) }

// Beside is the probe without the coarse features that lie where covered says, by
// pixels of the photo. Only its coarse features may be used.
func (p *Probe) Beside(covered func(x, y float64) bool) *Probe {
	return &Probe{w: p.w, h: p.h, coarse: sync.OnceValue(func() *features.Searchable {
		all := p.coarse().Features
		kx, ky := float64(p.w)/float64(all.W), float64(p.h)/float64(all.H)
		return features.Prepare(all.Where(func(f *features.Feature) bool {
			return !covered(kx*(float64(f.X)+0.5)-0.5, ky*(float64(f.Y)+0.5)-0.5)
		}))
	})}
}

func inliers(ref *features.Features, probe *features.Searchable) int {
	fit, _ := locate(ref, probe)
	return fit.Inliers
}
