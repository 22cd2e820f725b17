package nn

import (
	"math"

	"exemplar/internal/kernel"
)

// LayerNorm normalises every row over its channels (Ba et al. 2016).
type LayerNorm struct {
	Channels   int
	Gain, Bias *Param
}

// NewLayerNorm makes a layer with gain 1 and bias 0.
func NewLayerNorm(channels int) *LayerNorm {
	return &LayerNorm{Channels: channels, Gain: newParam(channels, 1), Bias: newParam(channels, 0)}
}

// Replica shares the layer's values and has gradients of its own.
func (l *LayerNorm) Replica() *LayerNorm {
	return &LayerNorm{Channels: l.Channels, Gain: l.Gain.replica(), Bias: l.Bias.replica()}
}

// Forward computes out (rows,Channels) from in. out may be in.
func (l *LayerNorm) Forward(out, in []float32, rows int) {
	kernel.LayerNorm(out, in, rows, l.Channels, l.Gain.Value, l.Bias.Value, NormEps)
}

// Backward computes dIn and adds to the gradients of gain and bias. With
// x̂ = (in - mean)/s and g = dOut · gain, both over a row of n channels:
//
//	dIn = (g - mean(g) - x̂ · mean(g · x̂)) / s
//
// dIn may be dOut. Mean and s are computed again: the rows are few.
func (l *LayerNorm) Backward(dIn, dOut, in []float32, rows int) {
	c := l.Channels
	for i := range rows {
		l.backwardRow(dIn[i*c:][:c], dOut[i*c:][:c], in[i*c:][:c])
	}
}

func (l *LayerNorm) backwardRow(dIn, dOut, in []float32) {
	mean, scale := rowStatistics(in)
	gain, dGain, dBias := l.Gain.Value, l.Gain.Grad, l.Bias.Grad
	var sumG, sumGX float64
	for c, d := range dOut {
		normal := (in[c] - mean) * scale
		dGain[c] += d * normal
		dBias[c] += d
		g := d * gain[c]
		sumG += float64(g)
		sumGX += float64(g * normal)
	}
	n := float64(len(in))
	meanG, meanGX := float32(sumG/n), float32(sumGX/n)
	for c, d := range dOut {
		normal := (in[c] - mean) * scale
		dIn[c] = (d*gain[c] - meanG - normal*meanGX) * scale
	}
}

// rowStatistics returns the mean and the inverse of the deviation.
func rowStatistics(x []float32) (mean, scale float32) {
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
	}
	m := sum / float64(len(x))
	for _, v := range x {
		squares += (float64(v) - m) * (float64(v) - m)
	}
	return float32(m), float32(1 / math.Sqrt(squares/float64(len(x))+NormEps))
}
