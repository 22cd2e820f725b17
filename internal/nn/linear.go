package nn

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/kernel"
)

// Linear multiplies rows by a matrix: a fully connected layer, or a 1x1
// convolution when the rows are the positions of feature maps.
type Linear struct {
	In, Out int
	Weight  *Param // (In,Out)
	Bias    *Param // (Out), or nil

	packed *kernel.Packed
}

// NewLinear makes a layer of zeros without a bias.
func NewLinear(in, out int) *Linear {
	return &Linear{In: in, Out: out, Weight: newParam(in*out, 0)}
}

// AddBias gives the layer a bias of zeros and returns the layer.
func (l *Linear) AddBias() *Linear {
	l.Bias = newParam(l.Out, 0)
	return l
}

// InitUniform draws the weights as PyTorch's nn.Linear does: uniformly within
// 1/sqrt(In).
func (l *Linear) InitUniform(rng *rand.Rand) {
	l.Weight.fillUniform(rng, float32(1/math.Sqrt(float64(l.In))))
}

// InitFanOut draws the weights as timm does for convolutions: normally, with
// variance 2/Out (He et al. 2015, eq. 14).
func (l *Linear) InitFanOut(rng *rand.Rand) {
	l.Weight.fillNormal(rng, math.Sqrt(2/float64(l.Out)))
}

// Pack makes the present weights the ones that Forward uses.
func (l *Linear) Pack() {
	l.packed = kernel.Pack(l.Weight.Value, l.In, l.Out)
}

// Forward computes out (rows,Out) = in (rows,In) · Weight + Bias.
func (l *Linear) Forward(out, in []float32, rows int) {
	kernel.MatMul(out, in, rows, l.packed, l.bias(), kernel.None)
}

func (l *Linear) bias() []float32 {
	if l.Bias == nil {
		return nil
	}
	return l.Bias.Value
}
