package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// spatialBins is the number of bins of a histogram along an axis of the patch, as in internal/features.
const spatialBins = 4

// pool emits the function that sums a patch's gradients in the bins of a histogram.
func pool(c *build.Context) {
	eight := isa.Floats(c, "eight", directions)
	magnitude := isa.Words(c, "magnitude", 16, func(int) uint32 { return 0x7fffffff })
	for _, s := range emitters(c, "histogram") {
		p := &pooling{emitter: s}
		if s.Wide() {
			p.registers = poolRegisters{share: 16, scratch: 17, eight: 25, magnitude: 26, zero: 27, one: 28, direction: 29}
		} else {
			p.registers = poolRegisters{share: 8, scratch: 10, eight: 12, magnitude: 13, zero: 14, one: 15, direction: 11}
		}
		p.emit(eight, magnitude)
	}
}

// pooling processes one direction after the other: it sums the columns of a patch for each row of spatial bins, and then
// these sums for each column of spatial bins.
type pooling struct {
	emitter
	registers                 poolRegisters
	hist, turns, magnitudes   reg.GPVirtual
	rowWeights, columnWeights reg.GPVirtual
	at, weights               reg.GPVirtual // bytes to a row of the patch; its weights
}

type poolRegisters struct {
	share, scratch                         int
	eight, magnitude, zero, one, direction int
}

func (p *pooling) emit(eight, magnitude operand.Mem) {
	p.Begin("pool", "func(hist *histogram, turns, magnitudes *[256]float32, rowWeights *[16][4]float32, columnWeights *[4][16]float32)",
		"adds up the magnitudes per direction and spatial bin, each shared between its two directions. rowWeights holds",
		"the four weights of each row, columnWeights the sixteen of each of the four spatial columns.")
	p.hist, p.turns, p.magnitudes = p.Argument("hist"), p.Argument("turns"), p.Argument("magnitudes")
	p.rowWeights, p.columnWeights = p.Argument("rowWeights"), p.Argument("columnWeights")
	p.at, p.weights = p.GP64(), p.GP64()
	r := p.registers
	if p.Wide() {
		for i := range spatialBins {
			p.VMOVUPS(isa.At(p.columnWeights, 64*i), p.V(12+i))
		}
	}
	p.VBROADCASTSS(eight, p.V(r.eight))
	p.VBROADCASTSS(magnitude, p.V(r.magnitude))
	p.Zero(r.zero)
	p.FillWord(0x3f800000, r.one)
	p.Zero(r.direction)
	p.Times("directions", p.Number(directions), func() {
		for i := range spatialBins * p.groupVectors() {
			p.Zero(i)
		}
		p.rows()
		if p.Wide() {
			p.wideColumns()
		} else {
			for bin := range spatialBins {
				p.narrowColumns(bin)
			}
		}
		p.Advance(4*groupLanes, p.hist)
		p.VADDPS(p.V(r.one), p.V(r.direction), p.V(r.direction))
	})
	p.End()
}

// sum is the register of vector v of the sums for a row of spatial bins.
func (p *pooling) sum(bin, v int) reg.VecPhysical { return p.V(bin*p.groupVectors() + v) }

// rows sums the columns of the patch.
func (p *pooling) rows() {
	p.XORQ(p.at, p.at)
	p.MOVQ(p.rowWeights, p.weights)
	loop := p.NewLabel("rows")
	p.Place(loop)
	for v := range p.groupVectors() {
		p.share(v)
	}
	for bin := range spatialBins {
		weight := isa.At(p.weights, 4*bin)
		if p.Wide() {
			p.VFMADD231PS_BCST(weight, p.V(p.registers.share), p.sum(bin, 0))
			continue
		}
		p.VBROADCASTSS(weight, p.V(p.registers.scratch))
		for v := range p.groupVectors() {
			p.VFMADD231PS(p.V(p.registers.share+v), p.V(p.registers.scratch), p.sum(bin, v))
		}
	}
	p.Advance(4*spatialBins, p.weights)
	p.Advance(4*patchSide, p.at)
	p.CMPQ(p.at, isa.Int(4*patchSide*patchSide))
	p.JLT(loop)
}

