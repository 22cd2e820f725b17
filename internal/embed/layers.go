package embed

import (
	"math/rand/v2"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
)

// layers is a network of trainable layers, in the order in which they are applied.
type layers struct {
	arch    Architecture
	stem    *nn.Stem
	stemBN  *nn.BatchNorm
	blocks  []*block
	head    head
	tensors []tensor // all parameters and running statistics
}

// block is a depthwise convolution and a 1x1 convolution, each followed by batch
// normalisation and hardswish. excite, if not nil, is applied between them.
type block struct {
	depthwise *nn.Depthwise
	bn1       *nn.BatchNorm
	excite    *nn.SqueezeExcite
	pointwise *nn.Linear
	bn2       *nn.BatchNorm
}

// head is any of Heads: it pools the last map, squeezes the channels of each position if
// squeeze is not nil, and applies one or two stages to the flattened result.
type head struct {
	pool      nn.AdaptivePool
	squeeze   *nn.Linear    // nil if the head has none
	squeezeBN *nn.BatchNorm // nil except in squeeze_1
	stages    []headStage
}

// headStage is a linear layer, and the normalisations of its output in their order.
type headStage struct {
	linear *nn.Linear
	ln     *nn.LayerNorm // or nil
	bn     *nn.BatchNorm // or nil
}

// newLayers makes the network of a valid architecture. Weights are 0, and normalisations
// have gain 1 and bias 0.
func newLayers(arch Architecture) *layers {
	c := channels(stemChannels, arch.Width)
	l := &layers{arch: arch, stem: nn.NewStem(c), stemBN: nn.NewBatchNorm(c, kernel.HardSwish)}
	for _, spec := range slices.Concat(stages...) {
		out := channels(spec.channels, arch.Width)
		l.blocks = append(l.blocks, newBlock(c, out, spec))
		c = out
	}
	l.head = newHead(arch, c)
	l.list()
	return l
}

func newBlock(c, out int, spec blockSpec) *block {
	b := &block{
		depthwise: nn.NewDepthwise(c, spec.size, spec.stride),
		bn1:       nn.NewBatchNorm(c, kernel.HardSwish),
		pointwise: nn.NewLinear(c, out),
		bn2:       nn.NewBatchNorm(out, kernel.HardSwish),
	}
	if spec.squeezeExcite {
		b.excite = nn.NewSqueezeExcite(c)
	}
	return b
}

// newHead makes the head for a last map of c channels.
func newHead(arch Architecture, c int) head {
	h := head{pool: nn.AdaptivePool{Channels: c, Out: poolSide}}
	switch arch.Head {
	case "gap_ln":
		h.pool.Out = 1
	case "squeeze_bn", "squeeze_ln", "squeeze_lbn":
		h.squeeze = nn.NewLinear(c, c/4)
	case "squeeze_1":
		h.squeeze = nn.NewLinear(c, 64)
		h.squeezeBN = nn.NewBatchNorm(64, kernel.HardSwish)
	}
	if h.squeeze != nil {
		c = h.squeeze.Out
	}
	h.stages = append(h.stages, newStage(arch.Head, h.pool.Out*h.pool.Out*c, arch.Embedding))
	if arch.Head != "squeeze_1" {
		h.stages = append(h.stages, newStage(arch.Head, arch.Embedding, arch.Embedding))
	}
	return h
}

func newStage(kind string, in, out int) headStage {
	s := headStage{linear: nn.NewLinear(in, out)}
	if kind != "flat_bn" && kind != "squeeze_bn" {
		s.ln = nn.NewLayerNorm(out)
	}
	switch kind {
	case "flat_bn", "squeeze_bn", "squeeze_lbn", "squeeze_1":
		s.bn = nn.NewBatchNorm(out, kernel.None)
	}
	return s
}

// replica shares the values of all parameters, and has gradients and running
// statistics of its own.
func (l *layers) replica() *layers {
	r := &layers{arch: l.arch, stem: l.stem.Replica(), stemBN: l.stemBN.Replica()}
	for _, b := range l.blocks {
		r.blocks = append(r.blocks, b.replica())
	}
	r.head = head{pool: l.head.pool}
	if l.head.squeeze != nil {
		r.head.squeeze = l.head.squeeze.Replica()
	}
	if l.head.squeezeBN != nil {
		r.head.squeezeBN = l.head.squeezeBN.Replica()
	}
	for _, s := range l.head.stages {
		r.head.stages = append(r.head.stages, s.replica())
	}
	r.list()
	return r
}

func (b *block) replica() *block {
	r := &block{depthwise: b.depthwise.Replica(), bn1: b.bn1.Replica(), pointwise: b.pointwise.Replica(), bn2: b.bn2.Replica()}
	if b.excite != nil {
		r.excite = b.excite.Replica()
	}
	return r
}

func (s headStage) replica() headStage {
	r := headStage{linear: s.linear.Replica()}
	if s.ln != nil {
		r.ln = s.ln.Replica()
	}
	if s.bn != nil {
		r.bn = s.bn.Replica()
	}
	return r
}

// randomise initialises the weights of all convolutions and linear layers at random, as
// PyTorch and timm do. Normalisations and biases keep their values.
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

// pack makes the forward pass use the present weights.
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
