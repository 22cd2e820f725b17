package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// pool emits the reductions and scalings over the positions of an image.
func pool(c *build.Context) {
	for _, s := range isas(c) {
		s.sumRows()
		s.scaleRows()
	}
}

// sumRows adds rows in four chains of additions.
func (s *isa) sumRows() {
	s.begin("averageRows", "func(out, in *float32, rows, c int, scale float32)",
		"computes out (c) = scale * the sum of in (rows,c), for c of at least a vector.")
	channelBytes := s.load("c")
	s.SHLQ(operand.U8(2), channelBytes)
	channel := s.GP64()
	s.XORQ(channel, channel)
	channels, loop := s.label("channels"), s.label("rows")
	s.place(channels)
	in, rows, sum := s.load("in"), s.load("rows"), s.v(0)
	s.ADDQ(channel, in)
	s.VXORPS(sum, sum, sum)
	s.place(loop)
	s.VADDPS(operand.Mem{Base: in}, sum, sum)
	s.ADDQ(channelBytes, in)
	s.DECQ(rows)
	s.JNZ(loop)
	s.VBROADCASTSS(s.param("scale"), s.v(1))
	s.VMULPS(s.v(1), sum, sum)
	out := s.load("out")
	s.VMOVUPS(sum, operand.Mem{Base: out, Index: channel, Scale: 1})
	s.nextOverlapping(channel, channelBytes, s.vectorBytes(), channels)
	s.end()
}

func (s *isa) scaleRows() {
	s.begin("scaleRows", "func(x, factors *float32, rows, c, vectors int)",
		"multiplies the first vectors of each row of x (rows,c) by factors.")
	x, factors, rows, stride := s.load("x"), s.load("factors"), s.load("rows"), s.load("c")
	s.SHLQ(operand.U8(2), stride)
	end := s.load("vectors")
	s.IMUL3Q(operand.U8(uint8(s.vectorBytes())), end, end)
	loop, row := s.label("vectors"), s.label("rows")
	s.place(row)
	at := s.GP64()
	s.XORQ(at, at)
	s.place(loop)
	s.VMOVUPS(operand.Mem{Base: factors, Index: at, Scale: 1}, s.v(0))
	s.VMULPS(operand.Mem{Base: x, Index: at, Scale: 1}, s.v(0), s.v(0))
	s.VMOVUPS(s.v(0), operand.Mem{Base: x, Index: at, Scale: 1})
	s.ADDQ(operand.U8(uint8(s.vectorBytes())), at)
	s.CMPQ(at, end)
	s.JLT(loop)
	s.ADDQ(stride, x)
	s.DECQ(rows)
	s.JNZ(row)
	s.end()
}
