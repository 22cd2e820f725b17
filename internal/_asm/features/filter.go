package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// filter emits the functions on rows of a picture that compute a scale space.
func filter(c *build.Context) {
	for _, s := range emitters(c) {
		(&symmetricFilter{emitter: s}).emit()
		s.subtract()
	}
}

// symmetricFilter computes several groups at a time, so that a weight is loaded once for all of them.
type symmetricFilter struct {
	emitter
	dst, src, step, half, taps reg.GPVirtual
}

const (
	filterGroups = 4  // groups at a time, while there are as many
	filterHand   = 4  // working vectors for the sums
	filterWeight = 14 // registers
	filterCentre = 15
)

func (f *symmetricFilter) emit() {
	f.Begin("filterSymmetric", "func(dst, src *float32, step int, half *float32, taps, groups int)",
		"computes, for o below 16*groups, dst[o] = half[0]*src[o] + the sum over k from 1 to taps of",
		"half[k]*(src[o-k*step] + src[o+k*step]). src points at the centre of the first output, inside its rows.")
	f.dst, f.src, f.step, f.half, f.taps = f.Argument("dst"), f.Argument("src"), f.Argument("step"), f.Argument("half"), f.Argument("taps")
	left := f.Argument("groups")
	f.SHLQ(operand.U8(2), f.step)
	f.VBROADCASTSS(isa.At(f.half, 0), f.V(filterCentre))
	for _, groups := range []int{filterGroups, 1} {
		loop, done := f.NewLabel("groups"), f.NewLabel("groupsDone")
		f.Place(loop)
		f.CMPQ(left, isa.Int(groups))
		f.JLT(done)
		f.block(groups)
		f.SUBQ(isa.Int(groups), left)
		f.JMP(loop)
		f.Place(done)
	}
	f.End()
}

// block computes some groups.
func (f *symmetricFilter) block(groups int) {
	n := groups * f.groupVectors()
	for v := range n {
		f.VMULPS(isa.At(f.src, v*f.VectorBytes()), f.V(filterCentre), f.V(v))
	}
	before, after, taps, weight := f.CopyOf(f.src), f.CopyOf(f.src), f.CopyOf(f.taps), f.GP64()
	f.LEAQ(isa.At(f.half, 4), weight)
	f.Times("taps", taps, func() {
		f.SUBQ(f.step, before)
		f.ADDQ(f.step, after)
		f.VBROADCASTSS(isa.At(weight, 0), f.V(filterWeight))
		for from := 0; from < n; from += filterHand {
			f.tap(before, after, from, min(n, from+filterHand))
		}
		f.Advance(4, weight)
	})
	for v := range n {
		f.VMOVUPS(f.V(v), isa.At(f.dst, v*f.VectorBytes()))
	}
	f.Advance(4*groupLanes*groups, f.src, f.dst)
}

// tap adds the products of one weight to some vectors.
func (f *symmetricFilter) tap(before, after reg.GPVirtual, from, to int) {
	sum := func(v int) reg.VecPhysical { return f.V(filterGroups*f.groupVectors() + v - from) }
	for v := from; v < to; v++ {
		f.VMOVUPS(isa.At(before, v*f.VectorBytes()), sum(v))
	}
	for v := from; v < to; v++ {
		f.VADDPS(isa.At(after, v*f.VectorBytes()), sum(v), sum(v))
	}
	for v := from; v < to; v++ {
		f.VFMADD231PS(f.V(filterWeight), sum(v), f.V(v))
	}
}

func (s emitter) subtract() {
	s.Begin("subtract", "func(dst, a, b *float32, groups int)", "computes dst = a - b for 16*groups floats.")
	dst, a, b, groups := s.Argument("dst"), s.Argument("a"), s.Argument("b"), s.Argument("groups")
	n := s.groupVectors()
	s.Times("groups", groups, func() {
		for v := range n {
			s.VMOVUPS(isa.At(a, v*s.VectorBytes()), s.V(v))
		}
		for v := range n {
			s.VSUBPS(isa.At(b, v*s.VectorBytes()), s.V(v), s.V(v))
		}
		for v := range n {
			s.VMOVUPS(s.V(v), isa.At(dst, v*s.VectorBytes()))
		}
		s.Advance(4*groupLanes, a, b, dst)
	})
	s.End()
}
