package kernel

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	stemRowTaps  = 9 // inputs to an output in one row: 3 pixels of 3 colours
	stemRowShift = 6 // floats from one output's inputs to the next one's
)

// stemWeights emits the gradient of one row of the stem's filters, for eight outputs. Both instruction sets use the AVX2
// function, since narrow networks have eight channels.
func stemWeights(c *build.Context) {
	s := emitters(c)[0]
	s.stemWeights()
	s.floatsOfBytes()
}

func (s *emitter) stemWeights() {
	s.Begin("stemWeights", "func(dw, dOut, in *float32, q, k int)",
		"adds to dw (9,k) the products of q outputs' gradients dOut (q,k) and their inputs in a row, which begin",
		"at in, in 8 columns.")
	dw, dOut, in, q, stride := s.Argument("dw"), s.Argument("dOut"), s.Argument("in"), s.Argument("q"), s.Argument("k")
	s.SHLQ(operand.U8(2), stride)
	s.exchangeTaps(dw, stride, true)
	loop := s.NewLabel("outputs")
	s.Place(loop)
	d := s.V(stemRowTaps)
	s.VMOVUPS(operand.Mem{Base: dOut}, d)
	for tap := range stemRowTaps {
		x := s.V(stemRowTaps + 1 + tap%4)
		s.VBROADCASTSS(operand.Mem{Base: in, Disp: 4 * tap}, x)
		s.VFMADD231PS(x, d, s.V(tap))
	}
	s.ADDQ(stride, dOut)
	s.ADDQ(operand.U8(4*stemRowShift), in)
	s.DECQ(q)
	s.JNZ(loop)
	s.exchangeTaps(dw, stride, false)
	s.End()
}

// exchangeTaps loads or stores the nine vectors of gradients.
func (s *emitter) exchangeTaps(dw, stride reg.GPVirtual, load bool) {
	row := s.CopyOf(dw)
	for tap := range stemRowTaps {
		if load {
			s.VMOVUPS(operand.Mem{Base: row}, s.V(tap))
		} else {
			s.VMOVUPS(s.V(tap), operand.Mem{Base: row})
		}
		s.ADDQ(stride, row)
	}
}

func (s *emitter) floatsOfBytes() {
	s.Begin("floatsOfBytes", "func(out *float32, in *byte, vectors int)", "turns bytes into as many floats, eight to a vector.")
	out, in, n := s.Argument("out"), s.Argument("in"), s.Argument("vectors")
	loop := s.NewLabel("vectors")
	s.Place(loop)
	s.VPMOVZXBD(operand.Mem{Base: in}, s.V(0))
	s.VCVTDQ2PS(s.V(0), s.V(0))
	s.VMOVUPS(s.V(0), operand.Mem{Base: out})
	s.ADDQ(operand.U8(8), in)
	s.ADDQ(operand.U8(32), out)
	s.DECQ(n)
	s.JNZ(loop)
	s.End()
}
