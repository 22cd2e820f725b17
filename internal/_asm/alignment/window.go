package alignment

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sizes of what the stack holds for each row of the window: groups of sixteen overlapping pieces of four bytes, and after
// all of these the sums of the bytes and of their squares at each of the sixteen places.
const (
	groups      = blockSide / 4
	pieceBytes  = 4
	groupBytes  = pieceBytes * searchWide
	piecesBytes = groups * groupBytes
	pairBytes   = 2 * rowBytes
	alignTo     = 64
)

// window emits the function that computes the sums at all positions of a window.
func window(c *build.Context) {
	// Lane i takes the bytes from i on.
	pieces := isa.Words(c, "pieces", searchWide, func(i int) uint32 { return uint32(i)*0x01010101 + 0x03020100 })
	for _, s := range emitters(c, "windowSums") {
		(&windowSummer{emitter: s, pieces: pieces}).emit()
	}
}

type windowSummer struct {
	emitter
	pieces                    operand.Mem
	sums, pix, window, stride reg.GPVirtual
	buffer, rowSums           reg.GPVirtual // pieces, and sums of rows
}

// Registers of constants: which bytes make pieces; ones as bytes; ones as words, by which AVX2 adds pairs.
const (
	narrowOrder, wideOrder = 13, 31
	narrowOnes, wideOnes   = 14, 30
	narrowOneWords         = 15
)

func (w *windowSummer) emit() {
	w.BeginSplit("sumWindow", "func(sums *windowSums, pix *int8, window *byte, stride int)",
		"fills sums for the places of a window, whose bytes are at most 127: the products with the template pix,",
		"the window's pixels, and their squares.")
	w.sums, w.pix, w.window, w.stride = w.Argument("sums"), w.Argument("pix"), w.Argument("window"), w.Argument("stride")
	w.buffer, w.rowSums = w.GP64(), w.GP64()
	w.LEAQ(w.AllocLocal(windowSide*(piecesBytes+pairBytes)+alignTo), w.buffer)
	w.ADDQ(isa.Int(alignTo-1), w.buffer)
	w.ANDQ(isa.Int(-alignTo), w.buffer)
	w.LEAQ(isa.At(w.buffer, windowSide*piecesBytes), w.rowSums)
	w.fix()
	w.rows()
	w.slide()
	w.products()
	w.End()
}

func (w *windowSummer) fix() {
	if w.Wide() {
		w.VMOVDQU32(w.pieces, w.V(wideOrder))
		w.FillWord(0x01010101, wideOnes)
		return
	}
	w.VMOVDQU(w.pieces, w.V(narrowOrder))
	ones := w.V(narrowOneWords)
	w.VPCMPEQW(ones, ones, ones)
	w.VPABSB(ones, w.V(narrowOnes))
	w.VPSRLW(operand.U8(15), ones, ones)
}

// rows computes the pieces and the sums of each row of the window.
func (w *windowSummer) rows() {
	rows, pieces, sums := w.Number(windowSide), w.CopyOf(w.buffer), w.CopyOf(w.rowSums)
	w.Times("rows", rows, func() {
		if w.Wide() {
			w.wideRow(pieces, sums)
		} else {
			w.narrowRow(pieces, sums)
		}
		w.ADDQ(w.stride, w.window)
		w.Advance(piecesBytes, pieces)
		w.Advance(pairBytes, sums)
	})
}

func (w *windowSummer) wideRow(pieces, sums reg.GPVirtual) {
	piece, sum, squares := w.V(0), w.V(1), w.V(2)
	w.Zero(1, 2)
	for group := range groups {
		w.VMOVDQU8(isa.At(w.window, pieceBytes*group), isa.Y[0])
		w.VPERMB(piece, w.V(wideOrder), piece)
		w.VMOVDQA32(piece, isa.At(pieces, groupBytes*group))
		w.VPDPBUSD(w.V(wideOnes), piece, sum)
		w.VPDPBUSD(piece, piece, squares)
	}
	w.VMOVDQA32(sum, isa.At(sums, 0))
	w.VMOVDQA32(squares, isa.At(sums, rowBytes))
}

// narrowRow processes eight positions at a time. The sums of pixels have 16 bits until the end of a row.
func (w *windowSummer) narrowRow(pieces, sums reg.GPVirtual) {
	const sum, squares = 4, 6 // and the next ones
	piece, ones := w.V(0), w.V(narrowOneWords)
	w.Zero(sum, sum+1, squares, squares+1)
	for group := range groups {
		for half := range 2 {
			w.VBROADCASTI128(isa.At(w.window, pieceBytes*group+8*half), piece)
			w.VPSHUFB(w.V(narrowOrder), piece, piece)
			w.VMOVDQA(piece, isa.At(pieces, groupBytes*group+32*half))
			w.VPMADDUBSW(w.V(narrowOnes), piece, w.V(1))
			w.VPADDW(w.V(1), w.V(sum+half), w.V(sum+half))
			w.VPMADDUBSW(piece, piece, w.V(2))
			w.VPMADDWD(ones, w.V(2), w.V(2))
			w.VPADDD(w.V(2), w.V(squares+half), w.V(squares+half))
		}
	}
	for half := range 2 {
		w.VPMADDWD(ones, w.V(sum+half), w.V(sum+half))
	}
	for i := range 4 {
		w.VMOVDQA(w.V(sum+i), isa.At(sums, 32*i))
	}
}

// slide computes the sums over blockSide rows, for each row at which a position begins.
func (w *windowSummer) slide() {
	vectors := pairBytes / w.VectorBytes()
	for v := range vectors {
		w.Zero(v)
	}
	first, last := w.rowSums, w.CopyOf(w.rowSums)
	each := func(row reg.GPVirtual, apply func(...operand.Op)) {
		for v := range vectors {
			apply(isa.At(row, v*w.VectorBytes()), w.V(v), w.V(v))
		}
	}
	w.Times("first", w.Number(blockSide), func() {
		each(last, w.VPADDD)
		w.Advance(pairBytes, last)
	})
	left, out := w.Number(searchHigh), w.CopyOf(w.sums)
	loop, done := w.NewLabel("slide"), w.NewLabel("products")
	w.Place(loop)
	for v := range vectors {
		at := v * w.VectorBytes()
		w.storeInts(v, isa.At(out, sumsBytes*(1+at/rowBytes)+at%rowBytes))
	}
	w.Advance(rowBytes, out)
	w.DECQ(left)
	w.JZ(done)
	each(last, w.VPADDD)
	each(first, w.VPSUBD)
	w.Advance(pairBytes, last, first)
	w.JMP(loop)
	w.Place(done)
}

// storeInts stores a vector register.
func (w *windowSummer) storeInts(v int, to operand.Mem) {
	if w.Wide() {
		w.VMOVDQU32(w.V(v), to)
	} else {
		w.VMOVDQU(w.V(v), to)
	}
}
