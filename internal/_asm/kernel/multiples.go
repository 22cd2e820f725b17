package kernel

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// multiples is a set of addresses base + i*stride, i = 0, 1, 2, ..., that needs few registers. The multiples 0 to 8 of one
// base use 1, 3, 5 or 7 strides as index and a scale of 1, 2, 4 or 8. Every nine multiples have another base.
type multiples struct {
	bases []reg.GPVirtual
	odd   map[int]reg.GPVirtual // 1, 3, 5, 7 -> that many strides
}

const multiplesPerBase = 9

// oddMultiples makes the index registers for up to n multiples of stride, which is one of them.
func (s *emitter) oddMultiples(stride reg.GPVirtual, n int) map[int]reg.GPVirtual {
	odd := map[int]reg.GPVirtual{1: stride}
	if n > 3 {
		odd[3] = s.GP64()
		s.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, odd[3])
	}
	if n > 5 {
		odd[5] = s.GP64()
		s.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 4}, odd[5])
	}
	if n > 7 {
		odd[7] = s.GP64()
		s.LEAQ(operand.Mem{Base: odd[3], Index: stride, Scale: 4}, odd[7])
	}
	return odd
}

// multiples makes the bases for n addresses from first on.
func (s *emitter) multiples(first operand.Op, odd map[int]reg.GPVirtual, n int) *multiples {
	m := &multiples{odd: odd}
	for i := 0; i < n; i += multiplesPerBase {
		base := s.CopyOf(first)
		if i > 0 {
			s.LEAQ(operand.Mem{Base: m.bases[len(m.bases)-1], Index: odd[1], Scale: 8}, base)
			s.ADDQ(odd[1], base)
		}
		m.bases = append(m.bases, base)
	}
	return m
}

// at is the address of multiple i, displaced by bytes.
func (m *multiples) at(i, displacement int) operand.Mem {
	mem := operand.Mem{Base: m.bases[i/multiplesPerBase], Disp: displacement}
	if i %= multiplesPerBase; i == 0 {
		return mem
	}
	scale := 1
	for i%2 == 0 {
		i, scale = i/2, scale*2
	}
	return mem.Idx(m.odd[i], uint8(scale))
}

// advance moves all addresses by bytes, an immediate or a register.
func (s *emitter) advance(m *multiples, bytes operand.Op) {
	for _, b := range m.bases {
		s.ADDQ(bytes, b)
	}
}
