package alignment

import (
	"math"
	"sync"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

const (
	// pyramidStep is the factor from one size of a reference's picture to the next.
	// deformationSteps of them lead from the size that is compared to the one at
	// which the deformation is looked for first. By eye.
	pyramidStep      = math.Sqrt2 / 2
	deformationSteps = 3
	// minLevelSide is the longer side of the smallest picture: below it there are too
	// few blocks. By eye.
	minLevelSide = 192
	// minPhotoScale is how many pixels of the photo a pixel of the compared picture
	// must stand for: enlarging the photo adds nothing. By eye.
	minPhotoScale = 0.85
)

// pyramid holds a reference's picture at falling sizes, so that it can be compared at
// the resolution that the photo has of it.
type pyramid struct {
	w, h   int
	levels []func() *referenceLevel
}

// referenceLevel is the picture of a reference at one size, ready to be compared.
type referenceLevel struct {
	w, h      int
	picture   *imaging.Gray
	templates []template
	mask      sampleMask
}

func newPyramid(g *imaging.Gray) *pyramid {
	l := &pyramid{w: g.W, h: g.H}
	for scale := 1.0; ; scale *= pyramidStep {
		w, h := int(float64(g.W)*scale+0.5), int(float64(g.H)*scale+0.5)
		if scale < 1 && max(w, h) < minLevelSide {
			return l
		}
		l.levels = append(l.levels, sync.OnceValue(func() *referenceLevel {
			picture := Compared(g, w, h)
			templates := newTemplates(picture)
			return &referenceLevel{w: w, h: h, picture: picture, templates: templates, mask: windowMask(templates, w, h)}
		}))
	}
}

// levelFor returns the index of the largest picture that the photo, mapped by h,
// resolves.
func (l *pyramid) levelFor(h *planar.Homography) int {
	ux, uy, vx, vy := h.Jacobian(planar.Pt(float64(l.w)/2, float64(l.h)/2))
	scale := math.Sqrt(math.Abs(ux*vy - uy*vx))
	at := 0
	for scale < minPhotoScale && at < len(l.levels)-1 {
		scale /= pyramidStep
		at++
	}
	return at
}

// onto returns the map from the pixels of a level to where h maps those of the whole
// picture.
func (l *pyramid) onto(c *referenceLevel, h *planar.Homography) planar.Homography {
	r := resizing(c.w, c.h, l.w, l.h)
	return h.Multiply(&r)
}
