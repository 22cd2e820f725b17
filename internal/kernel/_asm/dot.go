package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dot emits the dot products of a probe with a block of references, four references at a time.
func dot(c *build.Context) {
	for _, s := range isas(c) {
		(&dotBlock{isa: s}).emit()
		(&dotBlock{isa: s, bytes: true}).emit()
	}
}

const dotReferences = 4

type dotBlock struct {
	*isa
	bytes         bool // int8, not float32
	out, refs     reg.GPVirtual
	probe         reg.GPVirtual
	count, stride reg.GPVirtual
	odd           map[int]reg.GPVirtual
}

func (d *dotBlock) emit() {
	if d.bytes {
		step := "16 elements"
		if d.wide() {
			step = "64 elements, each product with 128 times the probe's element too much"
		}
		d.begin("dotInt8", "func(out *int32, probe, refs *int8, count, dim, steps int)",
			"computes out[i] = probe · refs[i] over the first steps of "+step+".")
	} else {
		d.begin("dotFloat", "func(out, probe, refs *float32, count, dim, steps int)",
			"computes out[i] = probe · refs[i] over the first steps, each a vector.")
	}
	d.out, d.refs, d.count, d.stride = d.load("out"), d.load("refs"), d.load("count"), d.load("dim")
	if !d.bytes {
		d.SHLQ(operand.U8(2), d.stride)
	}
	d.odd = d.oddMultiples(d.stride, dotReferences)
	if d.bytes && d.wide() {
		signs := d.GP32()
		d.MOVL(operand.U32(0x80808080), signs)
		d.VPBROADCASTD(signs, d.v(31))
	}
	for _, references := range []int{dotReferences, 1} {
		loop, done := d.label("references"), d.label("referencesDone")
		d.place(loop)
		d.CMPQ(d.count, operand.U8(uint8(references)))
		d.JLT(done)
		d.block(references)
		d.SUBQ(operand.U8(uint8(references)), d.count)
		d.JMP(loop)
		d.place(done)
	}
	d.end()
}

// stepBytes is how many bytes of a vector of the block one step reads.
func (d *dotBlock) stepBytes() int {
	if d.bytes && !d.wide() {
		return 16 // widened to 16 bits
	}
	return d.vectorBytes()
}

// block computes some references.
func (d *dotBlock) block(references int) {
	probe, steps := d.load("probe"), d.load("steps")
	refs := d.multiples(d.refs, d.odd, references)
	for i := range references {
		d.VXORPS(d.v(i), d.v(i), d.v(i))
	}
	loop := d.label("steps")
	d.place(loop)
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
		d.VMOVUPS(at, d.v(4))
	case d.wide():
		d.VMOVDQU8(at, d.v(4))
	default:
		d.VPMOVSXBW(at, d.v(4))
	}
}

// product adds the products of a step of reference i. The AVX-512 byte product takes one unsigned operand: a byte with
// its sign bit turned is the byte plus 128.
func (d *dotBlock) product(ref operand.Mem, i int) {
	temporary := d.v(5 + i)
	switch {
	case !d.bytes:
		d.VFMADD231PS(ref, d.v(4), d.v(i))
	case d.wide():
		d.VPXORD(ref, d.v(31), temporary)
		d.VPDPBUSD(d.v(4), temporary, d.v(i))
	default:
		d.VPMOVSXBW(ref, temporary)
		d.VPMADDWD(d.v(4), temporary, temporary)
		d.VPADDD(temporary, d.v(i), d.v(i))
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
	if d.wide() {
		d.VEXTRACTF64X4(operand.U8(1), d.v(0), ymm[1])
		add(ymm[1], ymm[0], ymm[0])
	}
	d.VEXTRACTF128(operand.U8(1), ymm[0], reg.X1)
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
	low(d.v(b), d.v(a), d.v(5))
	high(d.v(b), d.v(a), d.v(6))
	add(d.v(6), d.v(5), d.v(a))
}
