package vectorindex

import (
	"math"

	"exemplar/internal/kernel"
)

// The index keeps every embedding x (dim) twice: exactly, and as bytes q with a scale
// s, so that x is about s*q. It computes all scores from the bytes first, which reads
// a quarter of the memory, and then the exact scores of those that can matter.
//
// The error of a score from bytes. For a probe p ~ p' = t*u and a reference
// x ~ x' = s*q, with u·q exact in integers,
//
//	p·x - p'·x' = p·(x-x') + (p-p')·x',
//
// so by Cauchy and Schwarz |p·x - p'·x'| <= |p||x-x'| + |p-p'||x'|, with
// |x'| <= |x| + |x-x'|. The norms of the differences are measured when
// quantising. Rounding in float32 adds at most dim*2^-24*|p||x| for the exact
// dot product (Higham 2002, eq. 3.5) and a few 2^-24 for the approximate one.

// quantise writes x as bytes into q and returns the scale, |x - scale*q| and |x|. A start
// does it with every embedding.
func quantise(q []int8, x []float32) (scale float32, residual, norm float64) {
	scale = largest(x) / 127
	if scale < smallestScale { // the embedding is zero, or so small that it may count as zero
		clear(q)
		norm = kernel.Norm(x)
		return 0, norm, norm
	}
	inverse, step := 1/scale, float64(scale)
	off, square := 0.0, 0.0
	for i, v := range x {
		shifted := float32(v*inverse) + roundingShift
		q[i] = int8(math.Float32bits(shifted)) // the last bits of the sum
		d := float64(v) - step*float64(shifted-roundingShift)
		off += d * d
		square += float64(v) * float64(v)
	}
	return scale, math.Sqrt(off), math.Sqrt(square)
}

// largest is the largest absolute value of numbers. Positive numbers are ordered as their
// bits are.
func largest(x []float32) float32 {
	const sign = 1 << 31
	var most uint32
	for _, v := range x {
		most = max(most, math.Float32bits(v)&^sign)
	}
	return math.Float32frombits(most)
}

// Numbers of up to 2^22 have no fraction after roundingShift is added, 1.5*2^23: the sum
// is rounded to the nearest. The inverse of smallestScale is finite.
const (
	roundingShift = float32(0x1.8p23)
	smallestScale = float32(0x1p-100)
)

// block holds the embeddings of up to blockReferences references, store.Rotations rows
// each. Each field is one contiguous piece of memory.
type block struct {
	exact []float32 // (rows,dim)
	bytes []int8    // (rows,dim)
	scale []float32 // (rows)
}

// quantise writes the rows from, up to to, as bytes. It returns the largest norm and the
// largest residual of them.
func (b *block) quantise(dim, from, to int) (norm, residual float64) {
	for row := from; row < to; row++ {
		exact := b.exact[row*dim : (row+1)*dim]
		scale, off, length := quantise(b.bytes[row*dim:(row+1)*dim], exact)
		b.scale[row] = scale
		norm, residual = math.Max(norm, length), math.Max(residual, off)
	}
	return norm, residual
}

// blockReferences makes a block of embeddings of 256 numbers a megabyte of bytes. That
// is large enough for a fast scan, and small enough for the index to grow by (by eye).
const blockReferences = 1024

// probe is an embedding to be compared with blocks.
type probe struct {
	exact    []float32
	bytes    []int8
	scale    float32
	norm     float64
	residual float64
}

func newProbe(x []float32) probe {
	p := probe{exact: x, bytes: make([]int8, len(x))}
	p.scale, p.residual, p.norm = quantise(p.bytes, x)
	return p
}

// errorBound is the largest difference between an approximate score of the probe and
// the exact one of kernel.Dot, for references with |x| <= norm and |x-x'| <= residual.
func (p *probe) errorBound(norm, residual float64) float64 {
	rounding := float64(2*len(p.exact)+16) * 0x1p-24 * p.norm * (norm + residual)
	return p.norm*residual + p.residual*(norm+residual) + rounding
}

// dot is the exact score against a row of the block.
func (p *probe) dot(b *block, row int) float32 {
	dim := len(p.exact)
	return kernel.Dot(p.exact, b.exact[row*dim:(row+1)*dim])
}
