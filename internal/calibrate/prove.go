package calibrate

import (
	"exemplar/internal/decide"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
)

// referenceSide is the longer side at which a gallery keeps its references.
const referenceSide = 768

// Prover verifies photos against references as a gallery does.
type Prover struct {
	network    *model.Network
	input, dim int
}

// NewProver makes one for a model.
func NewProver(bundle *model.Bundle) *Prover {
	return &Prover{network: bundle.Freeze(), input: bundle.Arch.Input, dim: bundle.Arch.Embedding}
}

// Registered is a reference as a gallery holds it.
type Registered struct {
	geometry *geometry.Reference
	w, h     int
	vector   []float32
}

// Register makes a reference of a picture.
func (p *Prover) Register(picture *imaging.Image) *Registered {
	picture = imaging.FitWithin(picture, referenceSide)
	return &Registered{
		geometry: geometry.NewReference(picture.Gray()),
		w:        picture.W, h: picture.H,
		vector: p.embed(imaging.ResizeArea(picture, p.input, p.input)),
	}
}

// Photo is a probe.
type Photo struct {
	picture  *imaging.Image
	geometry *geometry.Probe
}

// Photo prepares a probe.
func (p *Prover) Photo(picture *imaging.Image) *Photo {
	return &Photo{picture, geometry.NewProbe(picture.Gray())}
}

// Prove looks for the reference in the photo.
func (p *Prover) Prove(photo *Photo, r *Registered) *decide.Geometry {
	e := geometry.Verify(photo.geometry, r.geometry)
	if !e.Located {
		return Evidence(r.geometry, &e, 0)
	}
	return Evidence(r.geometry, &e, dot(r.vector, p.embed(p.rectified(photo.picture, &e, r))))
}

// rectified is the located document as the network takes it.
func (p *Prover) rectified(photo *imaging.Image, e *geometry.Evidence, r *Registered) *imaging.Image {
	sx, sy := float64(r.w)/float64(p.input), float64(r.h)/float64(p.input)
	toReference := geometry.Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
	return imaging.Warp(photo, e.H.Multiply(&toReference), p.input, p.input)
}

func (p *Prover) embed(input *imaging.Image) []float32 {
	out := make([]float32, p.dim)
	p.network.Embed(out, input.Pix, 1)
	return out
}

func dot(a, b []float32) (sum float32) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
