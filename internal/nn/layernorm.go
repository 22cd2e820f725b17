package nn

import "exemplar/internal/kernel"

// LayerNorm normalises every row over its channels (Ba et al. 2016).
type LayerNorm struct {
	Channels   int
	Gain, Bias *Param
}

// NewLayerNorm makes a layer with gain 1 and bias 0.
func NewLayerNorm(channels int) *LayerNorm {
	return &LayerNorm{Channels: channels, Gain: newParam(channels, 1), Bias: newParam(channels, 0)}
}

// Forward computes out (rows,Channels) from in. out may be in.
func (l *LayerNorm) Forward(out, in []float32, rows int) {
	kernel.LayerNorm(out, in, rows, l.Channels, l.Gain.Value, l.Bias.Value, NormEps)
}
