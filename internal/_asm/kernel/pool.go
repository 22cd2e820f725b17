package kernel

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// pool emits the reductions and scalings over the positions of an image.
func pool(c *build.Context) {
	for _, s := range emitters(c) {
		s.sumRows()
		s.scaleRows()
	}
}

// sumRows adds rows in four chains of additions.
func (s *emitter) sumRows() {
	s.Begin("averageRows", "func(out, in *float32, rows, c int, scale float32)",
		"computes out (c) = scale * the sum of in (rows,c), for c of at least a vector.")
	channelBytes := s.Argument("c")
	s.SHLQ(operand.U8(2), channelBytes)
	channel := s.GP64()
	s.XORQ(channel, channel)
	channels, loop := s.NewLabel("channels"), s.NewLabel("rows")
	s.Place(channels)
	in, rows, sum := s.Argument("in"), s.Argument("rows"), s.V(0)
	s.ADDQ(channel, in)
	s.VXORPS(sum, sum, sum)
	s.Place(loop)
	s.VADDPS(operand.Mem{Base: in}, sum, sum)
	s.ADDQ(channelBytes, in)
	s.DECQ(rows)
	s.JNZ(loop)
	s.VBROADCASTSS(s.Address("scale"), s.V(1))
	s.VMULPS(s.V(1), sum, sum)
	out := s.Argument("out")
	s.VMOVUPS(sum, operand.Mem{Base: out, Index: channel, Scale: 1})
	s.nextOverlapping(channel, channelBytes, s.VectorBytes(), channels)
	s.End()
}

func (s *emitter) scaleRows() {
	s.Begin("scaleRows", "func(x, factors *float32, rows, c, vectors int)",
		"multiplies the first vectors of each row of x (rows,c) by factors.")
	x, factors, rows, stride := s.Argument("x"), s.Argument("factors"), s.Argument("rows"), s.Argument("c")
	s.SHLQ(operand.U8(2), stride)
	end := s.Argument("vectors")
	s.IMUL3Q(operand.U8(uint8(s.VectorBytes())), end, end)
	loop, row := s.NewLabel("vectors"), s.NewLabel("rows")
	s.Place(row)
	at := s.GP64()
	s.XORQ(at, at)
	s.Place(loop)
	s.VMOVUPS(operand.Mem{Base: factors, Index: at, Scale: 1}, s.V(0))
	s.VMULPS(operand.Mem{Base: x, Index: at, Scale: 1}, s.V(0), s.V(0))
	s.VMOVUPS(s.V(0), operand.Mem{Base: x, Index: at, Scale: 1})
	s.ADDQ(operand.U8(uint8(s.VectorBytes())), at)
	s.CMPQ(at, end)
	s.JLT(loop)
	s.ADDQ(stride, x)
	s.DECQ(rows)
	s.JNZ(row)
	s.End()
}
