package kernel

import (
	"exemplar/internal/_asm/isa"

	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// update emits functions on whole slices: the optimiser's step, the exponentials of a softmax, and scaled sums.
func update(c *build.Context) {
	both := emitters(c)
	k := &expConstants{
		least: isa.Floats(c, "least", -87), most: isa.Floats(c, "most", 88), log2e: isa.Floats(c, "log2e", math.Log2E),
		high: isa.Floats(c, "ln2High", 0.693359375), low: isa.Floats(c, "ln2Low", -2.12194440e-4),
	}
	for i, p := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		k.poly = append(k.poly, isa.Floats(c, "exp"+string(rune('0'+i)), p))
	}
	for _, s := range both {
		s.adamW()
		s.addScaled()
		s.softmaxTerms(k)
	}
}

// slices emits a loop over whole vectors of n of the named pointers, n counted in vectors.
func (s *emitter) slices(names []string, body func(at func(name string) operand.Mem)) {
	n, at := s.Argument("n"), s.GP64()
	s.IMUL3Q(operand.U8(uint8(s.VectorBytes())), n, n)
	s.XORQ(at, at)
	bases := map[string]reg.GPVirtual{}
	for _, name := range names {
		bases[name] = s.Argument(name)
	}
	loop := s.NewLabel("vectors")
	s.Place(loop)
	body(func(name string) operand.Mem { return operand.Mem{Base: bases[name], Index: at, Scale: 1} })
	s.ADDQ(operand.U8(uint8(s.VectorBytes())), at)
	s.CMPQ(at, n)
	s.JLT(loop)
}

// adamW emits the step of AdamW.
func (s *emitter) adamW() {
	s.Begin("adamW", "func(value, grad, first, second *float32, n int, factors *float32)",
		"updates n vectors of values, each factor being a single float: gradient scale, beta1, 1-beta1,",
		"beta2, 1-beta2, scale of the root, epsilon, rate, decay.")
	factors := s.Argument("factors")
	f := func(i int) reg.VecPhysical { return s.V(4 + i) }
	const scale, b1, rest1, b2, rest2, root, epsilon, rate, keep = 0, 1, 2, 3, 4, 5, 6, 7, 8
	for i := range 9 {
		s.VBROADCASTSS(operand.Mem{Base: factors, Disp: 4 * i}, f(i))
	}
	g, m, v, t := s.V(0), s.V(1), s.V(2), s.V(3)
	s.slices([]string{"value", "grad", "first", "second"}, func(at func(string) operand.Mem) {
		s.VMULPS(at("grad"), f(scale), g)
		s.VMULPS(at("first"), f(b1), m)
		s.VFMADD231PS(g, f(rest1), m)
		s.VMOVUPS(m, at("first"))
		s.VMULPS(g, g, t)
		s.VMULPS(at("second"), f(b2), v)
		s.VFMADD231PS(t, f(rest2), v)
		s.VMOVUPS(v, at("second"))
		s.VSQRTPS(v, v)
		s.VFMADD213PS(f(epsilon), f(root), v)
		s.VMULPS(f(rate), m, m)
		s.VDIVPS(v, m, m)
		s.VMULPS(at("value"), f(keep), t)
		s.VSUBPS(m, t, t)
		s.VMOVUPS(t, at("value"))
	})
	s.End()
}

func (s *emitter) addScaled() {
	s.Begin("addScaled", "func(y, x *float32, n int, scale float32)", "adds scale*x to n vectors of y.")
	s.VBROADCASTSS(s.Address("scale"), s.V(0))
	s.slices([]string{"y", "x"}, func(at func(string) operand.Mem) {
		s.VMOVUPS(at("y"), s.V(1))
		s.VFMADD231PS(at("x"), s.V(0), s.V(1))
		s.VMOVUPS(s.V(1), at("y"))
	})
	s.End()
}

// expConstants are those of Cody and Waite's exponential: e^x = 2^k · e^r, r = x - k·ln 2.
type expConstants struct {
	least, most, log2e, high, low operand.Mem
	poly                          []operand.Mem
}

func (s *emitter) softmaxTerms(k *expConstants) {
	s.Begin("softmaxTerms", "func(x, shift, sum *float32, n int, scale float32)",
		"replaces n vectors of x by e^(scale*x - shift) and adds them to sum.")
	s.VBROADCASTSS(s.Address("scale"), s.V(0))
	x, whole, r, p := s.V(1), s.V(2), s.V(3), s.V(4)
	s.slices([]string{"x", "shift", "sum"}, func(at func(string) operand.Mem) {
		s.VMULPS(at("x"), s.V(0), x)
		s.VSUBPS(at("shift"), x, x)
		s.VMAXPS(k.least, x, x)
		s.VMINPS(k.most, x, x)
		s.VMULPS(k.log2e, x, whole)
		if s.Wide() {
			s.VRNDSCALEPS(operand.U8(0), whole, whole)
		} else {
			s.VROUNDPS(operand.U8(0), whole, whole)
		}
		s.VMOVAPS(x, r)
		s.VFNMADD231PS(k.high, whole, r)
		s.VFNMADD231PS(k.low, whole, r)
		s.VMOVUPS(k.poly[0], p)
		for _, c := range k.poly[1:] {
			s.VFMADD213PS(c, r, p)
		}
		s.VMULPS(r, r, x)
		s.VFMADD213PS(r, x, p)
		s.VADDPS(s.constants.one, p, p)
		s.VCVTPS2DQ(whole, whole)
		s.VPSLLD(operand.U8(23), whole, whole)
		s.VPADDD(whole, p, p)
		s.VMOVUPS(p, at("x"))
		s.VADDPS(at("sum"), p, p)
		s.VMOVUPS(p, at("sum"))
	})
	s.End()
}
