package nn

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/kernel"
)

// Depthwise convolves every channel with its own filter, padded by half the
// filter's size.
type Depthwise struct {
	Channels, Size, Stride int
	Weight                 *Param // (Size,Size,Channels)
}

// NewDepthwise makes a layer of zeros. size is 3 or 5, stride 1 or 2.
func NewDepthwise(channels, size, stride int) *Depthwise {
	return &Depthwise{Channels: channels, Size: size, Stride: stride, Weight: newParam(size*size*channels, 0)}
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
