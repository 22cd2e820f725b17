package nn

import (
	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// SqueezeExcite scales the channels of each image by factors in [0, 1] that it
// computes from their means (Hu et al. 2018; the gate of MobileNetV3):
// out = in · hardsigmoid(Expand(relu(Reduce(mean(in))))).
type SqueezeExcite struct {
	Channels       int
	Reduce, Expand *Linear // with biases

	dFactor, dHidden, dMean []float32 // of one call of Backward
}

// NewSqueezeExcite makes a layer of zeros. Between its two products there are a quarter of
// the channels.
func NewSqueezeExcite(channels int) *SqueezeExcite {
	return &SqueezeExcite{
		Channels: channels,
		Reduce:   NewLinear(channels, channels/4).AddBias(),
		Expand:   NewLinear(channels/4, channels).AddBias(),
	}
}

// Replica shares the layer's values and has gradients of its own.
func (s *SqueezeExcite) Replica() *SqueezeExcite {
	return &SqueezeExcite{Channels: s.Channels, Reduce: s.Reduce.Replica(), Expand: s.Expand.Replica()}
}

// Pack makes the present weights the ones that Forward and Backward use.
func (s *SqueezeExcite) Pack() {
	s.Reduce.Pack()
	s.Expand.Pack()
}

// Gate holds intermediate results of Forward that Backward needs.
type Gate struct {
	Mean   []float32 // (N,Channels)
	Hidden []float32 // (N,Channels/4), after the ReLU
	Factor []float32 // (N,Channels)
}

// Forward scales x (N,HW,Channels) in place, and stores the intermediate results in gate,
// whose slices it grows if necessary.
func (s *SqueezeExcite) Forward(x []float32, n, hw int, gate *Gate) {
	c, r := s.Channels, s.Reduce.Out
	gate.Mean, gate.Hidden, gate.Factor = reuse.Slice(gate.Mean, n*c), reuse.Slice(gate.Hidden, n*r), reuse.Slice(gate.Factor, n*c)
	kernel.GlobalAverage(gate.Mean, x, n, hw, c)
	kernel.MatMul(gate.Hidden, gate.Mean, n, s.Reduce.packed.forward, s.Reduce.Bias.Value, kernel.ReLU)
	kernel.MatMul(gate.Factor, gate.Hidden, n, s.Expand.packed.forward, s.Expand.Bias.Value, kernel.HardSigmoid)
	kernel.ScaleChannels(x, n, hw, c, gate.Factor)
}

// Backward replaces d, the gradient of the output, by that of the input, in place. x is the
// input (N,HW,Channels), gate the result of Forward.
func (s *SqueezeExcite) Backward(d, x []float32, n, hw int, gate *Gate) {
	c, r := s.Channels, s.Reduce.Out
	s.dFactor, s.dHidden, s.dMean = reuse.Slice(s.dFactor, n*c), reuse.Slice(s.dHidden, n*r), reuse.Slice(s.dMean, n*c)
	for i := range n {
		image := i * hw * c
		sumProducts(s.dFactor[i*c:][:c], d[image:][:hw*c], x[image:][:hw*c])
	}
	for i, f := range gate.Factor[:n*c] {
		if f <= 0 || f >= 1 { // the hard sigmoid is constant there
			s.dFactor[i] = 0
		}
		s.dFactor[i] /= 6
	}
	s.Expand.Backward(s.dHidden, s.dFactor, gate.Hidden, n)
	for i, h := range gate.Hidden[:n*r] {
		if h <= 0 {
			s.dHidden[i] = 0
		}
	}
	s.Reduce.Backward(s.dMean, s.dHidden, gate.Mean, n)
	for i := range n {
		scaleAndAdd(d[i*hw*c:][:hw*c], gate.Factor[i*c:][:c], s.dMean[i*c:][:c], 1/float32(hw))
	}
}
