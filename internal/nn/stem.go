package nn

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/kernel"
)

// stemTaps is the number of inputs to one output of the stem: 3 rows, 3
// columns, 3 colours.
const stemTaps = 27

// pixelScale turns bytes into values from 0 to 1.
const pixelScale = 1.0 / 255

// Stem is the first convolution, 3x3 with stride 2 and padding 1. Its input are pictures in
// bytes, which represent values from 0 to 1.
type Stem struct {
	Out    int
	Weight *Param // (3,3,3,Out): row, column, colour, output

	scaled []float32 // the weights for pixels of 0 to 255, shared by replicas
	rows   []float32 // working memory of Backward
	sums   []float32 // gradient for pixels of 0 to 255
}

// NewStem makes a layer of zeros.
func NewStem(out int) *Stem {
	n := stemTaps * out
	return &Stem{Out: out, Weight: newParam(n, 0), scaled: make([]float32, n), sums: make([]float32, n)}
}

// Replica shares the layer's values and scaled weights and has gradients of its
// own.
func (s *Stem) Replica() *Stem {
	return &Stem{Out: s.Out, Weight: s.Weight.replica(), scaled: s.scaled, sums: make([]float32, len(s.sums))}
}

// InitFanOut draws the weights as timm does: normally, with variance 2/(9·Out).
func (s *Stem) InitFanOut(rng *rand.Rand) {
	s.Weight.fillNormal(rng, math.Sqrt(2/float64(9*s.Out)))
}

// Pack makes Forward use the present weights, also in all replicas.
func (s *Stem) Pack() {
	for i, w := range s.Weight.Value {
		s.scaled[i] = w * pixelScale
	}
}

// Forward computes out (N,P,Q,Out) from in (N,H,W,3); P and Q are half of H
// and W, rounded up.
func (s *Stem) Forward(out []float32, in []byte, n, h, w int) {
	kernel.Stem(out, in, n, h, w, s.scaled, s.Out, nil, kernel.None)
}

// Backward adds to the gradient of the weights.
func (s *Stem) Backward(dOut []float32, in []byte, n, h, w int) {
	clear(s.sums)
	s.rows = kernel.StemBackwardWeights(s.sums, dOut, in, n, h, w, s.Out, s.rows)
	kernel.AddScaled(s.Weight.Grad, s.sums, pixelScale)
}
