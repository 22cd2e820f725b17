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

	packed *packs // shared by replicas
}

// packs holds the weights in the order in which the matrix products read them.
type packs struct {
	forward, backward *kernel.Packed // Weight and its transpose
}

// set lays out weights (in,out), always of the same size.
func (p *packs) set(weights []float32, in, out int) {
	if p.forward == nil {
		p.forward = kernel.Pack(weights, in, out)
		p.backward = kernel.PackTransposed(weights, in, out)
		return
	}
	p.forward.Set(weights)
	p.backward.SetTransposed(weights)
}

// NewLinear makes a layer of zeros without a bias.
func NewLinear(in, out int) *Linear {
	return &Linear{In: in, Out: out, Weight: newParam(in*out, 0), packed: &packs{}}
}

// Replica shares the layer's values and packed weights and has gradients of its
// own.
func (l *Linear) Replica() *Linear {
	return &Linear{In: l.In, Out: l.Out, Weight: l.Weight.replica(), Bias: l.Bias.replica(), packed: l.packed}
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

// Pack makes Forward and Backward use the present weights, also in all replicas.
func (l *Linear) Pack() { l.packed.set(l.Weight.Value, l.In, l.Out) }

// Forward computes out (rows,Out) = in (rows,In) · Weight + Bias.
func (l *Linear) Forward(out, in []float32, rows int) {
	kernel.MatMul(out, in, rows, l.packed.forward, l.bias(), kernel.None)
}

// Backward computes dIn = dOut · Weightᵀ, if dIn is not nil, and adds
// inᵀ · dOut to the gradient of the weights and the sum of dOut's rows to that
// of the bias.
func (l *Linear) Backward(dIn, dOut, in []float32, rows int) {
	kernel.MatMulTransA(l.Weight.Grad, in, dOut, rows, l.In, l.Out)
	if l.Bias != nil {
		addRows(l.Bias.Grad, dOut, rows)
	}
	if dIn != nil {
		kernel.MatMul(dIn, dOut, rows, l.packed.backward, nil, kernel.None)
	}
}

func (l *Linear) bias() []float32 {
	if l.Bias == nil {
		return nil
	}
	return l.Bias.Value
}
