package nn

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/kernel"
)

// stemTaps is the number of inputs to one output of the stem: 3 rows, 3
// columns, 3 colours.
const stemTaps = 27

// Stem is the first convolution, of pictures: 3x3, stride 2, padding 1. It is a
// product with the unfolded picture, so it takes floating-point pixels; the
// frozen network reads bytes instead.
type Stem struct {
	Out    int
	Weight *Param // (3,3,3,Out): row, column, colour, output

	packed   *packs    // shared by replicas; the gradient of pictures is not needed
	unfolded []float32 // one picture's, (P·Q,27)
}

// NewStem makes a layer of zeros.
func NewStem(out int) *Stem {
	return &Stem{Out: out, Weight: newParam(stemTaps*out, 0), packed: &packs{}}
}

// Replica shares the layer's values and packed weights and has gradients of its
// own.
func (s *Stem) Replica() *Stem {
	return &Stem{Out: s.Out, Weight: s.Weight.replica(), packed: s.packed}
}

// InitFanOut draws the weights as timm does: normally, with variance 2/(9·Out).
func (s *Stem) InitFanOut(rng *rand.Rand) {
	s.Weight.fillNormal(rng, math.Sqrt(2/float64(9*s.Out)))
}

// Pack makes the present weights the ones that Forward uses, here and in all
// replicas.
func (s *Stem) Pack() {
	s.packed.forward = kernel.Pack(s.Weight.Value, stemTaps, s.Out)
}

// Forward computes out (N,P,Q,Out) from in (N,H,W,3); P and Q are half of H
// and W, rounded up.
func (s *Stem) Forward(out, in []float32, n, h, w int) {
	positions := half(h) * half(w)
	for i := range n {
		s.unfold(in[i*h*w*3:][:h*w*3], h, w)
		kernel.MatMul(out[i*positions*s.Out:], s.unfolded, positions, s.packed.forward, nil, kernel.None)
	}
}

// Backward adds to the gradient of the weights.
func (s *Stem) Backward(dOut, in []float32, n, h, w int) {
	positions := half(h) * half(w)
	for i := range n {
		s.unfold(in[i*h*w*3:][:h*w*3], h, w)
		kernel.MatMulTransA(s.Weight.Grad, s.unfolded, dOut[i*positions*s.Out:], positions, stemTaps, s.Out)
	}
}

func half(n int) int { return (n + 1) / 2 }

// unfold writes for every output the 27 pixels that it sees, zeros outside.
func (s *Stem) unfold(in []float32, h, w int) {
	p, q := half(h), half(w)
	s.unfolded = grow(s.unfolded, p*q*stemTaps)
	for y := range p {
		for x := range q {
			to := s.unfolded[(y*q+x)*stemTaps:][:stemTaps]
			for r := range 3 {
				unfoldRow(to[9*r:][:9], in, 2*y+r-1, 2*x-1, h, w)
			}
		}
	}
}

// unfoldRow copies the three pixels from (row, column) on.
func unfoldRow(to, in []float32, row, column, h, w int) {
	if row >= 0 && row < h && column >= 0 && column+3 <= w {
		*(*[9]float32)(to) = *(*[9]float32)(in[(row*w+column)*3:]) // without a call
		return
	}
	clear(to)
	if row < 0 || row >= h {
		return
	}
	from, end := max(column, 0), min(column+3, w)
	copy(to[(from-column)*3:], in[(row*w+from)*3:(row*w+end)*3])
}

// grow returns a slice of n elements, x's memory if that suffices. The contents
// are unspecified.
func grow(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}
