package kernel

import "github.com/mmcloughlin/avo/operand"

// activation applies the activation in register act to vectors 0 to n-1, with the vectors from free on as scratch.
// Maximum and minimum return their last source if one is NaN; the order of operands is such that NaN propagates.
func (s *emitter) activation(act operand.Op, n, free int) {
	done, hard, sigmoid := s.NewLabel("activated"), s.NewLabel("hard"), s.NewLabel("sigmoid")
	s.CMPQ(act, operand.U8(1)) // ReLU
	s.JB(done)
	s.JA(hard)
	zero := s.V(free)
	s.VXORPS(zero, zero, zero)
	for i := range n {
		s.VMAXPS(s.V(i), zero, s.V(i))
	}
	s.JMP(done)

	s.Place(hard)
	s.CMPQ(act, operand.U8(3)) // HardSigmoid
	s.JE(sigmoid)
	s.hardSwish(n, free)
	s.JMP(done)

	s.Place(sigmoid)
	s.hardSigmoid(n, free)
	s.Place(done)
}

// hardSwish emits x * min(max(x/6 + 1/2, 0), 1).
func (s *emitter) hardSwish(n, free int) {
	sixth, half, zero, one := operand.Op(s.constants.sixth), operand.Op(s.constants.half), s.V(free), operand.Op(s.constants.one)
	free++
	if s.Wide() {
		sixth, one = s.V(free), s.V(free+1)
		s.VMOVUPS(s.constants.sixth, sixth)
		s.VMOVUPS(s.constants.one, one)
		free += 2
	}
	s.VXORPS(zero, zero, zero)
	temporaries := 3
	for i := range n {
		x, t := s.V(i), s.V(free+i%temporaries)
		s.VMOVUPS(half, t)
		s.VFMADD231PS(sixth, x, t)
		s.VMAXPS(zero, t, t)
		s.VMINPS(one, t, t)
		s.VMULPS(t, x, x)
	}
}

// hardSigmoid emits min(max(x/6 + 1/2, 0), 1).
func (s *emitter) hardSigmoid(n, free int) {
	t, zero, one := s.V(free), s.V(free+1), s.V(free+2)
	s.VXORPS(zero, zero, zero)
	s.VMOVUPS(s.constants.one, one)
	for i := range n {
		s.VMOVUPS(s.constants.half, t)
		s.VFMADD231PS(s.constants.sixth, s.V(i), t)
		s.VMAXPS(t, zero, t)
		s.VMINPS(t, one, s.V(i))
	}
}
