package nn

import "exemplar/internal/kernel"

// SqueezeExcite scales the channels of each image by factors in [0, 1] that it
// computes from their means (Hu et al. 2018; the gate of MobileNetV3):
// out = in · hardsigmoid(Expand(relu(Reduce(mean(in))))).
type SqueezeExcite struct {
	Channels       int
	Reduce, Expand *Linear // with biases
}

// NewSqueezeExcite makes a layer of zeros with a quarter of the channels
// between its two products.
func NewSqueezeExcite(channels int) *SqueezeExcite {
	return &SqueezeExcite{
		Channels: channels,
		Reduce:   NewLinear(channels, channels/4).AddBias(),
		Expand:   NewLinear(channels/4, channels).AddBias(),
	}
}

// Pack makes the present weights the ones that Forward uses.
func (s *SqueezeExcite) Pack() {
	s.Reduce.Pack()
	s.Expand.Pack()
}

// Gate is what Forward computes on its way and Backward needs again.
type Gate struct {
	Mean   []float32 // (N,Channels)
	Hidden []float32 // (N,Channels/4), after the ReLU
	Factor []float32 // (N,Channels)
}

// Forward scales x (N,HW,Channels) in place and leaves the intermediate results
// in gate, whose slices it grows as needed.
func (s *SqueezeExcite) Forward(x []float32, n, hw int, gate *Gate) {
	c, r := s.Channels, s.Reduce.Out
	gate.Mean, gate.Hidden, gate.Factor = grow(gate.Mean, n*c), grow(gate.Hidden, n*r), grow(gate.Factor, n*c)
	kernel.GlobalAverage(gate.Mean, x, n, hw, c)
	kernel.MatMul(gate.Hidden, gate.Mean, n, s.Reduce.packed, s.Reduce.Bias.Value, kernel.ReLU)
	kernel.MatMul(gate.Factor, gate.Hidden, n, s.Expand.packed, s.Expand.Bias.Value, kernel.HardSigmoid)
	kernel.ScaleChannels(x, n, hw, c, gate.Factor)
}
