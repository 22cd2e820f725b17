package nn

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/kernel"
	"exemplar/internal/reuse"
)

// Depthwise convolves every channel with its own filter, padded by half the
// filter's size.
type Depthwise struct {
	Channels, Size, Stride int
	Weight                 *Param // (Size,Size,Channels)

	flipped []float32 // the weights, rotated by half a turn
	spread  []float32 // the gradient of one picture's output, spread to the input's positions
}

// NewDepthwise makes a layer of zeros. size is 3 or 5, stride 1 or 2.
func NewDepthwise(channels, size, stride int) *Depthwise {
	return &Depthwise{Channels: channels, Size: size, Stride: stride, Weight: newParam(size*size*channels, 0)}
}

// Replica shares the layer's values and has gradients of its own.
func (d *Depthwise) Replica() *Depthwise {
	return &Depthwise{Channels: d.Channels, Size: d.Size, Stride: d.Stride, Weight: d.Weight.replica()}
}

// InitFanOut draws the weights as timm does: normally, with variance 2/Size².
func (d *Depthwise) InitFanOut(rng *rand.Rand) {
	d.Weight.fillNormal(rng, math.Sqrt(2/float64(d.Size*d.Size)))
}

// OutSize is the extent of the output along an axis where the input's is n.
func (d *Depthwise) OutSize(n int) int { return (n + d.Stride - 1) / d.Stride }

// Forward computes out (N,P,Q,C) from in (N,H,W,C).
func (d *Depthwise) Forward(out, in []float32, n, h, w int) {
	kernel.Depthwise(out, in, n, h, w, d.Channels, d.Weight.Value, d.Size, d.Stride, nil, kernel.None)
}

// Backward computes dIn and adds to the gradient of the weights.
//
// The gradient of the input is itself a convolution, with stride 1 and the filter rotated by
// half a turn. It is applied to the gradient of the output, spread to the positions on which
// the outputs were centred.
func (d *Depthwise) Backward(dIn, dOut, in []float32, n, h, w int) {
	p, q, c := d.OutSize(h), d.OutSize(w), d.Channels
	d.flip()
	for i := range n {
		from, to := dOut[i*p*q*c:][:p*q*c], in[i*h*w*c:][:h*w*c]
		kernel.DepthwiseBackwardWeights(d.Weight.Grad, from, to, 1, h, w, c, d.Size, d.Stride)
		if d.Stride > 1 {
			from = d.spreadOut(from, h, w)
		}
		kernel.Depthwise(dIn[i*h*w*c:], from, 1, h, w, c, d.flipped, d.Size, 1, nil, kernel.None)
	}
}

func (d *Depthwise) flip() {
	taps, c := d.Size*d.Size, d.Channels
	d.flipped = reuse.Slice(d.flipped, taps*c)
	for t := range taps {
		copy(d.flipped[t*c:][:c], d.Weight.Value[(taps-1-t)*c:])
	}
}

// spreadOut puts the outputs (P,Q,C) of a strided convolution at the input positions on
// which they are centred, with zeros between them.
func (d *Depthwise) spreadOut(out []float32, h, w int) []float32 {
	p, q, c := d.OutSize(h), d.OutSize(w), d.Channels
	d.spread = reuse.Slice(d.spread, h*w*c)
	clear(d.spread)
	for y := range p {
		for x := range q {
			copy(d.spread[(y*d.Stride*w+x*d.Stride)*c:][:c], out[(y*q+x)*c:])
		}
	}
	return d.spread
}
