package kernel

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockVectors is how many neighbouring vectors of channels a block has: 64 channels with AVX-512.
const blockVectors = 4

// prefetchAhead is how many bytes ahead of its use memory is prefetched. The processor's own prefetching stops at the end
// of a page. Values from 4 to 16 KiB differ little.
const prefetchAhead = 8 << 10

// Registers of a block: the working registers, then those of per-channel parameters.
const (
	firstOfBlock  = 16
	secondOfBlock = 20
	thirdOfBlock  = 24
	fourthOfBlock = 28
)

// channelBlocks emits the functions of channels for blocks of 64 channels with AVX-512. They read memory in its order;
// several narrower rows are treated as one row of 64.
func channelBlocks(c *build.Context) {
	slope := &slopeConstants{
		third: isa.Floats(c, "third", 1.0/3),
		three: isa.Floats(c, "three", 3),
		minus: isa.Floats(c, "minusThree", -3),
	}
	s := emitters(c)[1]
	s.scaleShiftBlock()
	s.momentsBlock()
	s.scaleShiftBackwardBlock(slope)
	s.combineBlock()
}

// blockRows emits the loop over rows of c channels, for one block of them.
func (s *emitter) blockRows(streams []string, body func(at func(stream, vector int) operand.Mem)) {
	stride, rows := s.Argument("c"), s.Argument("rows")
	s.SHLQ(operand.U8(2), stride)
	var bases []reg.GPVirtual
	for _, name := range streams {
		bases = append(bases, s.Argument(name))
	}
	loop := s.NewLabel("rows")
	s.Place(loop)
	for _, b := range bases[min(1, len(bases)-1):] { // the first of several is written
		for v := range blockVectors {
			s.PREFETCHT0(operand.Mem{Base: b, Disp: prefetchAhead + v*s.VectorBytes()})
		}
	}
	body(func(stream, vector int) operand.Mem {
		return operand.Mem{Base: bases[stream], Disp: vector * s.VectorBytes()}
	})
	for _, b := range bases {
		s.ADDQ(stride, b)
	}
	s.DECQ(rows)
	s.JNZ(loop)
}

// loadBlock and storeBlock move a per-channel parameter's block.
func (s *emitter) loadBlock(name string, first int) {
	base := s.Argument(name)
	for v := range blockVectors {
		s.VMOVUPS(operand.Mem{Base: base, Disp: v * s.VectorBytes()}, s.V(first+v))
	}
}

func (s *emitter) storeBlock(first int, name string) {
	base := s.Argument(name)
	for v := range blockVectors {
		s.VMOVUPS(s.V(first+v), operand.Mem{Base: base, Disp: v * s.VectorBytes()})
	}
}

func (s *emitter) scaleShiftBlock() {
	s.Begin("scaleShift64", "func(y, x, scale, shift *float32, rows, c int, act uint64)",
		"computes y = act(scale·x + shift) for 64 of c channels.")
	act := s.Argument("act")
	s.loadBlock("scale", firstOfBlock)
	s.loadBlock("shift", secondOfBlock)
	s.blockRows([]string{"y", "x"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			s.VMOVUPS(at(1, v), s.V(v))
			s.VFMADD213PS(s.V(secondOfBlock+v), s.V(firstOfBlock+v), s.V(v))
		}
		s.activation(act, blockVectors, blockVectors)
		for v := range blockVectors {
			s.VMOVUPS(s.V(v), at(0, v))
		}
	})
	s.End()
}

func (s *emitter) momentsBlock() {
	s.Begin("moments64", "func(sum, squares, x *float32, rows, c int)",
		"adds to sum and squares the sums of x and x² over rows of c channels, for 64 of them.")
	s.loadBlock("sum", firstOfBlock)
	s.loadBlock("squares", secondOfBlock)
	s.blockRows([]string{"x"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			x := s.V(v)
			s.VMOVUPS(at(0, v), x)
			s.VADDPS(x, s.V(firstOfBlock+v), s.V(firstOfBlock+v))
			s.VFMADD231PS(x, x, s.V(secondOfBlock+v))
		}
	})
	s.storeBlock(firstOfBlock, "sum")
	s.storeBlock(secondOfBlock, "squares")
	s.End()
}

func (s *emitter) scaleShiftBackwardBlock(k *slopeConstants) {
	s.Begin("scaleShiftBackward64", "func(du, dy, x, scale, shift, sum, product *float32, rows, c int, act uint64)",
		"computes du = dy · act'(scale·x + shift) and adds to sum and product those of du and du·x over",
		"rows of c channels, for 64 of them. act is None or HardSwish.")
	act := s.Argument("act")
	d, x, u := s.V(0), s.V(1), s.V(2)
	third, three, minus, half, one := s.V(9), s.V(10), s.V(11), s.V(12), s.V(13)
	s.VMOVUPS(k.third, third)
	s.VMOVUPS(k.three, three)
	s.VMOVUPS(k.minus, minus)
	s.VMOVUPS(s.constants.half, half)
	s.VMOVUPS(s.constants.one, one)
	s.loadBlock("scale", firstOfBlock)
	s.loadBlock("shift", secondOfBlock)
	s.loadBlock("sum", thirdOfBlock)
	s.loadBlock("product", fourthOfBlock)
	s.blockRows([]string{"du", "dy", "x"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			linear := s.NewLabel("linear")
			s.VMOVUPS(at(1, v), d)
			s.VMOVUPS(at(2, v), x)
			s.TESTQ(act, act)
			s.JZ(linear)
			s.VMOVAPS(x, u)
			s.VFMADD213PS(s.V(secondOfBlock+v), s.V(firstOfBlock+v), u)
			s.multiplyBySlope(d, u, third, three, minus, half, one)
			s.Place(linear)
			s.VADDPS(d, s.V(thirdOfBlock+v), s.V(thirdOfBlock+v))
			s.VFMADD231PS(x, d, s.V(fourthOfBlock+v))
			s.VMOVUPS(d, at(0, v))
		}
	})
	s.storeBlock(thirdOfBlock, "sum")
	s.storeBlock(fourthOfBlock, "product")
	s.End()
}

func (s *emitter) combineBlock() {
	s.Begin("combine64", "func(out, a, b, p, q, r *float32, rows, c int)", "computes out = p·a + q·b + r for 64 of c channels.")
	s.loadBlock("p", firstOfBlock)
	s.loadBlock("q", secondOfBlock)
	s.loadBlock("r", thirdOfBlock)
	s.blockRows([]string{"out", "a", "b"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			x := s.V(v)
			s.VMOVUPS(at(1, v), x)
			s.VFMADD213PS(s.V(thirdOfBlock+v), s.V(firstOfBlock+v), x)
			s.VFMADD231PS(at(2, v), s.V(secondOfBlock+v), x)
			s.VMOVUPS(x, at(0, v))
		}
	})
	s.End()
}
