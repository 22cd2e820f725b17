package recognise

import (
	"errors"
	"sync"

	"exemplar/internal/alignment"
	"exemplar/internal/differ"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// PhotoSide is the longer side, in pixels, at which a photo is worked on: what
// the fine match makes use of.
const PhotoSide = 1024

// Photo is a picture in which references are looked for. It may be used by
// several goroutines.
type Photo struct {
	picture  *imaging.Image
	probe    *alignment.Probe
	embedder *Embedder
	subject  func() *differ.Subject
	covered  []*area // by documents that were found already

	scaleX, scaleY float64 // from the picture to the one as sent
}

// NewPhoto prepares an upright picture, which it keeps.
func NewPhoto(e *Embedder, picture *imaging.Image) *Photo {
	return &Photo{
		picture: picture, probe: alignment.NewProbe(picture.Gray()), embedder: e,
		subject: sync.OnceValue(func() *differ.Subject { return differ.NewSubject(picture) }),
		scaleX:  1, scaleY: 1,
	}
}

// upright is a picture ready to be worked on.
type upright struct {
	*imaging.Image
	scaleX, scaleY float64 // to the picture as sent
}

// openPicture decodes a picture file for a search, within limits and at the
// scale that is needed. The error says why it cannot be used.
func openPicture(e *Embedder, data []byte, mode SearchMode) (upright, error) {
	// A little less than what is worked on will do, and often spares three
	// quarters of the pixels.
	side := PhotoSide * 7 / 8
	if mode == SearchOff {
		side = e.DecodeSide()
	}
	picture, info, err := imaging.DecodeAtLeast(data, side, imaging.DefaultLimits)
	if err != nil {
		return upright{}, err
	}
	if problem := imaging.Inspect(picture); problem != "" {
		return upright{}, errors.New(problem)
	}
	if mode != SearchOff {
		picture = imaging.FitWithin(picture, PhotoSide)
	}
	return upright{picture, float64(info.W) / float64(picture.W), float64(info.H) / float64(picture.H)}, nil
}

// Picture is the picture in which references are looked for. It must not be
// changed.
func (p *Photo) Picture() *imaging.Image { return p.picture }

// Size returns the size of the picture in pixels.
func (p *Photo) Size() (w, h int) { return p.picture.W, p.picture.H }

// AsSent maps a point to the pixels of the picture as it was sent, upright.
func (p *Photo) AsSent(q planar.Point) planar.Point {
	return planar.Point{X: (q.X+0.5)*p.scaleX - 0.5, Y: (q.Y+0.5)*p.scaleY - 0.5}
}

// Pairs returns the points of the photo and of a reference that agree.
func (p *Photo) Pairs(r *Reference, f *Found) []alignment.Pair {
	return alignment.Pairs(p.probe, r.shape, &f.Evidence)
}
