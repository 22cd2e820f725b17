// Package isa is shared by the generators of all packages. With it a function is written once for AVX2 and AVX-512.
package isa

import (
	"fmt"
	"go/token"
	"go/types"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ISA emits for one instruction set. Vector registers are chosen by number, general ones by avo.
type ISA struct {
	*build.Context
	Name   string         // suffix of functions
	Lanes  int            // floats in a vector
	types  *types.Package // what signatures may name
	labels int
}

// Both returns the emitters of one file, AVX2 first. Signatures may contain pointers to the named types of the package that
// the file is for.
func Both(c *build.Context, named ...string) [2]*ISA {
	pkg := types.NewPackage("target", "target")
	for _, name := range named {
		o := types.NewTypeName(token.NoPos, pkg, name, nil)
		types.NewNamed(o, types.NewStruct(nil, nil), nil)
		pkg.Scope().Insert(o)
	}
	return [2]*ISA{
		{Context: c, Name: "AVX2", Lanes: 8, types: pkg},
		{Context: c, Name: "AVX512", Lanes: 16, types: pkg},
	}
}

// Floats emits a vector of 16 equal floats.
func Floats(c *build.Context, name string, x float32) operand.Mem {
	return Words(c, name, 16, func(int) uint32 { return math.Float32bits(x) })
}

// Words emits a table of 32-bit words.
func Words(c *build.Context, name string, n int, f func(i int) uint32) operand.Mem {
	m := c.StaticGlobal(name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range n {
		c.AddDatum(4*i, operand.U32(f(i)))
	}
	return m
}

// Wide reports whether vectors have 16 lanes.
func (s *ISA) Wide() bool { return s.Lanes == 16 }

// VectorBytes is the size of a vector.
func (s *ISA) VectorBytes() int { return 4 * s.Lanes }

// V is vector register i.
func (s *ISA) V(i int) reg.VecPhysical {
	if s.Wide() {
		return Z[i]
	}
	return Y[i]
}

// Vector registers by number: of 64, 32 and 16 bytes.
var (
	Z = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10,
		reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21,
		reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	Y = []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10,
		reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15, reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21,
		reg.Y22, reg.Y23, reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
	}
	X = []reg.VecPhysical{
		reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9, reg.X10,
		reg.X11, reg.X12, reg.X13, reg.X14, reg.X15, reg.X16, reg.X17, reg.X18, reg.X19, reg.X20, reg.X21,
		reg.X22, reg.X23, reg.X24, reg.X25, reg.X26, reg.X27, reg.X28, reg.X29, reg.X30, reg.X31,
	}
)

// Begin starts a function. Its name, and the first word of its comment, get the suffix of the instruction set.
func (s *ISA) Begin(name, signature string, doc ...string) {
	s.BeginSplit(name, signature, doc...)
	s.Attributes(attr.NOSPLIT)
}

// BeginSplit starts a function that checks whether the stack is large enough, since it needs much.
func (s *ISA) BeginSplit(name, signature string, doc ...string) {
	name += s.Name
	s.Function(name)
	s.Pragma("noescape")
	sig, err := gotypes.ParseSignatureInPackage(s.types, signature)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	s.Signature(sig)
	doc[0] = name + " " + doc[0]
	s.Doc(doc...)
}

// End returns from the function.
func (s *ISA) End() {
	s.VZEROUPPER()
	s.RET()
}

// NewLabel makes a new label; Place puts it.
func (s *ISA) NewLabel(name string) operand.LabelRef {
	s.labels++
	return operand.LabelRef(fmt.Sprintf("%s%d", name, s.labels))
}

// Place puts a label here.
func (s *ISA) Place(l operand.LabelRef) { s.Label(string(l)) }

// Argument reads a parameter into a new register.
func (s *ISA) Argument(name string) reg.GPVirtual {
	r := s.GP64()
	s.Load(s.Param(name), r)
	return r
}

// Address is the memory of a parameter.
func (s *ISA) Address(name string) operand.Mem {
	b, err := s.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// CopyOf copies r to a new register.
func (s *ISA) CopyOf(r operand.Op) reg.GPVirtual {
	c := s.GP64()
	s.MOVQ(r, c)
	return c
}
