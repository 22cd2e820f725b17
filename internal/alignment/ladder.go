package alignment

import (
	"exemplar/internal/planar"
	"math"
	"sync"

	"exemplar/internal/imaging"
)

const (
	// ladderStep is the factor from one size of a reference's picture to the
	// next; bendSteps of them lead from the size that is compared to the one at
	// which the bend is looked for first.
	ladderStep = math.Sqrt2 / 2
	bendSteps  = 3
	// minRungSide is the longer side of the smallest picture: below it there are
	// too few blocks.
	minRungSide = 192
	// minPhotoScale is how many pixels of the photo a pixel of the compared
	// picture stands for at least: enlarging the photo adds nothing.
	minPhotoScale = 0.85
)

// ladder holds a reference's picture at falling sizes, so that it can be
// compared at the resolution that the photo has of it.
type ladder struct {
	w, h  int
	rungs []func() *rung
}

// rung is the picture of a reference as it is compared.
type rung struct {
	w, h      int
	picture   *imaging.Gray
	templates []template
	needed    needed
}

func newLadder(g *imaging.Gray) *ladder {
	l := &ladder{w: g.W, h: g.H}
	for scale := 1.0; ; scale *= ladderStep {
		w, h := int(float64(g.W)*scale+0.5), int(float64(g.H)*scale+0.5)
		if scale < 1 && max(w, h) < minRungSide {
			return l
		}
		l.rungs = append(l.rungs, sync.OnceValue(func() *rung {
			picture := Compared(g, w, h)
			templates := newTemplates(picture)
			return &rung{w: w, h: h, picture: picture, templates: templates, needed: newNeeded(templates, w, h)}
		}))
	}
}

// rungFor is the largest picture that the photo, mapped by h, resolves.
func (l *ladder) rungFor(h *planar.Homography) int {
	ux, uy, vx, vy := h.Jacobian(planar.Pt(float64(l.w)/2, float64(l.h)/2))
	scale := math.Sqrt(math.Abs(ux*vy - uy*vx))
	at := 0
	for scale < minPhotoScale && at < len(l.rungs)-1 {
		scale /= ladderStep
		at++
	}
	return at
}

// onto returns the map from c's pixels to where h maps those of the ladder.
func (l *ladder) onto(c *rung, h *planar.Homography) planar.Homography {
	r := resizing(c.w, c.h, l.w, l.h)
	return h.Multiply(&r)
}
