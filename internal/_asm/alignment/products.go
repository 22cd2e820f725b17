package alignment

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// heights is the number of vertical positions that are computed at a time, one per register. One position is left over.
const heights = searchHigh / 2

// Registers of the products, behind those of the sums.
const (
	templatePiece = 8
	windowPiece   = 9 // and the following ones
)

// products computes the products of the template with all positions of the window: at height dy, row y of the template is
// multiplied by row y+dy of the window. AVX2 processes the left and the right eight positions of a row in turn.
func (w *windowSummer) products() {
	if w.Wide() {
		w.columns(w.buffer, w.sums)
		return
	}
	w.Times("halves", w.Number(w.rowVectors()), func() {
		w.columns(w.CopyOf(w.buffer), w.CopyOf(w.sums))
		w.Advance(w.VectorBytes(), w.buffer, w.sums)
	})
}

// columns computes a vector of positions at all heights.
func (w *windowSummer) columns(top, out reg.GPVirtual) {
	w.Times("heights", w.Number(searchHigh/heights), func() {
		for i := range heights {
			w.Zero(i)
		}
		w.templateRows(top, w.heightsRow)
		for i := range heights {
			w.storeInts(i, isa.At(out, rowBytes*i))
		}
		w.Advance(rowBytes*heights, out)
		w.Advance(piecesBytes*heights, top)
	})
	w.Zero(0, 1)
	w.templateRows(top, w.lastRow)
	w.VPADDD(w.V(1), w.V(0), w.V(0))
	w.storeInts(0, isa.At(out, 0))
}

// templateRows emits the loop over the rows of the template, each with the row of the window for the topmost position.
func (w *windowSummer) templateRows(top reg.GPVirtual, row func(pix, pieces reg.GPVirtual)) {
	rows, pix, pieces := w.Number(blockSide), w.CopyOf(w.pix), w.CopyOf(top)
	w.Times("template", rows, func() {
		row(pix, pieces)
		w.Advance(blockSide, pix)
		w.Advance(piecesBytes, pieces)
	})
}

// heightsRow adds a row's products at neighbouring heights.
func (w *windowSummer) heightsRow(pix, pieces reg.GPVirtual) {
	for group := range groups {
		w.VPBROADCASTD(isa.At(pix, pieceBytes*group), w.V(templatePiece))
		at := func(i int) operand.Mem { return isa.At(pieces, groupBytes*group+piecesBytes*i) }
		if !w.Wide() {
			for i := range heights {
				w.narrowProduct(at(i), windowPiece+i%4, i)
			}
			continue
		}
		for i := range heights {
			w.VMOVDQA32(at(i), w.V(windowPiece+i))
		}
		for i := range heights {
			w.VPDPBUSD(w.V(templatePiece), w.V(windowPiece+i), w.V(i))
		}
	}
}

// lastRow adds a row's products at one height, alternately to two sums.
func (w *windowSummer) lastRow(pix, pieces reg.GPVirtual) {
	if !w.Wide() {
		for group := range groups {
			w.VPBROADCASTD(isa.At(pix, pieceBytes*group), w.V(templatePiece))
			w.narrowProduct(isa.At(pieces, groupBytes*group), windowPiece, group%2)
		}
		return
	}
	for pair := 0; pair < groups; pair += 2 {
		for i := range 2 {
			w.VPBROADCASTD(isa.At(pix, pieceBytes*(pair+i)), w.V(8+i))
		}
		for i := range 2 {
			w.VMOVDQA32(isa.At(pieces, groupBytes*(pair+i)), w.V(10+i))
		}
		for i := range 2 {
			w.VPDPBUSD(w.V(8+i), w.V(10+i), w.V(i))
		}
	}
}

// narrowProduct adds the products of a piece of the template with eight pieces of the window. Pixels of the window are at
// most 127, so that sums of two products fit in the 16 bits of VPMADDUBSW.
func (w *windowSummer) narrowProduct(piece operand.Mem, scratch, sum int) {
	t := w.V(scratch)
	w.VMOVDQA(piece, t)
	w.VPMADDUBSW(w.V(templatePiece), t, t)
	w.VPMADDWD(w.V(narrowOneWords), t, t)
	w.VPADDD(t, w.V(sum), w.V(sum))
}
