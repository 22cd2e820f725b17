package recognise

import (
	"errors"
	"math"
	"strings"
	"sync"

	"exemplar/internal/alignment"
	"exemplar/internal/imagediff"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/store"
)

// PhotoSide is the longer side, in pixels, at which a photo is worked on: what
// the fine match makes use of.
const PhotoSide = 1024

// Photo is a picture in which references are looked for. It may be used by
// several goroutines.
type Photo struct {
	picture  *imaging.Image
	halves   *imaging.Halves // of picture
	probe    *alignment.Probe
	embedder *Embedder
	subject  func() *imagediff.Subject
	covered  []*area // by documents that were found already

	scaleX, scaleY float64 // from the picture to the one as sent
	mirrored       bool    // it is the mirror image of that
}

// NewPhoto prepares an upright picture, which it keeps.
func NewPhoto(e *Embedder, picture *imaging.Image) *Photo {
	return &Photo{
		picture: picture, halves: imaging.NewHalves(picture), probe: alignment.NewProbe(picture.Gray()), embedder: e,
		subject: sync.OnceValue(func() *imagediff.Subject { return imagediff.NewSubject(picture) }),
		scaleX:  1, scaleY: 1,
	}
}

// upright is a picture ready to be worked on.
type upright struct {
	*imaging.Image
	scaleX, scaleY float64  // to the picture as sent
	notes          []string // what its file had to tell: which page, which frame
	dark           bool     // it came darker than this
}

// Input is a picture as it was sent: a file, or pixels.
type Input struct {
	Data  []byte
	Image *imaging.Image // upright; nil where Data is the picture
	Info  imaging.Info   // of Image, if it comes of a file: how it was sent
	Hash  store.Hash     // of Image, if it comes of a file: of the content
	Fault error          // why there is neither
}

// open makes a picture ready for a search, within limits and at the scale that is
// needed. The error says why it cannot be used.
func (in *Input) open(e *Embedder, mode SearchMode) (upright, error) {
	// A little less than what is worked on will do, and often spares three
	// quarters of the pixels.
	side := PhotoSide * 7 / 8
	if mode == SearchOff {
		side = e.DecodeSide()
	}
	picture, info, err := in.usable(side)
	if err != nil {
		return upright{}, err
	}
	if mode != SearchOff {
		picture = imaging.FitWithin(picture, PhotoSide)
	}
	picture, dark := inLight(picture)
	return upright{picture, float64(info.W) / float64(picture.W), float64(info.H) / float64(picture.H), info.Notes, dark}, nil
}

// usable returns a picture that shows something, and how it was sent. A file is
// decoded down to the given longer side, no further.
func (in *Input) usable(side int) (*imaging.Image, imaging.Info, error) {
	picture, info, err := in.decode(side)
	if err != nil {
		return nil, info, err
	}
	if problem := imaging.Inspect(picture); problem != "" { // with what its file had to tell
		return nil, info, unusable{problem, info.Notes}
	}
	return picture, info, nil
}

// unusable says why a picture is useless, and what its file had to tell.
type unusable struct {
	problem string
	notes   []string
}

func (u unusable) Error() string { return strings.Join(append([]string{u.problem}, u.notes...), "; ") }

// isBlank says of an error of [Input.open] that the picture shows nothing.
func isBlank(err error) bool {
	var u unusable
	return errors.As(err, &u) && u.problem == imaging.Blank
}

// decode returns a picture and how it was sent.
func (in *Input) decode(side int) (*imaging.Image, imaging.Info, error) {
	switch {
	case in.Fault != nil:
		return nil, imaging.Info{}, in.Fault
	case in.Image != nil:
		info := in.Info
		if info.Format == "" {
			info.W, info.H = in.Image.W, in.Image.H
		}
		return in.Image, info, nil
	}
	return imaging.DecodeAtLeast(in.Data, side, imaging.DefaultLimits)
}

// Picture returns the picture, upright. A file is decoded down to the given longer
// side, no further.
func (in *Input) Picture(side int) (*imaging.Image, error) {
	picture, _, err := in.decode(side)
	return picture, err
}

// Picture is the picture in which references are looked for. It must not be
// changed.
func (p *Photo) Picture() *imaging.Image { return p.picture }

// Size returns the size of the picture in pixels.
func (p *Photo) Size() (w, h int) { return p.picture.W, p.picture.H }

// SizeAsSent returns the size of the upright picture as it was sent, in pixels.
func (p *Photo) SizeAsSent() (w, h int) {
	return int(math.Round(float64(p.picture.W) * p.scaleX)), int(math.Round(float64(p.picture.H) * p.scaleY))
}

// AsSent maps a point to the pixels of the picture as it was sent, upright.
func (p *Photo) AsSent(q planar.Point) planar.Point {
	if p.mirrored {
		q.X = float64(p.picture.W-1) - q.X
	}
	return planar.Point{X: (q.X+0.5)*p.scaleX - 0.5, Y: (q.Y+0.5)*p.scaleY - 0.5}
}

// Pairs returns the points of the photo and of a reference that agree.
func (p *Photo) Pairs(r *Reference, f *Found) []alignment.Pair {
	return alignment.Pairs(p.probe, r.target, &f.Evidence)
}
