package recognise

import (
	"math"
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

const (
	// sameShare of what agrees with the smaller of two claims must agree with the
	// other as well: then both are about one location. By eye.
	sameShare = 0.5
	// sameOutline of the union of two outlines must be common to both: then both are
	// of one paper, while a card leaves most of the form that it lies on. By eye.
	sameOutline = 0.5
	// documentMargin is how far a document may reach beyond its registered picture,
	// as a share of its size: a case, a frame, a white edge that was trimmed. By eye.
	documentMargin = 0.05
)

// areaStep is the distance between two points of an area, in pixels of the photo.
const areaStep = 4

// area is the part of a photo that a document takes up, as rasters of points.
type area struct {
	w, h      int
	agrees    []bool // in blocks that agree with the reference
	size      int    // of these
	outline   []bool // all within it
	visible   []bool // where it is seen: all of its outline but for what disagrees
	occluding []bool // where it may cover what lies below: visible, and a margin about it
}

// area returns where a reference was found.
func (p *Photo) area(r *Reference, f *Found) *area {
	a := &area{w: p.picture.W/areaStep + 2, h: p.picture.H/areaStep + 2}
	for _, raster := range []*[]bool{&a.agrees, &a.outline, &a.visible, &a.occluding} {
		*raster = make([]bool, a.w*a.h)
	}
	a.set(a.outline, &f.Quad, true)
	a.set(a.visible, &f.Quad, true)
	wider := f.Quad
	for i, corner := range f.Quad {
		wider[i] = planar.Between(f.Quad[(i+2)%4], corner, 1+documentMargin)
	}
	a.set(a.occluding, &wider, true)
	for i, block := range alignment.BlockCorners(r.target, &f.Evidence) {
		for j, corner := range block {
			block[j] = f.H.Apply(corner)
		}
		switch f.Blocks[i].State {
		case alignment.InPlace, alignment.Displaced:
			a.set(a.agrees, &block, true)
		case alignment.Disagrees:
			a.set(a.visible, &block, false)
			a.set(a.occluding, &block, false)
		}
	}
	for _, set := range a.agrees {
		if set {
			a.size++
		}
	}
	return a
}

// set marks the points in a convex quad, which is clockwise on screen.
func (a *area) set(marks []bool, q *[4]planar.Point, to bool) {
	lo, hi := q[0], q[0]
	for _, p := range q {
		lo = planar.Point{X: min(lo.X, p.X), Y: min(lo.Y, p.Y)}
		hi = planar.Point{X: max(hi.X, p.X), Y: max(hi.Y, p.Y)}
	}
	first := func(v float64) int { return int(max(0, math.Ceil(v/areaStep))) }
	last := func(v float64, n int) int { return int(min(float64(n-1), math.Floor(v/areaStep))) }
	for y := first(lo.Y); y <= last(hi.Y, a.h); y++ {
		for x := first(lo.X); x <= last(hi.X, a.w); x++ {
			if planar.Contains(q, planar.Pt(float64(x*areaStep), float64(y*areaStep))) {
				marks[y*a.w+x] = to
			}
		}
	}
}

// sameAs says whether two claims are about the same part of a photo: most of what
// agrees with one agrees with the other as well, or the outlines are nearly the same.
func (a *area) sameAs(b *area) bool {
	agree, both, either := 0, 0, 0
	for i := range a.outline {
		if a.agrees[i] && b.agrees[i] {
			agree++
		}
		if a.outline[i] && b.outline[i] {
			both++
		}
		if a.outline[i] || b.outline[i] {
			either++
		}
	}
	return float64(agree) > sameShare*float64(min(a.size, b.size)) || float64(both) > sameOutline*float64(either)
}

// holds says whether a point of the photo lies in the outline.
func (a *area) holds(x, y float64) bool {
	i, j := int(math.Round(x/areaStep)), int(math.Round(y/areaStep))
	return i >= 0 && j >= 0 && i < a.w && j < a.h && a.outline[j*a.w+i]
}

// without returns the photo with areas painted over, each in its mean colour.
func (p *Photo) without(areas []*area) *Photo {
	left := &imaging.Image{W: p.picture.W, H: p.picture.H, Pix: slices.Clone(p.picture.Pix)}
	for _, a := range areas {
		a.paint(left)
	}
	rest := NewPhoto(p.embedder, left)
	rest.covered, rest.scaleX, rest.scaleY = areas, p.scaleX, p.scaleY
	return rest
}

// dismissCovered leaves out the blocks that a document which was found before covers.
func (p *Photo) dismissCovered(r *Reference, e *alignment.Evidence) {
	if len(p.covered) == 0 {
		return
	}
	corners := alignment.BlockCorners(r.target, e)
	alignment.Dismiss(e, func(i int) bool {
		return slices.ContainsFunc(p.covered, func(a *area) bool { return a.covers(&corners[i], &e.H) })
	})
}

// covers says whether the area may lie upon a block of a reference, by a raster of
// points of the block.
func (a *area) covers(block *[4]planar.Point, h *planar.Homography) bool {
	const steps = 4
	for j := range steps + 1 {
		for i := range steps + 1 {
			k, l := float64(i)/steps, float64(j)/steps
			p := h.Apply(planar.Between(planar.Between(block[0], block[1], k), planar.Between(block[3], block[2], k), l))
			x, y := int(math.Round(p.X/areaStep)), int(math.Round(p.Y/areaStep))
			if x >= 0 && y >= 0 && x < a.w && y < a.h && a.occluding[y*a.w+x] {
				return true
			}
		}
	}
	return false
}

func (a *area) paint(m *imaging.Image) {
	var sum [3]int
	n := 0
	a.each(m, func(pixel []byte) {
		for c, v := range pixel {
			sum[c] += int(v)
		}
		n++
	})
	if n == 0 {
		return
	}
	mean := []byte{byte(sum[0] / n), byte(sum[1] / n), byte(sum[2] / n)}
	a.each(m, func(pixel []byte) { copy(pixel, mean) })
}

// each visits the pixels of an area.
func (a *area) each(m *imaging.Image, visit func(pixel []byte)) {
	for y := range m.H {
		row := a.visible[(y+areaStep/2)/areaStep*a.w:]
		for x := range m.W {
			if row[(x+areaStep/2)/areaStep] {
				visit(m.Pix[3*(y*m.W+x):][:3])
			}
		}
	}
}
