package geometry

import "exemplar/internal/imaging"

// seenCell is the side of the squares that Aligned.Seen tells of, in pixels.
const seenCell = 8

// Aligned is a photo laid on a reference, bent paper made flat, at the size at
// which the two are compared.
type Aligned struct {
	Ref, Laid *imaging.Gray // Laid at half brightness
	Seen      []bool        // by whole cells of 8 pixels, row by row: they lie in the photo
}

// Align lays the photo on the reference by a map between their pixels, as
// Verify finds it.
func Align(p *Probe, r *Reference, h *Homography) Aligned {
	l, ph := r.compared, p.photo()
	at := l.rungFor(h)
	var bent *bend
	for steps := bendSteps; steps >= 0; steps-- {
		g := l.rungs[min(at+steps, len(l.rungs)-1)]()
		bent.resize(g.w, g.h)
		blocks, _ := search(ph, g, &warp{h: l.onto(g, h), bent: bent})
		bent = newBend(bent.undo(blocks), g.w, g.h)
	}
	g := l.rungs[at]()
	rect := rectify(ph, &warp{h: l.onto(g, h), bent: bent}, g.w, g.h)
	return Aligned{Compared(r.picture, g.w, g.h), rect.picture(g.w, g.h), rect.seen(g.w, g.h)}
}

// Compared returns a picture of what a reference shows, or might show, as the
// comparison has it: at that size, slightly blurred.
func Compared(g *imaging.Gray, w, h int) *imaging.Gray { return soften(resizeArea(g, w, h)) }

// picture is r without its margin.
func (r *rectified) picture(w, h int) *imaging.Gray {
	out := &imaging.Gray{W: w, H: h, Pix: make([]byte, 0, w*h)}
	for y := range h {
		out.Pix = append(out.Pix, r.pix[(y+searchReach)*r.stride+searchReach:][:w]...)
	}
	return out
}

func (r *rectified) seen(w, h int) []bool {
	var out []bool
	for y := 0; y+seenCell <= h; y += seenCell {
		for x := 0; x+seenCell <= w; x += seenCell {
			left, top := float64(x), float64(y)
			out = append(out, r.quad.inside(left, top) && r.quad.inside(left+seenCell-1, top+seenCell-1))
		}
	}
	return out
}
