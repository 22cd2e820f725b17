package alignment

import (
	"exemplar/internal/planar"
	"slices"

	"exemplar/internal/imaging"
)

// BlockSide is the side in pixels of a [Block].
const BlockSide = blockSide

// Laid is a photo laid on the reference that was found in it.
type Laid struct {
	Reference *imaging.Gray // as it was compared: at the size that the photo resolves
	Photo     *imaging.Gray // as large, the paper made flat; at half brightness
	Seen      []bool        // cells that lie in the photo and under nothing known, row by row

	flat warp
}

// Lay lays the probe on a reference that was located in it. cell is the side of
// the cells, a divisor of BlockSide.
func (e *Evidence) Lay(p *Probe, cell int) Laid {
	w, h := e.rung.w, e.rung.h
	flat := warp{e.seen.h, newBend(e.seen.bent.undo(slices.Clone(e.Blocks)), w, h)}
	all := allNeeded(w, h)
	rect := rectify(p.photo(), &flat, &all, nil)
	laid := Laid{Reference: e.rung.picture, Photo: &imaging.Gray{W: w, H: h, Pix: make([]byte, 0, w*h)}, flat: flat}
	for y := range h {
		row := rect.pix[(y+searchReach)*rect.stride+searchReach:]
		laid.Photo.Pix = append(laid.Photo.Pix, row[:w]...)
	}
	columns, rows := w/cell, h/cell
	laid.Seen = make([]bool, columns*rows)
	for i := range laid.Seen {
		laid.Seen[i] = rect.visible(i%columns*cell, i/columns*cell, cell)
	}
	for i := range e.Blocks {
		if b := &e.Blocks[i]; b.hidden {
			laid.hide(b, cell)
		}
	}
	return laid
}

// hide marks the cells of a block as not seen.
func (l *Laid) hide(b *Block, cell int) {
	columns, across := l.Photo.W/cell, blockSide/cell
	for y := range across {
		clear(l.Seen[(b.Y/cell+y)*columns+b.X/cell:][:across])
	}
}

// At returns where a place of the reference as it was compared lies in the
// photo, in its pixels.
func (l *Laid) At(p planar.Point) planar.Point { return l.flat.h.Apply(l.flat.bend(p)) }
