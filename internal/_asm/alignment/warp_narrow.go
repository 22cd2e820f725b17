package alignment

import (
	"math"

	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var narrowWarp = warpRegisters{
	x: 1, y: 2, column: 3, row: 4, maxX: 3, maxY: 4, pixels: 3, wholeX: 5, wholeY: 6, left: 5, right: 6, below: 7,
	zero: 12, one: 13, half: 9, byteMask: 10, wide: 11,
}

// Further registers of the AVX2 function.
const (
	narrowW     = 0  // w, then its inverse, then the mask of the gather
	narrowStep  = 14 // 8, which is added to narrowIndex
	narrowIndex = 15 // the indices of the pixels in the row
)

// narrow computes each position from the index of its pixel.
func (w *warper) narrow() {
	w.ADDQ(w.count, w.count)
	w.VCVTDQ2PS(w.index, w.V(narrowIndex))
	w.SHLQ(operand.U8(4), w.skip) // pixels
	w.Fill(w.skip.As32(), narrowStep)
	w.VCVTDQ2PS(w.V(narrowStep), w.V(narrowStep))
	w.VADDPS(w.V(narrowStep), w.V(narrowIndex), w.V(narrowIndex))
	w.FillWord(math.Float32bits(8), narrowStep)
	w.Times("pixels", w.count, func() {
		inverse, mask := w.V(narrowW), w.V(narrowW)
		w.onLine(lineW, 3, narrowW)
		w.VDIVPS(inverse, w.V(w.one), inverse)
		w.onLine(lineX, 3, w.x)
		w.onLine(lineY, 4, w.y)
		w.VBROADCASTSS(isa.At(w.line, lineMaxX), w.V(w.maxX))
		w.VBROADCASTSS(isa.At(w.line, lineMaxY), w.V(w.maxY))
		w.VMULPS(inverse, w.V(w.x), w.V(w.x))
		w.VMULPS(inverse, w.V(w.y), w.V(w.y))
		w.split()
		w.number()
		w.VPCMPEQD(mask, mask, mask)
		w.VPGATHERDD(mask, operand.Mem{Base: w.pix, Index: w.V(w.row), Scale: pixelBytes}, w.V(w.pixels))
		w.interpolate()
		w.pack(w.left)
		w.VADDPS(w.V(narrowStep), w.V(narrowIndex), w.V(narrowIndex))
		w.Advance(w.Lanes, w.out)
	})
	w.End()
}

// onLine computes a coordinate of the pixels.
func (w *warper) onLine(coordinate, scratch, to int) {
	w.VBROADCASTSS(isa.At(w.line, coordinate), w.V(to))
	w.VBROADCASTSS(isa.At(w.line, coordinate+lineDX-lineX), w.V(scratch))
	w.VFMADD231PS(w.V(scratch), w.V(narrowIndex), w.V(to))
}

// pack writes integers as bytes.
func (w *warper) pack(from int) {
	low, high := isa.X[from], reg.X7
	w.VPACKSSDW(w.V(from), w.V(from), w.V(from))
	w.VPACKUSWB(w.V(from), w.V(from), w.V(from))
	w.VEXTRACTI128(operand.U8(1), w.V(from), high)
	w.VPUNPCKLDQ(high, low, low)
	w.VMOVQ(low, isa.At(w.out, 0))
}
