package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Registers of the AVX2 function. Products and ranks use the same registers, one after the other.
const (
	narrowBlock   = 10 // four bytes of the columns, in two vectors; then their indices
	narrowRow     = 12 // four bytes of a row
	narrowProduct = 13 // of both vectors
	narrowOnes    = 15
	narrowTop     = 12 // best rows of the columns
	narrowNumber  = 14 // of the row
)

// narrow keeps the ranks in memory (lanes). Bytes are at most 127, so that sums of two products fit in the 16 bits of
// VPMADDUBSW.
func (n *nearestRows) narrow() {
	n.ADDQ(n.pairs, n.pairs)
	first := n.GP32() // column of the block
	n.XORL(first, first)
	n.clearLanes()
	number, row, left := n.GP32(), n.GP64(), n.GP64()
	ones := n.V(narrowOnes)
	n.Times("blocks", n.pairs, func() {
		n.clearAccumulators()
		n.VPCMPEQW(ones, ones, ones)
		n.VPSRLW(operand.U8(15), ones, ones)
		n.MOVQ(n.rows, row)
		n.MOVQ(operand.U32(descriptorBytes/16), left)
		n.Times("bytes", left, func() {
			for group := range 4 {
				n.narrowProducts(row, group)
			}
			n.Advance(16, row)
			n.Advance(256, n.columns)
		})
		n.Fill(first, narrowBlock)
		n.VPADDD(n.index.Offset(32), n.V(narrowBlock), n.V(narrowBlock+1))
		n.VPADDD(n.index, n.V(narrowBlock), n.V(narrowBlock))
		for half := range 2 {
			n.VMOVDQU(isa.At(n.column, 32*half), n.V(narrowTop+half))
		}
		n.MOVL(n.row.As32(), number)
		for i := range rowsAtOnce {
			n.Fill(number, narrowNumber)
			n.INCL(number)
			n.narrowRank(i, 0)
			n.narrowRank(i, 1)
		}
		for half := range 2 {
			n.VMOVDQU(n.V(narrowTop+half), isa.At(n.column, 32*half))
		}
		n.Advance(64, n.column)
		n.ADDL(operand.U8(16), first)
	})
}

// clearLanes sets all lanes to 0.
func (n *nearestRows) clearLanes() {
	n.Zero(0)
	at := n.Number(2 * rowsAtOnce * 64)
	loop := n.NewLabel("clear")
	n.Place(loop)
	n.VMOVDQU(n.V(0), operand.Mem{Base: n.lanes, Disp: -32, Index: at, Scale: 1})
	n.SUBQ(operand.U8(32), at)
	n.JNZ(loop)
}

// narrowProducts adds the products of four bytes of the rows with those of sixteen columns.
func (n *nearestRows) narrowProducts(row reg.GPVirtual, group int) {
	for half := range 2 {
		n.VMOVDQU(isa.At(n.columns, 64*group+32*half), n.V(narrowBlock+half))
	}
	four := n.V(narrowRow)
	for i := range rowsAtOnce {
		n.VPBROADCASTD(isa.At(row, descriptorBytes*i+4*group), four)
		for half := range 2 {
			n.VPMADDUBSW(four, n.V(narrowBlock+half), n.V(narrowProduct+half))
		}
		for half := range 2 {
			n.VPMADDWD(n.V(narrowOnes), n.V(narrowProduct+half), n.V(narrowProduct+half))
		}
		for half := range 2 {
			sum := n.V(accumulator(i, half))
			n.VPADDD(n.V(narrowProduct+half), sum, sum)
		}
	}
}

// narrowRank updates the ranks by eight products of a row: the row's best and second best columns, in lanes, and the
// columns' best rows.
func (n *nearestRows) narrowRank(row, half int) {
	product, filed, top := n.V(accumulator(row, half)), n.V(15), n.V(narrowTop+half)
	most, less := n.V(8), n.V(9)
	best := isa.At(n.lanes, 64*row+32*half)
	second := best.Offset(64 * rowsAtOnce)
	n.VPSLLD(operand.U8(indexBits), product, product)
	n.VPOR(n.V(narrowBlock+half), product, filed)
	n.VPOR(n.V(narrowNumber), product, product)
	n.VPMAXSD(product, top, top)
	n.VMOVDQU(best, most)
	n.VPMINSD(filed, most, less)
	n.VPMAXSD(filed, most, most)
	n.VPMAXSD(second, less, less)
	n.VMOVDQU(most, best)
	n.VMOVDQU(less, second)
}
