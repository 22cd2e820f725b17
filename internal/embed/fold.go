package embed

import "exemplar/internal/nn"

// folded is a network for inference, with its batch normalisations folded into the layers
// before them. Weights have the layout of the layers; biases may be nil.
type folded struct {
	arch    Architecture
	stem    affine
	blocks  []foldedBlock
	pool    nn.AdaptivePool
	squeeze *foldedSqueeze // nil if the head has none
	stages  []foldedStage
}

// affine is a convolution or a matrix product: weight · x + bias.
type affine struct {
	weight, bias []float32
	in, out      int
}

type foldedBlock struct {
	size, stride   int
	depthwise      affine
	reduce, expand affine // no weights unless excite
	excite         bool
	pointwise      affine
}

type foldedSqueeze struct {
	affine
	activated bool // by hardswish
}

// foldedStage is a matrix product and, if gain is not nil, a layer normalisation.
type foldedStage struct {
	linear     affine
	gain, bias []float32
}

func (l *layers) fold() *folded {
	f := &folded{arch: l.arch, pool: l.head.pool}
	f.stem = foldNorm(affine{l.stem.Weight.Value, nil, 3, l.stem.Out}, l.stemBN)
	for _, b := range l.blocks {
		f.blocks = append(f.blocks, b.fold())
	}
	if s := l.head.squeeze; s != nil {
		f.squeeze = &foldedSqueeze{plain(s), false}
		if bn := l.head.squeezeBN; bn != nil {
			f.squeeze = &foldedSqueeze{foldNorm(plain(s), bn), true}
		}
	}
	for _, s := range l.head.stages {
		f.stages = append(f.stages, s.fold())
	}
	return f
}

func (b *block) fold() foldedBlock {
	d := b.depthwise
	f := foldedBlock{
		size: d.Size, stride: d.Stride,
		depthwise: foldNorm(affine{d.Weight.Value, nil, d.Channels, d.Channels}, b.bn1),
		pointwise: foldNorm(plain(b.pointwise), b.bn2),
	}
	if b.excite != nil {
		f.excite = true
		f.reduce, f.expand = plain(b.excite.Reduce), plain(b.excite.Expand)
	}
	return f
}

// fold merges a batch normalisation into the layer normalisation before it or, if there is
// none, into the linear layer.
func (s headStage) fold() foldedStage {
	f := foldedStage{linear: plain(s.linear)}
	if s.ln == nil {
		f.linear = foldNorm(f.linear, s.bn)
		return f
	}
	f.gain, f.bias = s.ln.Gain.Value, s.ln.Bias.Value
	if s.bn != nil {
		a := foldNorm(affine{f.gain, f.bias, len(f.gain), len(f.gain)}, s.bn)
		f.gain, f.bias = a.weight, a.bias
	}
	return f
}

func plain(l *nn.Linear) affine {
	a := affine{weight: l.Weight.Value, in: l.In, out: l.Out}
	if l.Bias != nil {
		a.bias = l.Bias.Value
	}
	return a
}

// foldNorm returns the layer with the normalisation of its outputs folded in. In every
// layout the last dimension of weights is the output.
func foldNorm(a affine, bn *nn.BatchNorm) affine {
	scale, shift := bn.Affine()
	weight := make([]float32, len(a.weight))
	for i, w := range a.weight {
		weight[i] = w * scale[i%a.out]
	}
	for i := range a.bias {
		shift[i] += scale[i] * a.bias[i]
	}
	return affine{weight, shift, a.in, a.out}
}
