package kernel

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dot emits the dot products of a probe with a block of references, four references at a time.
func dot(c *build.Context) {
	for _, s := range emitters(c) {
		(&dotBlock{emitter: s}).emit()
		(&dotBlock{emitter: s, bytes: true}).emit()
	}
}

const dotReferences = 4

type dotBlock struct {
	*emitter
	bytes         bool // int8, not float32
	out, refs     reg.GPVirtual
	probe         reg.GPVirtual
	count, stride reg.GPVirtual
	odd           map[int]reg.GPVirtual
}

func (d *dotBlock) emit() {
	if d.bytes {
		step := "16 elements"
		if d.Wide() {
			step = "64 elements, each product with 128 times the probe's element too much"
		}
		d.Begin("dotInt8", "func(out *int32, probe, refs *int8, count, dim, steps int)",
			"computes out[i] = probe · refs[i] over the first steps of "+step+".")
	} else {
		d.Begin("dotFloat", "func(out, probe, refs *float32, count, dim, steps int)",
			"computes out[i] = probe · refs[i] over the first steps, each a vector.")
	}
	d.out, d.refs, d.count, d.stride = d.Argument("out"), d.Argument("refs"), d.Argument("count"), d.Argument("dim")
	if !d.bytes {
		d.SHLQ(operand.U8(2), d.stride)
	}
	d.odd = d.oddMultiples(d.stride, dotReferences)
	if d.bytes && d.Wide() {
		signs := d.GP32()
		d.MOVL(operand.U32(0x80808080), signs)
		d.VPBROADCASTD(signs, d.V(31))
	}
	for _, references := range []int{dotReferences, 1} {
		loop, done := d.NewLabel("references"), d.NewLabel("referencesDone")
		d.Place(loop)
		d.CMPQ(d.count, operand.U8(uint8(references)))
		d.JLT(done)
		d.block(references)
		d.SUBQ(operand.U8(uint8(references)), d.count)
		d.JMP(loop)
		d.Place(done)
	}
	d.End()
}

// stepBytes is how many bytes of a vector of the block one step reads.
func (d *dotBlock) stepBytes() int {
	if d.bytes && !d.Wide() {
		return 16 // widened to 16 bits
	}
	return d.VectorBytes()
}

// block computes some references.
func (d *dotBlock) block(references int) {
	probe, steps := d.Argument("probe"), d.Argument("steps")
	refs := d.multiples(d.refs, d.odd, references)
	for i := range references {
		d.VXORPS(d.V(i), d.V(i), d.V(i))
	}
	loop := d.NewLabel("steps")
	d.Place(loop)
	d.loadProbe(probe)
	for i := range references {
		d.product(refs.at(i, 0), i)
	}
	d.ADDQ(operand.U8(uint8(d.stepBytes())), probe)
	d.advance(refs, operand.U8(uint8(d.stepBytes())))
	d.DECQ(steps)
	d.JNZ(loop)
	d.reduce(references)
	d.ADDQ(operand.U8(uint8(4*references)), d.out)
	for range references {
		d.ADDQ(d.stride, d.refs)
	}
}

func (d *dotBlock) loadProbe(probe reg.GPVirtual) {
	switch at := (operand.Mem{Base: probe}); {
	case !d.bytes:
		d.VMOVUPS(at, d.V(4))
	case d.Wide():
		d.VMOVDQU8(at, d.V(4))
	default:
		d.VPMOVSXBW(at, d.V(4))
	}
}

// product adds the products of a step of reference i. The AVX-512 byte product takes one unsigned operand: a byte with
// its sign bit turned is the byte plus 128.
func (d *dotBlock) product(ref operand.Mem, i int) {
	temporary := d.V(5 + i)
	switch {
	case !d.bytes:
		d.VFMADD231PS(ref, d.V(4), d.V(i))
	case d.Wide():
		d.VPXORD(ref, d.V(31), temporary)
		d.VPDPBUSD(d.V(4), temporary, d.V(i))
	default:
		d.VPMOVSXBW(ref, temporary)
		d.VPMADDWD(d.V(4), temporary, temporary)
		d.VPADDD(temporary, d.V(i), d.V(i))
	}
}

// reduce sums the lanes of each vector and stores the sums.
func (d *dotBlock) reduce(references int) {
	add := d.VADDPS
	if d.bytes {
		add = d.VPADDD
	}
	if references == dotReferences {
		d.transposeAdd(add, 0, 1, false)
		d.transposeAdd(add, 2, 3, false)
		d.transposeAdd(add, 0, 2, true)
	}
	if d.Wide() {
		d.VEXTRACTF64X4(operand.U8(1), d.V(0), isa.Y[1])
		add(isa.Y[1], isa.Y[0], isa.Y[0])
	}
	d.VEXTRACTF128(operand.U8(1), isa.Y[0], reg.X1)
	add(reg.X1, reg.X0, reg.X0)
	if references == dotReferences {
		d.VMOVUPS(reg.X0, operand.Mem{Base: d.out})
		return
	}
	d.VPSHUFD(operand.U8(0x4e), reg.X0, reg.X1)
	add(reg.X1, reg.X0, reg.X0)
	d.VPSHUFD(operand.U8(0xb1), reg.X0, reg.X1)
	add(reg.X1, reg.X0, reg.X0)
	d.VMOVSS(reg.X0, operand.Mem{Base: d.out})
}

// transposeAdd interleaves two vectors by words, or by pairs, and adds the halves, into the first.
func (d *dotBlock) transposeAdd(add func(...operand.Op), a, b int, pairs bool) {
	low, high := d.VUNPCKLPS, d.VUNPCKHPS
	if pairs {
		low, high = d.VUNPCKLPD, d.VUNPCKHPD
	}
	low(d.V(b), d.V(a), d.V(5))
	high(d.V(b), d.V(a), d.V(6))
	add(d.V(6), d.V(5), d.V(a))
}
