package kernel

import (
	"exemplar/internal/_asm/isa"

	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const unrollK = 4 // steps along K per iteration of the inner loop

// matMul emits the product of all rows with one panel of weights, for each width of panel. A tile of rows x vectors
// accumulators stays in registers over the whole of K. 24 of 32 (AVX-512) or 12 of 16 (AVX2) registers accumulate:
// enough to hide the latency of two multiply-adds a cycle, with fewer loads than multiply-adds.
func matMul(c *build.Context) {
	both := emitters(c)
	tails := isa.Words(c, "tails", 32, func(i int) uint32 { return uint32(i/16) - 1 })
	for _, t := range []struct {
		isa     *emitter
		vectors int
		rows    []int
	}{
		{both[0], 2, []int{6, 5, 4, 3, 2, 1}},
		{both[1], 1, []int{24, 12, 8, 4, 2, 1}},
		{both[1], 2, []int{12, 8, 4, 2, 1}},
		{both[1], 3, []int{8, 4, 2, 1}},
		{both[1], 4, []int{6, 5, 4, 3, 2, 1}},
	} {
		(&matMulPanel{emitter: t.isa, vectors: t.vectors, tails: tails}).emit(t.rows)
	}
}

// matMulPanel emits one function.
type matMulPanel struct {
	*emitter
	vectors                         int // in a row of the tile
	out, in, m, strideIn, strideOut reg.GPVirtual
	strideB                         reg.GPVirtual // of AVX2, whose tile is narrower than a panel
	odd                             map[int]reg.GPVirtual
	tails                           operand.Mem // ones followed by zeros
}

func (p *matMulPanel) emit(rows []int) {
	width := p.vectors * p.Lanes
	tail := "mask is of the lanes to store in the last vector"
	params := "mask uint64"
	if !p.Wide() {
		tail = "used is the number of columns to store, stride the width of the panel"
		params = "used, stride int"
	}
	p.Begin(fmt.Sprintf("matMul%d", width),
		fmt.Sprintf("func(out, in *float32, m, k, n int, panel, bias *float32, act uint64, %s)", params),
		fmt.Sprintf("computes %d columns of m rows: out (m,N) = act(in (m,K) · panel + bias);", width), tail+".")
	p.setUp(rows[0])
	for _, r := range rows {
		p.tile(r)
	}
	p.End()
}

func (p *matMulPanel) setUp(mostRows int) {
	p.out, p.in, p.m = p.Argument("out"), p.Argument("in"), p.Argument("m")
	p.strideIn, p.strideOut = p.Argument("k"), p.Argument("n")
	p.SHLQ(operand.U8(2), p.strideIn)
	p.SHLQ(operand.U8(2), p.strideOut)
	p.odd = p.oddMultiples(p.strideIn, min(mostRows, multiplesPerBase))
	if p.Wide() {
		p.KMOVQ(p.Address("mask"), reg.K1)
		return
	}
	p.strideB = p.Argument("stride")
	p.SHLQ(operand.U8(2), p.strideB)
}

// tile emits the loop over blocks of so many rows.
func (p *matMulPanel) tile(rows int) {
	loop, done := p.NewLabel("rows"), p.NewLabel("rowsDone")
	p.Place(loop)
	p.CMPQ(p.m, operand.U8(uint8(rows)))
	p.JLT(done)
	p.initialise(rows)
	p.products(rows)
	act := p.Argument("act")
	p.activation(act, rows*p.vectors, p.free())
	p.store(rows)
	p.SUBQ(operand.U8(uint8(rows)), p.m)
	p.JMP(loop)
	p.Place(done)
}

// free is the first vector register that is no accumulator of the largest tile.
func (p *matMulPanel) free() int {
	if p.Wide() {
		return 24
	}
	return 12
}

func (p *matMulPanel) accumulator(row, vector int) reg.VecPhysical {
	return p.V(row*p.vectors + vector)
}

// initialise sets every row of the tile to the bias.
func (p *matMulPanel) initialise(rows int) {
	bias := p.Argument("bias")
	for v := range p.vectors {
		p.VMOVUPS(operand.Mem{Base: bias, Disp: v * p.VectorBytes()}, p.accumulator(0, v))
		for r := 1; r < rows; r++ {
			p.VMOVAPS(p.accumulator(0, v), p.accumulator(r, v))
		}
	}
}

// products emits the loop over K, and moves in past the rows of the tile.
func (p *matMulPanel) products(rows int) {
	panel, k := p.Argument("panel"), p.Argument("k")
	a := p.multiples(p.in, p.odd, rows)
	loop, rest, restLoop, done := p.NewLabel("k"), p.NewLabel("kRest"), p.NewLabel("kRestLoop"), p.NewLabel("kDone")
	p.SUBQ(operand.U8(unrollK), k)
	p.JLT(rest)
	p.Place(loop)
	for u := range unrollK {
		p.step(rows, a, panel, u)
	}
	p.next(a, panel, unrollK)
	p.SUBQ(operand.U8(unrollK), k)
	p.JGE(loop)
	p.Place(rest)
	p.ADDQ(operand.U8(unrollK), k)
	p.JZ(done)
	p.Place(restLoop)
	p.step(rows, a, panel, 0)
	p.next(a, panel, 1)
	p.DECQ(k)
	p.JNZ(restLoop)
	p.Place(done)
	for range rows {
		p.ADDQ(p.strideIn, p.in)
	}
}

// next moves the addresses by so many steps along K.
func (p *matMulPanel) next(a *multiples, panel reg.GPVirtual, steps int) {
	p.advance(a, operand.U32(uint32(4*steps)))
	if p.Wide() {
		p.ADDQ(operand.U32(uint32(steps*p.vectors*p.VectorBytes())), panel)
	}
}

// step emits one step along K, displaced by so many from the addresses.
func (p *matMulPanel) step(rows int, a *multiples, panel reg.GPVirtual, displaced int) {
	b := p.free()
	for v := range p.vectors {
		disp := v * p.VectorBytes()
		if p.Wide() {
			disp += displaced * p.vectors * p.VectorBytes()
		}
		p.VMOVUPS(operand.Mem{Base: panel, Disp: disp}, p.V(b+v))
	}
	if !p.Wide() {
		p.ADDQ(p.strideB, panel)
	}
	for r := range rows {
		x := a.at(r, 4*displaced)
		if p.vectors == 1 {
			p.VFMADD231PS_BCST(x, p.V(b), p.accumulator(r, 0))
			continue
		}
		broadcast := p.V(b + p.vectors + r%2)
		p.VBROADCASTSS(x, broadcast)
		for v := range p.vectors {
			p.VFMADD231PS(broadcast, p.V(b+v), p.accumulator(r, v))
		}
	}
}

// store writes the tile and moves out past it.
func (p *matMulPanel) store(rows int) {
	if p.Wide() {
		for r := range rows {
			for v := range p.vectors - 1 {
				p.VMOVUPS(p.accumulator(r, v), operand.Mem{Base: p.out, Disp: v * p.VectorBytes()})
			}
			last := p.vectors - 1
			p.VMOVUPS(p.accumulator(r, last), reg.K1, operand.Mem{Base: p.out, Disp: last * p.VectorBytes()})
			p.ADDQ(p.strideOut, p.out)
		}
		return
	}
	partial, done := p.NewLabel("partial"), p.NewLabel("stored")
	used := p.Argument("used")
	p.CMPQ(used, operand.U8(uint8(p.vectors*p.Lanes)))
	p.JLT(partial)
	for r := range rows {
		for v := range p.vectors {
			p.VMOVUPS(p.accumulator(r, v), operand.Mem{Base: p.out, Disp: v * p.VectorBytes()})
		}
		p.ADDQ(p.strideOut, p.out)
	}
	p.JMP(done)
	p.Place(partial)
	p.storePartial(rows, used)
	p.Place(done)
}

// storePartial stores the first used columns. The masks are read from ones followed by zeros, at an offset.
func (p *matMulPanel) storePartial(rows int, used reg.GPVirtual) {
	width := p.vectors * p.Lanes
	table := p.GP64()
	p.LEAQ(p.tails, table)
	p.NEGQ(used)
	for v := range p.vectors {
		p.VMOVUPS(operand.Mem{Base: table, Index: used, Scale: 4, Disp: 4*width + v*p.VectorBytes()}, p.V(12+v))
	}
	for r := range rows {
		for v := range p.vectors {
			p.VMASKMOVPS(p.accumulator(r, v), p.V(12+v), operand.Mem{Base: p.out, Disp: v * p.VectorBytes()})
		}
		p.ADDQ(p.strideOut, p.out)
	}
}
