package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa emits for one instruction set. Vector registers are chosen by number, general ones by avo.
type isa struct {
	*build.Context
	name      string // suffix of functions
	lanes     int    // floats in a vector
	constants *constants
	function  string // current function, the prefix of its labels
	labels    int
}

// constants are vectors in the file's read-only data, as wide as the widest isa reads.
type constants struct{ sixth, half, one operand.Mem }

// isas returns the emitters of one file.
func isas(c *build.Context) []*isa {
	k := &constants{
		sixth: floats(c, "sixth", 1.0/6),
		half:  floats(c, "half", 0.5),
		one:   floats(c, "one", 1),
	}
	return []*isa{
		{Context: c, name: "AVX2", lanes: 8, constants: k},
		{Context: c, name: "AVX512", lanes: 16, constants: k},
	}
}

// floats emits a vector of 16 equal floats.
func floats(c *build.Context, name string, x float32) operand.Mem {
	return words(c, name, 16, func(int) uint32 { return math.Float32bits(x) })
}

// words emits a table of 32-bit words.
func words(c *build.Context, name string, n int, f func(i int) uint32) operand.Mem {
	m := c.StaticGlobal(name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range n {
		c.AddDatum(4*i, operand.U32(f(i)))
	}
	return m
}

func (s *isa) wide() bool { return s.lanes == 16 }

func (s *isa) vectorBytes() int { return 4 * s.lanes }

// v is vector register i.
func (s *isa) v(i int) reg.VecPhysical {
	if s.wide() {
		return zmm[i]
	}
	return ymm[i]
}

var (
	zmm = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
		reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21,
		reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	ymm = []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}
)

// begin starts a function whose name gets the suffix of the instruction set, as does the start of its comment.
func (s *isa) begin(name, signature string, doc ...string) {
	s.function = name + s.name
	s.Function(s.function)
	s.Attributes(attr.NOSPLIT)
	s.Pragma("noescape")
	s.SignatureExpr(signature)
	doc[0] = s.function + " " + doc[0]
	s.Doc(doc...)
}

// end returns from the function.
func (s *isa) end() {
	s.VZEROUPPER()
	s.RET()
}

// label makes a new label; place puts it.
func (s *isa) label(name string) operand.LabelRef {
	s.labels++
	return operand.LabelRef(fmt.Sprintf("%s%d", name, s.labels))
}

func (s *isa) place(l operand.LabelRef) { s.Label(string(l)) }

// load reads a parameter into a new register.
func (s *isa) load(name string) reg.GPVirtual {
	r := s.GP64()
	s.Load(s.Param(name), r)
	return r
}

// param is the memory of a parameter.
func (s *isa) param(name string) operand.Mem {
	b, err := s.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// copyOf copies r to a new register.
func (s *isa) copyOf(r operand.Op) reg.GPVirtual {
	c := s.GP64()
	s.MOVQ(r, c)
	return c
}

// multiples is a set of addresses base + i*stride, i = 0, 1, 2, ..., reached with few registers: from one base the
// multiples 0 to 8 take 1, 3, 5 and 7 strides as index and a scale of 1, 2, 4 or 8; every 9 begin at another base.
type multiples struct {
	bases []reg.GPVirtual
	odd   map[int]reg.GPVirtual // 1, 3, 5, 7 -> that many strides
}

const multiplesPerBase = 9

// oddMultiples makes the index registers for up to n multiples of stride, which is one of them.
func (s *isa) oddMultiples(stride reg.GPVirtual, n int) map[int]reg.GPVirtual {
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
func (s *isa) multiples(first operand.Op, odd map[int]reg.GPVirtual, n int) *multiples {
	m := &multiples{odd: odd}
	for i := 0; i < n; i += multiplesPerBase {
		base := s.copyOf(first)
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
func (s *isa) advance(m *multiples, bytes operand.Op) {
	for _, b := range m.bases {
		s.ADDQ(bytes, b)
	}
}

// activation applies the activation in register act to vectors 0 to n-1, with the vectors from free on as scratch.
// The order of operands of maximum and minimum lets NaN through: both return their last source then.
func (s *isa) activation(act operand.Op, n, free int) {
	done, hard, sigmoid := s.label("activated"), s.label("hard"), s.label("sigmoid")
	s.CMPQ(act, operand.U8(1)) // ReLU
	s.JB(done)
	s.JA(hard)
	zero := s.v(free)
	s.VXORPS(zero, zero, zero)
	for i := range n {
		s.VMAXPS(s.v(i), zero, s.v(i))
	}
	s.JMP(done)

	s.place(hard)
	s.CMPQ(act, operand.U8(3)) // HardSigmoid
	s.JE(sigmoid)
	s.hardSwish(n, free)
	s.JMP(done)

	s.place(sigmoid)
	s.hardSigmoid(n, free)
	s.place(done)
}

// hardSwish emits x * min(max(x/6 + 1/2, 0), 1).
func (s *isa) hardSwish(n, free int) {
	sixth, half, zero, one := operand.Op(s.constants.sixth), operand.Op(s.constants.half), s.v(free), operand.Op(s.constants.one)
	free++
	if s.wide() {
		sixth, one = s.v(free), s.v(free+1)
		s.VMOVUPS(s.constants.sixth, sixth)
		s.VMOVUPS(s.constants.one, one)
		free += 2
	}
	s.VXORPS(zero, zero, zero)
	temporaries := 3
	for i := range n {
		x, t := s.v(i), s.v(free+i%temporaries)
		s.VMOVUPS(half, t)
		s.VFMADD231PS(sixth, x, t)
		s.VMAXPS(zero, t, t)
		s.VMINPS(one, t, t)
		s.VMULPS(t, x, x)
	}
}

// hardSigmoid emits min(max(x/6 + 1/2, 0), 1).
func (s *isa) hardSigmoid(n, free int) {
	t, zero, one := s.v(free), s.v(free+1), s.v(free+2)
	s.VXORPS(zero, zero, zero)
	s.VMOVUPS(s.constants.one, one)
	for i := range n {
		s.VMOVUPS(s.constants.half, t)
		s.VFMADD231PS(s.constants.sixth, s.v(i), t)
		s.VMAXPS(t, zero, t)
		s.VMINPS(t, one, s.v(i))
	}
}
