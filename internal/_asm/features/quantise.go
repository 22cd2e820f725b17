package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// quantise emits the function that quantises a histogram to bytes.
func quantise(c *build.Context) {
	least := isa.Floats(c, "least", turnLeast)
	// Packing leaves quads of bytes in this order.
	order := isa.Words(c, "packedOrder", 8, func(i int) uint32 { return []uint32{0, 4, 1, 5, 2, 6, 3, 7}[i] })
	all := emitters(c, "histogram")
	(&quantiser{emitter: all[0], least: least, order: order}).emit((*quantiser).narrow)
	(&quantiser{emitter: all[1], least: least}).emit((*quantiser).wide)
}

type quantiser struct {
	emitter
	least, order operand.Mem
	out, hist    reg.GPVirtual
}

// Registers of the quantisation; the AVX-512 function has its constants behind the histogram, which it holds in 0 to 7.
const (
	quantised   = 128 // floats of the histogram
	sumA        = 8   // the first of two sums
	sumB        = 9
	quantiseCap = 10
)

func (q *quantiser) emit(body func(q *quantiser)) {
	q.Begin("quantise", "func(out *byte, hist *histogram, clip, scale float32)",
		"computes, with c = clip * the norm of hist, the bytes min(sqrt(min(h, c)*scale/s)+0.5, 127), where s is the sum",
		"of all min(h, c).")
	q.out, q.hist = q.Argument("out"), q.Argument("hist")
	body(q)
	q.End()
}

// reduce adds the lanes of both sums, into the first lane of sumA.
func (q *quantiser) reduce() {
	a, b := isa.X[sumA], isa.X[sumB]
	q.VADDPS(q.V(sumB), q.V(sumA), q.V(sumA))
	if q.Wide() {
		q.VEXTRACTF64X4(operand.U8(1), q.V(sumA), isa.Y[sumB])
		q.VADDPS(isa.Y[sumB], isa.Y[sumA], isa.Y[sumA])
	}
	q.VEXTRACTF128(operand.U8(1), isa.Y[sumA], b)
	q.VADDPS(b, a, a)
	q.VMOVHLPS(a, a, b)
	q.VADDPS(b, a, a)
	q.VMOVSHDUP(a, b)
	q.VADDSS(b, a, a)
}

// limit turns the sum of squares into the limit of a bin.
func (q *quantiser) limit() {
	a := isa.X[sumA]
	q.reduce()
	q.VSQRTSS(a, a, a)
	q.VMULSS(q.Address("clip"), a, a)
	q.VBROADCASTSS(a, q.V(quantiseCap))
}

// factor turns the sum of the clipped bins into their factor, which stays finite for a patch without gradients.
func (q *quantiser) factor(to int) {
	a, b := isa.X[sumA], isa.X[sumB]
	q.reduce()
	q.VMOVSS(q.least, b)
	q.VMAXSS(b, a, a)
	q.VMOVSS(q.Address("scale"), b)
	q.VDIVSS(a, b, a)
	q.VBROADCASTSS(a, q.V(to))
}

// round computes sqrt(x*factor)+0.5, at most 127, as integers. The registers from factor on contain the factor, 0.5 and 127.
func (q *quantiser) round(x, factor int) {
	v := q.V(x)
	q.VMULPS(q.V(factor), v, v)
	q.VSQRTPS(v, v)
	q.VADDPS(q.V(factor+1), v, v)
	q.VMINPS(q.V(factor+2), v, v)
	q.VCVTTPS2DQ(v, v)
}

func (q *quantiser) roundConstants(factor int) {
	q.FillWord(0x3f000000, factor+1) // 0.5
	q.FillWord(0x42fe0000, factor+2) // 127
}

func (q *quantiser) wide() {
	const factor = 16
	n := quantised / q.Lanes
	for i := range n {
		q.VMOVUPS(isa.At(q.hist, 64*i), q.V(i))
	}
	for i := range n {
		if sum := q.V(sumA + i%2); i < 2 {
			q.VMULPS(q.V(i), q.V(i), sum)
		} else {
			q.VFMADD231PS(q.V(i), q.V(i), sum)
		}
	}
	q.limit()
	for i := range n {
		q.VMINPS(q.V(quantiseCap), q.V(i), q.V(i))
	}
	q.VADDPS(q.V(0), q.V(1), q.V(sumA))
	q.VADDPS(q.V(2), q.V(3), q.V(sumB))
	for i := 4; i < n; i++ {
		sum := q.V(sumA + i%2)
		q.VADDPS(q.V(i), sum, sum)
	}
	q.factor(factor)
	q.roundConstants(factor)
	for i := range n {
		q.round(i, factor)
		q.VPMOVDB(q.V(i), isa.X[sumB])
		q.VMOVDQU(isa.X[sumB], isa.At(q.out, 16*i))
	}
}

// narrow reads the histogram three times.
func (q *quantiser) narrow() {
	const factor, packing = 12, 15
	at := q.GP64()
	q.pairs(at, func(a, b operand.Mem) {
		q.VMOVUPS(a, q.V(0))
		q.VMOVUPS(b, q.V(1))
		q.VFMADD231PS(q.V(0), q.V(0), q.V(sumA))
		q.VFMADD231PS(q.V(1), q.V(1), q.V(sumB))
	})
	q.limit()
	q.pairs(at, func(a, b operand.Mem) {
		q.VMINPS(a, q.V(quantiseCap), q.V(0))
		q.VMINPS(b, q.V(quantiseCap), q.V(1))
		q.VADDPS(q.V(0), q.V(sumA), q.V(sumA))
		q.VADDPS(q.V(1), q.V(sumB), q.V(sumB))
	})
	q.factor(factor)
	q.roundConstants(factor)
	q.VMOVDQU(q.order, q.V(packing))
	q.Times("bytes", q.Number(quantised/32), func() {
		for i := range 4 {
			q.VMINPS(isa.At(q.hist, 32*i), q.V(quantiseCap), q.V(i))
			q.round(i, factor)
		}
		q.VPACKSSDW(q.V(1), q.V(0), q.V(0))
		q.VPACKSSDW(q.V(3), q.V(2), q.V(2))
		q.VPACKUSWB(q.V(2), q.V(0), q.V(0))
		q.VPERMD(q.V(0), q.V(packing), q.V(0))
		q.VMOVDQU(q.V(0), isa.At(q.out, 0))
		q.Advance(128, q.hist)
		q.Advance(32, q.out)
	})
}

// pairs emits a loop over pairs of vectors of the histogram, with sums that start at 0.
func (q *quantiser) pairs(at reg.GPVirtual, body func(a, b operand.Mem)) {
	q.Zero(sumA, sumB)
	q.XORQ(at, at)
	loop := q.NewLabel("pairs")
	q.Place(loop)
	a := operand.Mem{Base: q.hist, Index: at, Scale: 1}
	body(a, a.Offset(32))
	q.Advance(64, at)
	q.CMPQ(at, isa.Int(4*quantised))
	q.JLT(loop)
}
