package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Sizes of the matching, as in internal/features.
const (
	descriptorBytes = 128
	blockBytes      = 16 * descriptorBytes // of 16 columns, four bytes of each after the other
	indexBits       = 12                   // of a product with the index of its row or column below it
	rowsAtOnce      = 4
)

// nearest emits the products of four descriptors with many, and their ranks.
func nearest(c *build.Context) {
	index := isa.Words(c, "laneIndex", 16, func(i int) uint32 { return uint32(i) })
	all := emitters(c)
	(&nearestRows{emitter: all[0], index: index}).emit((*nearestRows).narrow)
	(&nearestRows{emitter: all[1], index: index}).emit((*nearestRows).wide)
}

// nearestRows keeps in registers the products of four rows with the columns of two blocks with AVX-512, and of one block
// with AVX2, which has no registers left for the ranks.
type nearestRows struct {
	emitter
	index                                 operand.Mem
	lanes, column, rows, columns, row, at reg.GPVirtual
	pairs                                 reg.GPVirtual
}

func (n *nearestRows) emit(body func(n *nearestRows)) {
	n.Begin("nearestFour", "func(lanes *[8][16]int32, column *int32, rows, columns *byte, row, pairs int)",
		"files four rows, numbered from row, against pairs of blocks of 16 columns. lanes receives per lane",
		"the best of each row and then the second best of each; column keeps the best row of each column. Bytes are",
		"at most 127. What is filed is a product << 12 | the index of the column, or of the row.")
	n.lanes, n.column, n.rows = n.Argument("lanes"), n.Argument("column"), n.Argument("rows")
	n.columns, n.row, n.pairs = n.Argument("columns"), n.Argument("row"), n.Argument("pairs")
	body(n)
	n.End()
}

// accumulator is the number of the register with the products of a row and one of two vectors of columns.
func accumulator(row, half int) int { return 2*row + half }

func (n *nearestRows) clearAccumulators() {
	n.Zero(0, 1, 2, 3, 4, 5, 6, 7)
}

// Registers of the AVX-512 function.
const (
	wideBest   = 8  // of each row
	wideSecond = 12 // of each row
	wideBlock  = 16 // four bytes of 16 columns, of two blocks
	wideRow    = 18 // four bytes of a row; scratch
	wideIndex  = 20 // of the columns of both blocks
	wideStep   = 22 // added to them
	wideNumber = 23 // of each row
	wideTop    = 28 // best rows of both blocks
)

func (n *nearestRows) wide() {
	for row := range rowsAtOnce {
		n.Zero(wideBest+row, wideSecond+row)
	}
	n.VMOVDQU32(n.index, n.V(wideIndex))
	n.FillWord(16, wideStep)
	n.VPADDD(n.V(wideStep), n.V(wideIndex), n.V(wideIndex+1))
	n.VPADDD(n.V(wideStep), n.V(wideStep), n.V(wideStep))
	for row := range rowsAtOnce {
		if row > 0 {
			n.INCL(n.row.As32())
		}
		n.Fill(n.row.As32(), wideNumber+row)
	}
	second, at, row := n.GP64(), n.GP64(), n.GP64()
	n.Times("pairs", n.pairs, func() {
		n.LEAQ(isa.At(n.columns, blockBytes), second)
		n.clearAccumulators()
		n.XORQ(at, at)
		n.MOVQ(n.rows, row)
		loop := n.NewLabel("bytes")
		n.Place(loop)
		for group := range 4 {
			n.wideProducts(second, at, row, 4*group)
		}
		n.Advance(16, row)
		n.CMPQ(at, isa.Int(blockBytes))
		n.JLT(loop)
		for half := range 2 {
			n.VMOVDQU32(isa.At(n.column, 64*half), n.V(wideTop+half))
		}
		for row := range rowsAtOnce {
			n.wideRank(row, 0)
			n.wideRank(row, 1)
		}
		for half := range 2 {
			n.VMOVDQU32(n.V(wideTop+half), isa.At(n.column, 64*half))
		}
		n.VPADDD(n.V(wideStep), n.V(wideIndex), n.V(wideIndex))
		n.VPADDD(n.V(wideStep), n.V(wideIndex+1), n.V(wideIndex+1))
		n.Advance(128, n.column)
		n.Advance(2*blockBytes, n.columns)
	})
	for i := range 2 * rowsAtOnce {
		n.VMOVDQU32(n.V(wideBest+i), isa.At(n.lanes, 64*i))
	}
}

// wideProducts adds the products of four bytes of the rows with those of two blocks.
func (n *nearestRows) wideProducts(second, at, row reg.GPVirtual, offset int) {
	for half, block := range []reg.GPVirtual{n.columns, second} {
		n.VMOVDQU32(operand.Mem{Base: block, Index: at, Scale: 1}, n.V(wideBlock+half))
	}
	for i := range rowsAtOnce {
		four := n.V(wideRow + i%2)
		n.VPBROADCASTD(isa.At(row, descriptorBytes*i+offset), four)
		for half := range 2 {
			n.VPDPBUSD(four, n.V(wideBlock+half), n.V(accumulator(i, half)))
		}
	}
	n.Advance(64, at)
}

// wideRank updates the ranks by the products of one row with one block: the row's best and second best columns, and the
// block's best rows.
func (n *nearestRows) wideRank(row, half int) {
	product, filed, less := n.V(accumulator(row, half)), n.V(wideRow), n.V(wideRow+1)
	best, second, top := n.V(wideBest+row), n.V(wideSecond+row), n.V(wideTop+half)
	n.VPSLLD(operand.U8(indexBits), product, product)
	n.VPORD(n.V(wideIndex+half), product, filed)
	n.VPORD(n.V(wideNumber+row), product, product)
	n.VPMINSD(filed, best, less)
	n.VPMAXSD(less, second, second)
	n.VPMAXSD(filed, best, best)
	n.VPMAXSD(product, top, top)
}
