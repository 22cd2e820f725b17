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
	frame, inside := frameAndInside(e.Blocks)
	return &decide.Geometry{
		Verifiable: true, Located: true,
		Turn: turn(&e.Quad), Inliers: e.Inliers, Coverage: e.Coverage,
		Judged: e.Judged, Agree: e.Agree, InPlace: e.AgreeInPlace, Smoothly: e.AgreeSmoothly,
		Best: e.MeanCorrelation, There: e.MeanInPlace, Weak: e.WeakInPlace, Frame: frame, Inside: inside,
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

// turn is by how many degrees clockwise the document lies turned in the photo,
// to the nearest quarter.
func turn(q *[4]geometry.Point) int {
	dx, dy := q[1].X-q[0].X+q[2].X-q[3].X, q[1].Y-q[0].Y+q[2].Y-q[3].Y // its upper and lower edge
	quarters := math.Round(math.Atan2(dy, dx) / (math.Pi / 2))
	return (int(quarters)*90 + 360) % 360
}

// frameAndInside returns the share of the judged blocks that agree, of those
// along the edges and of the others; 1 where there are none.
func frameAndInside(blocks []geometry.Block) (frame, inside float64) {
	right, bottom := 0, 0
	for _, b := range blocks {
		right, bottom = max(right, b.X), max(bottom, b.Y)
	}
	var agree, judged [2]float64 // of the frame, inside
	for _, b := range blocks {
		if b.Verdict == geometry.Unjudged {
			continue
		}
		part := 1
		if b.X == 0 || b.Y == 0 || b.X == right || b.Y == bottom {
			part = 0
		}
		judged[part]++
		if b.Verdict == geometry.InPlace {
			agree[part]++
		}
	}
	share := func(part int) float64 {
		if judged[part] == 0 {
			return 1
		}
		return agree[part] / judged[part]
	}
	return share(0), share(1)
}
