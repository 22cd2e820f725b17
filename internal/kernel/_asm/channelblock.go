package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// blockVectors is how many neighbouring vectors of channels a block has: 64 channels with AVX-512.
const blockVectors = 4

// prefetchAhead is how many bytes before its use a line of the cache is asked for. The processor's own guesses stop at
// the end of a page; from 4 to 16 KiB make little difference.
const prefetchAhead = 8 << 10

// Registers of a block: what is per channel lies above what is in hand.
const (
	firstOfBlock  = 16
	secondOfBlock = 20
	thirdOfBlock  = 24
	fourthOfBlock = 28
)

// channelBlocks emits the passes of channels for blocks of 64 channels with AVX-512. Memory is read in the order in
// which it lies; narrower rows are taken several at a time, as one row of 64.
func channelBlocks(c *build.Context) {
	slope := &slopeConstants{
		third: floats(c, "third", 1.0/3),
		three: floats(c, "three", 3),
		minus: floats(c, "minusThree", -3),
	}
	s := isas(c)[1]
	s.scaleShiftBlock()
	s.momentsBlock()
	s.scaleShiftBackwardBlock(slope)
	s.combineBlock()
}

// blockRows emits the loop over rows of c channels, of which it has one block in hand.
func (s *isa) blockRows(streams []string, body func(at func(stream, vector int) operand.Mem)) {
	stride, rows := s.load("c"), s.load("rows")
	s.SHLQ(operand.U8(2), stride)
	var bases []reg.GPVirtual
	for _, name := range streams {
		bases = append(bases, s.load(name))
	}
	loop := s.label("rows")
	s.place(loop)
	for _, b := range bases[min(1, len(bases)-1):] { // the first of several is written
		for v := range blockVectors {
			s.PREFETCHT0(operand.Mem{Base: b, Disp: prefetchAhead + v*s.vectorBytes()})
		}
	}
	body(func(stream, vector int) operand.Mem {
		return operand.Mem{Base: bases[stream], Disp: vector * s.vectorBytes()}
	})
	for _, b := range bases {
		s.ADDQ(stride, b)
	}
	s.DECQ(rows)
	s.JNZ(loop)
}

// loadBlock and storeBlock move a per-channel parameter's block.
func (s *isa) loadBlock(name string, first int) {
	base := s.load(name)
	for v := range blockVectors {
		s.VMOVUPS(operand.Mem{Base: base, Disp: v * s.vectorBytes()}, s.v(first+v))
	}
}

func (s *isa) storeBlock(first int, name string) {
	base := s.load(name)
	for v := range blockVectors {
		s.VMOVUPS(s.v(first+v), operand.Mem{Base: base, Disp: v * s.vectorBytes()})
	}
}

func (s *isa) scaleShiftBlock() {
	s.begin("scaleShift64", "func(y, x, scale, shift *float32, rows, c int, act uint64)",
		"computes y = act(scale·x + shift) for 64 of c channels.")
	act := s.load("act")
	s.loadBlock("scale", firstOfBlock)
	s.loadBlock("shift", secondOfBlock)
	s.blockRows([]string{"y", "x"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			s.VMOVUPS(at(1, v), s.v(v))
			s.VFMADD213PS(s.v(secondOfBlock+v), s.v(firstOfBlock+v), s.v(v))
		}
		s.activation(act, blockVectors, blockVectors)
		for v := range blockVectors {
			s.VMOVUPS(s.v(v), at(0, v))
		}
	})
	s.end()
}

func (s *isa) momentsBlock() {
	s.begin("moments64", "func(sum, squares, x *float32, rows, c int)",
		"adds to sum and squares the sums of x and x² over rows of c channels, for 64 of them.")
	s.loadBlock("sum", firstOfBlock)
	s.loadBlock("squares", secondOfBlock)
	s.blockRows([]string{"x"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			x := s.v(v)
			s.VMOVUPS(at(0, v), x)
			s.VADDPS(x, s.v(firstOfBlock+v), s.v(firstOfBlock+v))
			s.VFMADD231PS(x, x, s.v(secondOfBlock+v))
		}
	})
	s.storeBlock(firstOfBlock, "sum")
	s.storeBlock(secondOfBlock, "squares")
	s.end()
}

func (s *isa) scaleShiftBackwardBlock(k *slopeConstants) {
	s.begin("scaleShiftBackward64", "func(du, dy, x, scale, shift, sum, product *float32, rows, c int, act uint64)",
		"computes du = dy · act'(scale·x + shift) and adds to sum and product those of du and du·x over",
		"rows of c channels, for 64 of them. act is None or HardSwish.")
	act := s.load("act")
	d, x, u := s.v(0), s.v(1), s.v(2)
	third, three, minus, half, one := s.v(9), s.v(10), s.v(11), s.v(12), s.v(13)
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
			linear := s.label("linear")
			s.VMOVUPS(at(1, v), d)
			s.VMOVUPS(at(2, v), x)
			s.TESTQ(act, act)
			s.JZ(linear)
			s.VMOVAPS(x, u)
			s.VFMADD213PS(s.v(secondOfBlock+v), s.v(firstOfBlock+v), u)
			s.multiplyBySlope(d, u, third, three, minus, half, one)
			s.place(linear)
			s.VADDPS(d, s.v(thirdOfBlock+v), s.v(thirdOfBlock+v))
			s.VFMADD231PS(x, d, s.v(fourthOfBlock+v))
			s.VMOVUPS(d, at(0, v))
		}
	})
	s.storeBlock(thirdOfBlock, "sum")
	s.storeBlock(fourthOfBlock, "product")
	s.end()
}

func (s *isa) combineBlock() {
	s.begin("combine64", "func(out, a, b, p, q, r *float32, rows, c int)", "computes out = p·a + q·b + r for 64 of c channels.")
	s.loadBlock("p", firstOfBlock)
	s.loadBlock("q", secondOfBlock)
	s.loadBlock("r", thirdOfBlock)
	s.blockRows([]string{"out", "a", "b"}, func(at func(stream, vector int) operand.Mem) {
		for v := range blockVectors {
			x := s.v(v)
			s.VMOVUPS(at(1, v), x)
			s.VFMADD213PS(s.v(thirdOfBlock+v), s.v(firstOfBlock+v), x)
			s.VFMADD231PS(at(2, v), s.v(secondOfBlock+v), x)
			s.VMOVUPS(x, at(0, v))
		}
	})
	s.end()
}
