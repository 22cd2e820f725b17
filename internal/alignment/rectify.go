package alignment

import (
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// BlockSide is the side in pixels of a [Block].
const BlockSide = blockSide

// Rectified is a photo rectified onto the reference that was found in it, pixel upon
// pixel.
type Rectified struct {
	Reference *imaging.Gray // as it was compared: at the size that the photo resolves
	Photo     *imaging.Gray // of the same size, the paper made flat; at half brightness
	Visible   []bool        // cells that lie in the photo and under nothing known, row by row

	flat warp
}

// Rectify rectifies the probe onto a reference that was located in it. cell is the
// side of the cells, a divisor of BlockSide.
func (e *Evidence) Rectify(p *Probe, cell int) Rectified {
	w, h := e.level.w, e.level.h
	flat := warp{e.warp.h, e.warp.deformation.refined(slices.Clone(e.Blocks), w, h)}
	all := fullMask(w, h)
	rect := resample(p.photo(), &flat, &all, nil)
	rectified := Rectified{Reference: e.level.picture, Photo: &imaging.Gray{W: w, H: h, Pix: make([]byte, 0, w*h)}, flat: flat}
	for y := range h {
		row := rect.pix[(y+searchReach)*rect.stride+searchReach:]
		rectified.Photo.Pix = append(rectified.Photo.Pix, row[:w]...)
	}
	columns, rows := w/cell, h/cell
	rectified.Visible = make([]bool, columns*rows)
	for i := range rectified.Visible {
		rectified.Visible[i] = rect.visible(i%columns*cell, i/columns*cell, cell)
	}
	for i := range e.Blocks {
		if b := &e.Blocks[i]; b.hidden {
			rectified.hide(b, cell)
		}
	}
	return rectified
}

// Above rectifies rows of the photo that lie above a reference that was located in it: of a
// document that is longer, found by its foot. The paper is taken to be flat there.
func (e *Evidence) Above(p *Probe, rows int) *imaging.Gray { return e.flat(p, -rows, 0) }

// Beyond rectifies the photo onto a located reference, and as many rows above and below
// it. The paper is taken to be flat: what is undone elsewhere may be form that has moved.
func (e *Evidence) Beyond(p *Probe, rows int) *imaging.Gray {
	return e.flat(p, -rows, e.level.h+rows)
}

// Affine is the evidence with the map that is tangent to its own where most of the
// reference agrees. If that is a part of a page whose rest has moved, perspective goes
// astray beyond it.
func (e *Evidence) Affine() Evidence {
	var x, y, n float64
	for i := range e.Blocks {
		if b := &e.Blocks[i]; b.State == InPlace {
			u, v := b.center()
			x, y, n = x+u, y+v, n+1
		}
	}
	if n == 0 {
		return *e
	}
	at := planar.Pt(x/n, y/n)
	to := e.warp.h.Apply(at)
	ux, uy, vx, vy := e.warp.h.Jacobian(at)
	tangent := *e
	tangent.warp = warp{h: planar.Homography{ux, uy, to.X - ux*at.X - uy*at.Y, vx, vy, to.Y - vx*at.X - vy*at.Y, 0, 0, 1}}
	return tangent
}

// flat rectifies rows of the photo, by the place of the reference alone.
func (e *Evidence) flat(p *Probe, from, to int) *imaging.Gray {
	w, rows := e.level.w, to-from
	up := planar.Homography{1, 0, 0, 0, 1, float64(from), 0, 0, 1}
	flat := warp{h: e.warp.h.Multiply(&up)}
	all := fullMask(w, rows)
	rect := resample(p.photo(), &flat, &all, nil)
	part := &imaging.Gray{W: w, H: rows, Pix: make([]byte, 0, w*rows)}
	for y := range rows {
		row := rect.pix[(y+searchReach)*rect.stride+searchReach:]
		part.Pix = append(part.Pix, row[:w]...)
	}
	return part
}

// hide marks the cells of a block as not visible.
func (l *Rectified) hide(b *Block, cell int) {
	columns, across := l.Photo.W/cell, blockSide/cell
	for y := range across {
		clear(l.Visible[(b.Y/cell+y)*columns+b.X/cell:][:across])
	}
}

// At returns where a point of the compared picture of the reference lies in the
// photo, in its pixels.
func (l *Rectified) At(p planar.Point) planar.Point { return l.flat.h.Apply(l.flat.flatten(p)) }

// At returns where a point of the compared picture of a located reference lies in the photo,
// as if the paper were flat.
func (e *Evidence) At(p planar.Point) planar.Point { return e.warp.h.Apply(p) }

// Settle compares a reference with a photo that was laid on it, of its size and at half
// brightness, and undoes what is left of the paper's deformation. cell is as in
// [Evidence.Rectify].
func Settle(ref, laid *imaging.Gray, cell int) (Comparison, Rectified) {
	bright := &imaging.Gray{W: laid.W, H: laid.H, Pix: make([]byte, len(laid.Pix))}
	for i, v := range laid.Pix {
		bright.Pix[i] = 2 * min(v, 127)
	}
	identity := planar.Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}
	whole := newPhoto(bright)
	p := &Probe{w: laid.W, h: laid.H, photo: func() *photo { return whole }}
	e := Evidence{Located: true, Comparison: compare(whole, newPyramid(ref), &identity, nil)}
	return e.Comparison, e.Rectify(p, cell)
}
