package nn

import (
	"math"

	"exemplar/internal/kernel"
)

// NormEps is added to variances under the root, in all norms, as in PyTorch.
const NormEps = 1e-5

// BatchNorm normalises every channel over the batch (Ioffe and Szegedy 2015,
// algorithm 1) and applies an activation. Running statistics stand in for the
// batch's in evaluation.
//
// The activation is part of the layer because the two share each pass over the
// memory: y = act(u), u = scale·x + shift.
type BatchNorm struct {
	Channels   int
	Gain, Bias *Param
	Mean, Var  []float32 // running statistics
	Act        kernel.Activation

	scale, shift []float32 // what Apply uses
}

// NewBatchNorm makes a layer that changes nothing but by its activation.
func NewBatchNorm(channels int, act kernel.Activation) *BatchNorm {
	return &BatchNorm{
		Channels: channels, Act: act,
		Gain: newParam(channels, 1), Bias: newParam(channels, 0),
		Mean: make([]float32, channels), Var: newParam(channels, 1).Value,
		scale: make([]float32, channels), shift: make([]float32, channels),
	}
}

// Affine returns scale and shift of the layer in evaluation, before the
// activation: u = scale·x + shift.
func (b *BatchNorm) Affine() (scale, shift []float32) {
	scale, shift = make([]float32, b.Channels), make([]float32, b.Channels)
	for c := range scale {
		s := float64(b.Gain.Value[c]) / math.Sqrt(float64(b.Var[c])+NormEps)
		scale[c] = float32(s)
		shift[c] = float32(float64(b.Bias.Value[c]) - s*float64(b.Mean[c]))
	}
	return scale, shift
}

// UseRunning makes Apply use the running statistics.
func (b *BatchNorm) UseRunning() {
	b.scale, b.shift = b.Affine()
}

// Apply computes y (rows,Channels) from x. y may be x.
func (b *BatchNorm) Apply(y, x []float32, rows int) {
	scaleShift(y[:rows*b.Channels], x, b.scale, b.shift, b.Act)
}

// scaleShift computes y = act(scale·x + shift), row by row.
func scaleShift(y, x, scale, shift []float32, act kernel.Activation) {
	c := len(scale)
	shift = shift[:c]
	for ; len(y) > 0; y, x = y[c:], x[c:] {
		to, from := y[:c], x[:c]
		for i, s := range scale {
			u := s*from[i] + shift[i]
			if act == kernel.HardSwish {
				u *= min(max(u*(1.0/6)+0.5, 0), 1)
			}
			to[i] = u
		}
	}
}