// share multiplies the magnitudes by their weight in the direction's bin: 1 less the distance, the shorter way round.
func (p *pooling) share(v int) {
	r := p.registers
	share, scratch := p.V(r.share+v), p.V(r.scratch)
	p.VMOVUPS(operand.Mem{Base: p.turns, Disp: v * p.VectorBytes(), Index: p.at, Scale: 1}, share)
	p.VSUBPS(p.V(r.direction), share, share)
	p.And(p.V(r.magnitude), share, share)
	p.VSUBPS(share, p.V(r.eight), scratch)
	p.VMINPS(scratch, share, share)
	p.VSUBPS(share, p.V(r.one), share)
	p.VMAXPS(p.V(r.zero), share, share)
	p.VMULPS(operand.Mem{Base: p.magnitudes, Disp: v * p.VectorBytes(), Index: p.at, Scale: 1}, share, share)
}

// narrowColumns computes the four sums over the samples of a row of spatial bins, times the column weights.
func (p *pooling) narrowColumns(bin int) {
	a, b := p.sum(bin, 0), p.sum(bin, 1)
	to := []reg.VecPhysical{p.V(8), p.V(9), p.V(10), a}
	for i, t := range to {
		p.VMULPS(isa.At(p.columnWeights, 64*i), a, t)
		p.VFMADD231PS(isa.At(p.columnWeights, 64*i+32), b, t)
	}
	p.VHADDPS(to[1], to[0], to[0])
	p.VHADDPS(to[3], to[2], to[2])
	p.VHADDPS(to[2], to[0], to[0])
	p.VEXTRACTF128(operand.U8(1), isa.Y[8], isa.X[9])
	p.VADDPS(isa.X[9], isa.X[8], isa.X[8])
	p.VMOVUPS(isa.X[8], isa.At(p.hist, 16*bin))
}

// wideColumns computes all sixteen sums.
func (p *pooling) wideColumns() {
	for bin := range spatialBins {
		p.quarters(p.sum(bin, 0), p.V(20+bin))
	}
	p.joinQuarters(20, 21, 4, 5)
	p.joinQuarters(22, 23, 6, 7)
	p.VSHUFF32X4(operand.U8(0x88), p.V(6), p.V(4), p.V(8))
	p.VSHUFF32X4(operand.U8(0xdd), p.V(6), p.V(4), p.V(9))
	p.VADDPS(p.V(8), p.V(9), p.V(8))
	p.VMOVUPS(p.V(8), isa.At(p.hist, 0))
}

// quarters computes, per quarter, the sums over its four samples times each of the four column weights.
func (p *pooling) quarters(sums, to reg.VecPhysical) {
	for i := range spatialBins {
		p.VMULPS(p.V(12+i), sums, p.V(4+i))
	}
	p.VUNPCKLPS(p.V(5), p.V(4), p.V(8))
	p.VUNPCKHPS(p.V(5), p.V(4), p.V(9))
	p.VADDPS(p.V(8), p.V(9), p.V(8))
	p.VUNPCKLPS(p.V(7), p.V(6), p.V(9))
	p.VUNPCKHPS(p.V(7), p.V(6), p.V(10))
	p.VADDPS(p.V(9), p.V(10), p.V(9))
	p.VUNPCKLPD(p.V(9), p.V(8), p.V(10))
	p.VUNPCKHPD(p.V(9), p.V(8), p.V(11))
	p.VADDPS(p.V(10), p.V(11), to)
}

// joinQuarters puts the sums of the halves of one vector, then those of another, into a register.
func (p *pooling) joinQuarters(a, b, to, scratch int) {
	p.VSHUFF32X4(operand.U8(0x44), p.V(b), p.V(a), p.V(to))
	p.VSHUFF32X4(operand.U8(0xee), p.V(b), p.V(a), p.V(scratch))
	p.VADDPS(p.V(to), p.V(scratch), p.V(to))
}
