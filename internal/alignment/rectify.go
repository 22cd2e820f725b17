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
	flat := warp{e.warp.h, newDeformation(e.warp.deformation.compose(slices.Clone(e.Blocks)), w, h)}
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
func (e *Evidence) Above(p *Probe, rows int) *imaging.Gray {
	w := e.level.w
	up := planar.Homography{1, 0, 0, 0, 1, -float64(rows), 0, 0, 1}
	flat := warp{h: e.warp.h.Multiply(&up)}
	all := fullMask(w, rows)
	rect := resample(p.photo(), &flat, &all, nil)
	above := &imaging.Gray{W: w, H: rows, Pix: make([]byte, 0, w*rows)}
	for y := range rows {
		row := rect.pix[(y+searchReach)*rect.stride+searchReach:]
		above.Pix = append(above.Pix, row[:w]...)
	}
	return above
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
