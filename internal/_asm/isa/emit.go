package isa

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// At is the memory some bytes after base.
func At(base reg.Register, bytes int) operand.Mem { return operand.Mem{Base: base, Disp: bytes} }

// Int is an integer in an instruction.
func Int(n int) operand.Op { return operand.I32(int32(n)) }

// Number sets a new register.
func (s *ISA) Number(n int) reg.GPVirtual {
	r := s.GP64()
	s.MOVQ(operand.U32(uint32(n)), r)
	return r
}

// Times emits a loop that runs count times, at least once, and leaves count at 0.
func (s *ISA) Times(name string, count reg.GPVirtual, body func()) {
	loop := s.NewLabel(name)
	s.Place(loop)
	body()
	s.DECQ(count)
	s.JNZ(loop)
}

// Advance adds bytes to addresses.
func (s *ISA) Advance(bytes int, addresses ...reg.GPVirtual) {
	for _, a := range addresses {
		s.ADDQ(Int(bytes), a)
	}
}

// Zero clears vector registers.
func (s *ISA) Zero(registers ...int) {
	for _, i := range registers {
		if s.Wide() {
			s.VPXORD(s.V(i), s.V(i), s.V(i))
		} else {
			s.VXORPS(s.V(i), s.V(i), s.V(i))
		}
	}
}

// Fill sets all lanes of a vector register to a 32-bit general register.
func (s *ISA) Fill(with reg.Register, i int) {
	if s.Wide() {
		s.VPBROADCASTD(with, s.V(i))
		return
	}
	s.VMOVD(with, X[i])
	s.VPBROADCASTD(X[i], s.V(i))
}

// FillWord sets all lanes of a vector register to a constant.
func (s *ISA) FillWord(word uint32, i int) {
	r := s.GP32()
	s.MOVL(operand.U32(word), r)
	s.Fill(r, i)
}

// And is the bitwise and of vectors.
func (s *ISA) And(a, b, to operand.Op) {
	if s.Wide() {
		s.VPANDD(a, b, to)
	} else {
		s.VANDPS(a, b, to)
	}
}

// Predicates of VCMPPS. Ordered comparisons are false for NaN, unordered ones true; quiet ones raise no exception.
const (
	Less           = operand.U8(1)
	LessOrEqual    = operand.U8(2)
	GreaterOrEqual = operand.U8(13)
	Greater        = operand.U8(14)
	QuietGreater   = operand.U8(30)
)
