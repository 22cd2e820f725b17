package embed

import (
	"fmt"

	"exemplar/internal/nn"
)

// list fills l.tensors, in the order of PyTorch's modules.
func (l *layers) list() {
	l.addStem("backbone.conv_stem", l.stem)
	l.addBatchNorm("backbone.bn1", l.stemBN)
	next := 0
	for i, stage := range stages {
		for j := range stage {
			l.addBlock(fmt.Sprintf("backbone.blocks.%d.%d.", i, j), l.blocks[next])
			next++
		}
	}
	l.addHead()
}

func (l *layers) addBlock(name string, b *block) {
	l.addDepthwise(name+"conv_dw", b.depthwise)
	l.addBatchNorm(name+"bn1", b.bn1)
	if b.excite != nil {
		l.addPointwise(name+"se.conv_reduce", b.excite.Reduce)
		l.addPointwise(name+"se.conv_expand", b.excite.Expand)
	}
	l.addPointwise(name+"conv_pw", b.pointwise)
	l.addBatchNorm(name+"bn2", b.bn2)
}

// addHead numbers the parts as a PyTorch Sequential does, which counts global pooling,
// flattening and activations as well.
func (l *layers) addHead() {
	number := 0
	next := func() string {
		number++
		return fmt.Sprintf("head.%d", number-1)
	}
	h := &l.head
	cells, c := h.pool.Out*h.pool.Out, h.pool.Channels
	if cells == 1 {
		next() // the pooling
	}
	if h.squeeze != nil {
		l.addPointwise(next(), h.squeeze)
		c = h.squeeze.Out
	}
	if h.squeezeBN != nil {
		l.addBatchNorm(next(), h.squeezeBN)
		next() // the hardswish
	}
	next() // the flattening
	for i, s := range h.stages {
		if i > 0 {
			cells, c = 1, s.linear.In
		}
		l.addFlattened(next(), s.linear, cells, c)
		if s.ln != nil {
			l.addLayerNorm(next(), s.ln)
		}
		if s.bn != nil {
			l.addBatchNorm(next(), s.bn)
		}
	}
}

// add lists a tensor. shape is PyTorch's; dims and order are nil if both layouts agree.
func (l *layers) add(name string, param *nn.Param, values []float32, shape, dims, order []int) {
	l.tensors = append(l.tensors, tensor{name, shape, dims, order, values, param})
}

func (l *layers) addParam(name string, p *nn.Param, shape, dims, order []int) {
	l.add(name, p, p.Value, shape, dims, order)
}

func (l *layers) addStem(name string, s *nn.Stem) {
	l.addParam(name+".weight", s.Weight, []int{s.Out, 3, 3, 3}, []int{3, 3, 3, s.Out}, []int{3, 2, 0, 1})
}

func (l *layers) addDepthwise(name string, d *nn.Depthwise) {
	c, r := d.Channels, d.Size
	l.addParam(name+".weight", d.Weight, []int{c, 1, r, r}, []int{r, r, c}, []int{2, 0, 1})
}

// addPointwise lists a linear layer that is a 1x1 convolution in PyTorch.
func (l *layers) addPointwise(name string, p *nn.Linear) {
	l.addParam(name+".weight", p.Weight, []int{p.Out, p.In, 1, 1}, []int{p.In, p.Out}, []int{1, 0})
	if p.Bias != nil {
		l.addParam(name+".bias", p.Bias, []int{p.Out}, nil, nil)
	}
}

// addFlattened lists a linear layer after a flattening. PyTorch flattens channel by channel,
// this package position by position. cells is the number of positions, 1 without a
// flattening.
func (l *layers) addFlattened(name string, p *nn.Linear, cells, c int) {
	l.addParam(name+".weight", p.Weight, []int{p.Out, p.In}, []int{cells, c, p.Out}, []int{2, 1, 0})
}

func (l *layers) addLayerNorm(name string, n *nn.LayerNorm) {
	shape := []int{n.Channels}
	l.addParam(name+".weight", n.Gain, shape, nil, nil)
	l.addParam(name+".bias", n.Bias, shape, nil, nil)
}

func (l *layers) addBatchNorm(name string, n *nn.BatchNorm) {
	shape := []int{n.Channels}
	l.addParam(name+".weight", n.Gain, shape, nil, nil)
	l.addParam(name+".bias", n.Bias, shape, nil, nil)
	l.add(name+".running_mean", nil, n.Mean, shape, nil, nil)
	l.add(name+".running_var", nil, n.Var, shape, nil, nil)
}
