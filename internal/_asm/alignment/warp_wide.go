package alignment

import (
	"math"

	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var wideWarp = warpRegisters{
	x: 9, y: 10, column: 11, row: 12, maxX: 20, maxY: 21, pixels: 16, wholeX: 13, wholeY: 14, left: 15, right: 13, below: 14,
	zero: 23, one: 26, half: 25, byteMask: 24, wide: 22,
}

// Further registers of the AVX-512 function.
const (
	wideLine    = 1 // homogeneous positions; wideSteps has the steps from one group to the next
	wideSteps   = 4
	wideScratch = 7
	wideInverse = 8
	wideColumns = 15 // columns relative to the group's first one; wideRows has the rows
	wideRows    = 16
	wideRow     = 13 // the first two of the loaded rows of the photo
	wideRow2    = 17 // the last two
	wideReach   = 27 // number of loaded columns less one; wideHeight has that of rows
	wideHeight  = 28
	wideTwo     = 29
	wideNext    = 30 // 1<<16: the index of the next word
)

// The fast path loads 32 columns and four rows of the photo. A pixel needs its right neighbour, so that 31 columns count.
const (
	reachColumns = 31
	reachRows    = 4
)

// wide adds the step to each position. The positions of a group are usually within four rows and 31 columns of the photo.
// Four loads and two permutations then fetch the pixels, several times faster than a gather.
func (w *warper) wide() {
	w.lineUp()
	w.FillWord(reachColumns-1, wideReach)
	w.FillWord(reachRows-1, wideHeight)
	w.FillWord(2, wideTwo)
	w.FillWord(1<<16, wideNext)
	w.skipGroups()
	scattered, fetched := w.NewLabel("scattered"), w.NewLabel("fetched")
	w.Times("groups", w.count, func() {
		inverse := w.V(wideInverse)
		w.VDIVPS(w.V(wideLine+2), w.V(w.one), inverse)
		w.VMULPS(inverse, w.V(wideLine), w.V(w.x))
		w.VMULPS(inverse, w.V(wideLine+1), w.V(w.y))
		w.split()
		w.fetch(scattered)
		w.Place(fetched)
		w.interpolate()
		w.VPMOVDB(w.V(w.left), isa.X[w.left])
		w.VMOVDQU(isa.X[w.left], isa.At(w.out, 0))
		w.nextPlaces()
		w.Advance(groupLanes, w.out)
	})
	w.End()

	w.Place(scattered)
	w.number()
	w.KXNORW(reg.K1, reg.K1, reg.K1)
	w.VPGATHERDD(operand.Mem{Base: w.pix, Index: w.V(w.row), Scale: pixelBytes}, reg.K1, w.V(w.pixels))
	w.JMP(fetched)
}

// lineUp computes the positions of the first group, and the steps to the next one.
func (w *warper) lineUp() {
	index := w.V(0)
	w.VCVTDQ2PS(w.index, index)
	for i := range 3 {
		w.VBROADCASTSS(isa.At(w.line, lineX+4*i), w.V(wideLine+i))
	}
	for i := range 3 {
		w.VBROADCASTSS(isa.At(w.line, lineDX+4*i), w.V(wideSteps+i))
	}
	w.VBROADCASTSS(isa.At(w.line, lineMaxX), w.V(w.maxX))
	w.VBROADCASTSS(isa.At(w.line, lineMaxY), w.V(w.maxY))
	for i := range 3 {
		w.VFMADD231PS(w.V(wideSteps+i), index, w.V(wideLine+i))
	}
	w.FillWord(math.Float32bits(groupLanes), wideScratch)
	for i := range 3 {
		w.VMULPS(w.V(wideScratch), w.V(wideSteps+i), w.V(wideSteps+i))
	}
}

func (w *warper) nextPlaces() {
	for i := range 3 {
		w.VADDPS(w.V(wideSteps+i), w.V(wideLine+i), w.V(wideLine+i))
	}
}

// skipGroups adds the steps of skipped groups one by one, so that positions are the same as without skipping.
func (w *warper) skipGroups() {
	none := w.NewLabel("nothingSkipped")
	w.TESTQ(w.skip, w.skip)
	w.JZ(none)
	w.Times("skip", w.skip, w.nextPlaces)
	w.Place(none)
}

// fetch loads the pixels of a group, or jumps if they are scattered. The group's first column and row are the lesser ones
// of its first and last position.
func (w *warper) fetch(scattered operand.LabelRef) {
	column, row := w.GP64(), w.GP64()
	columns, rows := w.V(wideColumns), w.V(wideRows)
	w.VALIGND(operand.U8(15), w.V(w.column), w.V(w.column), columns)
	w.VALIGND(operand.U8(15), w.V(w.row), w.V(w.row), rows)
	w.VPMINSD(isa.X[w.column], isa.X[wideColumns], isa.X[wideColumns])
	w.VPMINSD(isa.X[w.row], isa.X[wideRows], isa.X[wideRows])
	w.VMOVD(isa.X[wideColumns], column.As32())
	w.VMOVD(isa.X[wideRows], row.As32())
	w.VPBROADCASTD(isa.X[wideColumns], columns)
	w.VPBROADCASTD(isa.X[wideRows], rows)
	w.VPSUBD(columns, w.V(w.column), columns)
	w.VPSUBD(rows, w.V(w.row), rows)
	const notLessOrEqual = operand.U8(6)
	w.VPCMPUD(notLessOrEqual, w.V(wideReach), columns, reg.K1)
	w.VPCMPUD(notLessOrEqual, w.V(wideHeight), rows, reg.K2)
	w.KORTESTW(reg.K1, reg.K2)
	w.JNZ(scattered)
	w.loadRows(column, row)
	w.permute()
}

// loadRows loads four rows of the photo, from a pixel on.
func (w *warper) loadRows(column, row reg.GPVirtual) {
	first, third := column, row
	w.IMULQ(w.width, row)
	w.ADDQ(column, row)
	w.LEAQ(operand.Mem{Base: w.pix, Index: row, Scale: pixelBytes}, first)
	w.LEAQ(operand.Mem{Base: first, Index: w.width, Scale: 2 * pixelBytes}, third)
	for i, to := range []int{wideRow, wideRow + 1, wideRow2, wideRow2 + 1} {
		at := isa.At([]reg.GPVirtual{first, third}[i/2], 0)
		if i%2 == 1 {
			at = at.Idx(w.width, pixelBytes)
		}
		w.VMOVDQU16(at, w.V(to))
	}
}

// permute selects the word at each position and the next word, from the first two rows or the last two.
func (w *warper) permute() {
	columns, rows := w.V(wideColumns), w.V(wideRows)
	words, others := rows, columns // the registers with the indices of words receive the words
	w.VPTESTMD(w.V(wideTwo), rows, reg.K1)
	w.VPSLLD(operand.U8(5), rows, rows)
	w.VPORD(columns, rows, words)
	w.VPSLLD(operand.U8(16), words, columns)
	w.VPORD(columns, words, words)
	w.VPADDD(w.V(wideNext), words, words)
	w.VMOVDQA32(words, others)
	w.VPERMI2W(w.V(wideRow+1), w.V(wideRow), words)
	w.VPERMI2W(w.V(wideRow2+1), w.V(wideRow2), others)
	w.VMOVDQA32(others, reg.K1, w.V(w.pixels))
}
