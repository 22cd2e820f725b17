// Package proof holds a photo against references: where each lies in it, how
// much of it agrees, and how alike the document is once it is cut out and
// upright. It joins internal/geometry and a network into the evidence that
// internal/decide weighs.
//
//	photo := proof.NewPhoto(picture, network, bundle.Arch)
//	found := photo.Verify(reference)
//	if found.Located { fmt.Println(found.Quad) }
package proof

import (
	"math"

	"exemplar/internal/decide"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/model"
)

// PhotoSide is the longer side, in pixels, at which a photo is worked on: what
// the closer look makes use of.
const PhotoSide = 1024

// Photo is a picture in which references are looked for. It may be used by
// several goroutines.
type Photo struct {
	picture *imaging.Image
	probe   *geometry.Probe
	network *model.Network
	arch    model.Architecture
}

// NewPhoto prepares a picture, which it keeps.
func NewPhoto(picture *imaging.Image, network *model.Network, arch model.Architecture) *Photo {
	return &Photo{picture, geometry.NewProbe(picture.Gray()), network, arch}
}

// Reference is a registered picture that can be looked for.
type Reference struct {
	shape  *geometry.Reference
	vector []float32 // embedding of the upright picture
	w, h   int       // of the picture, pixels
}

// NewReference prepares a reference from its picture and its embedding, which
// it keeps.
func NewReference(picture *imaging.Image, vector []float32) *Reference {
	return &Reference{geometry.NewReference(picture.Gray()), vector, picture.W, picture.H}
}

// StoredReference is NewReference with features that were kept of it; without
// any they are made of the picture.
func StoredReference(features []byte, picture *imaging.Image, vector []float32) (*Reference, error) {
	if len(features) == 0 {
		return NewReference(picture, vector), nil
	}
	shape, err := geometry.UnmarshalReference(features, picture.Gray())
	if err != nil {
		return nil, err
	}
	return &Reference{shape, vector, picture.W, picture.H}, nil
}

// Features returns what is to be kept of a reference beside its picture.
func (r *Reference) Features() ([]byte, error) { return r.shape.MarshalBinary() }

// Found is what looking for a reference in a photo came to.
type Found struct {
	geometry.Evidence
	Weighed *decide.Geometry // the evidence in the terms of a decision
}

// Verify looks for the reference in the photo and compares the two.
func (p *Photo) Verify(r *Reference) Found {
	f := Found{Evidence: geometry.Verify(p.probe, r.shape)}
	f.Weighed = &decide.Geometry{Verifiable: true}
	if f.Located {
		f.Weighed = p.weigh(r, &f.Evidence)
	}
	return f
}

// Glance returns the number of places of the reference that a first look
// finds in the photo, lying as those of one flat thing would.
func (p *Photo) Glance(r *Reference) int {
	fit, _ := geometry.Locate(p.probe, r.shape)
	return fit.Inliers
}

// weigh puts the evidence of a located reference into the terms of a decision.
func (p *Photo) weigh(r *Reference, e *geometry.Evidence) *decide.Geometry {
	return &decide.Geometry{
		Verifiable: true, Located: true,
		Inliers: e.Inliers, Coverage: e.Coverage, Residual: e.Residual / side(&e.Quad),
		Judged: e.Judged, Agree: e.Agree, InPlace: e.AgreeInPlace, Smoothly: e.AgreeSmoothly,
		Correlation: e.MeanCorrelation, There: e.MeanInPlace, Weak: e.WeakInPlace,
		Score: float64(kernel.Dot(p.cutOut(r, &e.H), r.vector)),
	}
}

// cutOut returns the embedding of the part of the photo that the map says is
// the reference.
func (p *Photo) cutOut(r *Reference, h *geometry.Homography) []float32 {
	// From the network's input to the reference's picture: edges meet edges.
	sx, sy := float64(r.w)/float64(p.arch.Input), float64(r.h)/float64(p.arch.Input)
	toReference := geometry.Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
	toPhoto := h.Multiply(&toReference)
	out := make([]float32, p.arch.Embedding)
	p.network.Embed(out, imaging.Warp(p.picture, toPhoto, p.arch.Input, p.arch.Input).Pix, 1)
	return out
}

// side is the side of the square that is as large as the quad, in pixels.
func side(q *[4]geometry.Point) float64 {
	area := 0.0
	for i, a := range q {
		b := q[(i+1)%4]
		area += (a.X*b.Y - b.X*a.Y) / 2
	}
	return math.Sqrt(max(area, 1))
}
