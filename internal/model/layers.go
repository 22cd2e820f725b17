package model

import (
	"fmt"
	"math/rand/v2"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
)

// layers is a network made of layers that can be trained, in the order in which
// a picture passes through them.
type layers struct {
	arch    Architecture
	stem    *nn.Stem
	stemBN  *nn.BatchNorm
	blocks  []*block
	head    head
	tensors []tensor // all parameters and running statistics
}

// block is a depthwise convolution and a 1x1 convolution, each followed by batch
// normalisation and hardswish; excite, where it is not nil, stands between them.
type block struct {
	depthwise *nn.Depthwise
	bn1       *nn.BatchNorm
	excite    *nn.SqueezeExcite
	pointwise *nn.Linear
	bn2       *nn.BatchNorm
}

// head covers all of Heads: the last map is pooled, then each position is
// squeezed (or not), then one or two stages work on the flattened rows.
type head struct {
	pool      nn.AdaptivePool
	squeeze   *nn.Linear    // nil if the head has none
	squeezeBN *nn.BatchNorm // nil but in squeeze_1
	stages    []headStage
}

// headStage is a linear layer and what normalises its output, in this order.
type headStage struct {
	linear *nn.Linear
	ln     *nn.LayerNorm // or nil
	bn     *nn.BatchNorm // or nil
}

// newLayers makes the network of a valid architecture: convolutions of zeros,
// norms that change nothing.
func newLayers(arch Architecture) *layers {
	l := &layers{arch: arch}
	c := channels(stemChannels, arch.Width)
	l.stem = nn.NewStem(c)
	l.addStem("backbone.conv_stem", l.stem)
	l.stemBN = l.newBatchNorm("backbone.bn1", c, kernel.HardSwish)
	for i, stage := range stages {
		for j, spec := range stage {
			out := channels(spec.channels, arch.Width)
			l.blocks = append(l.blocks, l.newBlock(fmt.Sprintf("backbone.blocks.%d.%d.", i, j), c, out, spec))
			c = out
		}
	}
	l.addHead(c)
	return l
}

func (l *layers) newBlock(name string, c, out int, spec blockSpec) *block {
	b := &block{depthwise: nn.NewDepthwise(c, spec.size, spec.stride), pointwise: nn.NewLinear(c, out)}
	l.addDepthwise(name+"conv_dw", b.depthwise)
	b.bn1 = l.newBatchNorm(name+"bn1", c, kernel.HardSwish)
	if spec.squeezeExcite {
		b.excite = nn.NewSqueezeExcite(c)
		l.addPointwise(name+"se.conv_reduce", b.excite.Reduce)
		l.addPointwise(name+"se.conv_expand", b.excite.Expand)
	}
	l.addPointwise(name+"conv_pw", b.pointwise)
	b.bn2 = l.newBatchNorm(name+"bn2", out, kernel.HardSwish)
	return b
}

// addHead builds the head for a last map of c channels. The parts are numbered
// as in a PyTorch Sequential, whose flatten and pooling count too.
func (l *layers) addHead(c int) {
	number := 0
	next := func() string {
		number++
		return fmt.Sprintf("head.%d", number-1)
	}
	kind, dim := l.arch.Head, l.arch.Embedding
	cells := poolSide * poolSide
	switch kind {
	case "gap_ln":
		cells = 1
		l.head.pool = nn.AdaptivePool{Channels: c, Out: 1}
		next() // the pooling
	default:
		l.head.pool = nn.AdaptivePool{Channels: c, Out: poolSide}
	}
	switch kind {
	case "squeeze_ln", "squeeze_lbn":
		l.head.squeeze = nn.NewLinear(c, c/4)
		l.addPointwise(next(), l.head.squeeze)
		c /= 4
	case "squeeze_1":
		l.head.squeeze = nn.NewLinear(c, 64)
		l.addPointwise(next(), l.head.squeeze)
		c = 64
		l.head.squeezeBN = l.newBatchNorm(next(), c, kernel.HardSwish)
		next() // the hardswish
	}
	next() // the flattening
	first := nn.NewLinear(cells*c, dim)
	l.addFlattened(next(), first, cells, c)
	l.head.stages = append(l.head.stages, l.norms(first, next))
	if kind != "squeeze_1" {
		second := nn.NewLinear(dim, dim)
		l.addLinear(next(), second)
		l.head.stages = append(l.head.stages, l.norms(second, next))
	}
}

// norms completes a stage of the head with the norms that the head's kind puts
// behind its linear layers.
func (l *layers) norms(linear *nn.Linear, next func() string) headStage {
	s := headStage{linear: linear}
	if l.arch.Head != "flat_bn" {
		s.ln = nn.NewLayerNorm(linear.Out)
		l.addLayerNorm(next(), s.ln)
	}
	switch l.arch.Head {
	case "flat_bn", "squeeze_lbn", "squeeze_1":
		s.bn = l.newBatchNorm(next(), linear.Out, kernel.None)
	}
	return s
}

// randomise draws the weights of all convolutions and linear layers, as PyTorch
// and timm do; norms and biases keep their neutral values.
func (l *layers) randomise(rng *rand.Rand) {
	l.stem.InitFanOut(rng)
	for _, b := range l.blocks {
		b.depthwise.InitFanOut(rng)
		if b.excite != nil {
			b.excite.Reduce.InitFanOut(rng)
			b.excite.Expand.InitFanOut(rng)
		}
		b.pointwise.InitFanOut(rng)
	}
	if l.head.squeeze != nil {
		l.head.squeeze.InitUniform(rng)
	}
	for _, s := range l.head.stages {
		s.linear.InitUniform(rng)
	}
}

// pack makes the present weights the ones that the forward pass uses.
func (l *layers) pack() {
	l.stem.Pack()
	for _, b := range l.blocks {
		if b.excite != nil {
			b.excite.Pack()
		}
		b.pointwise.Pack()
	}
	if l.head.squeeze != nil {
		l.head.squeeze.Pack()
	}
	for _, s := range l.head.stages {
		s.linear.Pack()
	}
}
