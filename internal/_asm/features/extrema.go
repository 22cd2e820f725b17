package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// extrema emits the search for maxima and minima in a row of a stack of differences.
func extrema(c *build.Context) {
	for _, s := range emitters(c) {
		(&extremaRow{emitter: s}).emit()
	}
}

// extremaRow processes a vector at a time. Few positions exceed the threshold, so that most vectors need no comparisons.
type extremaRow struct {
	emitter
	below, mid, above, stride reg.GPVirtual
}

// places are the lanes of a vector that may be extrema of one kind.
type places struct {
	mask  reg.OpmaskPhysical // with AVX-512
	lanes reg.VecPhysical    // with AVX2, all bits of a lane
	bits  reg.GPVirtual      // as last taken from lanes
}

func (e *extremaRow) emit() {
	e.Begin("extremaRow", "func(mask *uint16, below, mid, above *float32, stride int, threshold float32, groups int)",
		"marks, for i below 16*groups, in bit i%16 of mask[i/16] whether mid[i] is beyond the threshold and",
		"an extremum among its 26 neighbours in the three layers.")
	out, groups := e.Argument("mask"), e.Argument("groups")
	e.below, e.mid, e.above, e.stride = e.Argument("below"), e.Argument("mid"), e.Argument("above"), e.Argument("stride")
	value, high, low := e.V(0), e.V(1), e.V(2)
	peaks := places{mask: reg.K1, lanes: e.V(3), bits: e.GP32()}
	pits := places{mask: reg.K2, lanes: e.V(4), bits: e.GP32()}
	e.VBROADCASTSS(e.Address("threshold"), high)
	e.SHLQ(operand.U8(2), e.stride)
	if !e.Wide() {
		e.ADDQ(groups, groups)
	}
	e.Zero(2)
	e.VSUBPS(high, low, low)
	e.Times("vectors", groups, func() {
		none, next := e.NewLabel("none"), e.NewLabel("next")
		e.VMOVUPS(isa.At(e.mid, 0), value)
		e.start(isa.Greater, high, peaks)
		e.start(isa.Less, low, pits)
		e.skipEmpty(peaks, pits, none)
		e.narrow(isa.GreaterOrEqual, peaks)
		e.narrow(isa.LessOrEqual, pits)
		e.store(peaks, pits, out)
		if e.Wide() {
			e.JMP(next)
			e.Place(none)
			e.MOVW(operand.U16(0), isa.At(out, 0))
			e.Place(next)
		}
		e.Advance(e.Lanes/8, out)
		e.Advance(e.VectorBytes(), e.below, e.mid, e.above)
	})
	e.End()
}

// start selects the positions whose value has the relation to the limit.
func (e *extremaRow) start(relation operand.U8, limit reg.VecPhysical, p places) {
	if e.Wide() {
		e.VCMPPS(relation, limit, e.V(0), p.mask)
		return
	}
	e.VCMPPS(relation, limit, e.V(0), p.lanes)
}

// skipEmpty jumps if no position of this vector is selected. AVX2 does not need it, since narrow has to read the bits and
// jumps then.
func (e *extremaRow) skipEmpty(peaks, pits places, none operand.LabelRef) {
	if e.Wide() {
		e.KORTESTW(peaks.mask, pits.mask)
		e.JZ(none)
		return
	}
	e.VMOVMSKPS(peaks.lanes, peaks.bits)
	e.VMOVMSKPS(pits.lanes, pits.bits)
}

// narrow keeps the positions that have the relation to all their neighbours. It compares with those in the same layer
// first, after which few are left.
func (e *extremaRow) narrow(relation operand.U8, p places) {
	done := e.NewLabel("narrowed")
	e.jumpIfNone(p, done)
	e.nine(relation, e.mid, p)
	if !e.Wide() {
		e.VMOVMSKPS(p.lanes, p.bits)
	}
	e.jumpIfNone(p, done)
	e.nine(relation, e.below, p)
	e.nine(relation, e.above, p)
	if !e.Wide() {
		e.VMOVMSKPS(p.lanes, p.bits)
	}
	e.Place(done)
}

func (e *extremaRow) jumpIfNone(p places, to operand.LabelRef) {
	if e.Wide() {
		e.KTESTW(p.mask, p.mask)
	} else {
		e.TESTL(p.bits, p.bits)
	}
	e.JZ(to)
}

// nine keeps the positions that have the relation to their neighbours in three rows.
func (e *extremaRow) nine(relation operand.U8, row reg.GPVirtual, p places) {
	beside := e.GP64()
	e.three(relation, row, p)
	e.LEAQ(operand.Mem{Base: row, Index: e.stride, Scale: 1}, beside)
	e.three(relation, beside, p)
	e.MOVQ(row, beside)
	e.SUBQ(e.stride, beside)
	e.three(relation, beside, p)
}

// three keeps the positions that have the relation to three neighbours in a row.
func (e *extremaRow) three(relation operand.U8, row reg.GPVirtual, p places) {
	if e.Wide() {
		for i := range 3 {
			e.VCMPPS(relation, isa.At(row, 4*(i-1)), e.V(0), p.mask, p.mask)
		}
		return
	}
	for i := range 3 {
		e.VCMPPS(relation, isa.At(row, 4*(i-1)), e.V(0), e.V(5+i))
	}
	e.VANDPS(e.V(5), p.lanes, p.lanes)
	e.VANDPS(e.V(6), e.V(7), e.V(7))
	e.VANDPS(e.V(7), p.lanes, p.lanes)
}

// store writes the bits of a vector's positions.
func (e *extremaRow) store(peaks, pits places, out reg.GPVirtual) {
	if e.Wide() {
		e.KORW(peaks.mask, pits.mask, peaks.mask)
		e.KMOVW(peaks.mask, peaks.bits)
		e.MOVW(peaks.bits.As16(), isa.At(out, 0))
		return
	}
	e.ORL(pits.bits, peaks.bits)
	e.MOVB(peaks.bits.As8(), isa.At(out, 0))
}
