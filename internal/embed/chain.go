package embed

import (
	"exemplar/internal/nn"
	"exemplar/internal/reuse"
)

// chain is the head in training: a sequence of layers. Each keeps its output for the
// backward pass, since the maps of the head are small.
type chain []*link

// link is a layer of the head, with its outputs and gradients of a batch.
type link struct {
	layer   rowLayer
	width   int // number of values of a picture's output
	inWidth int
	out     []float32
	dIn     []float32
}

// rowLayer is a layer on n pictures.
type rowLayer interface {
	forward(out, in []float32, n int)
	backward(dIn, dOut, in []float32, n int)
}

func newChain(l *layers) chain {
	h, side := &l.head, l.arch.lastSide()
	cells := h.pool.Out * h.pool.Out
	width := side * side * h.pool.Channels
	var c chain
	add := func(layer rowLayer, out int) {
		c = append(c, &link{layer: layer, width: out, inWidth: width})
		width = out
	}
	if side != h.pool.Out {
		add(poolRows{h.pool, side}, cells*h.pool.Channels)
	}
	if h.squeeze != nil {
		add(linearRows{h.squeeze, cells}, cells*h.squeeze.Out)
	}
	if h.squeezeBN != nil {
		add(batchNormRows{h.squeezeBN, cells}, width)
	}
	for _, s := range h.stages {
		add(linearRows{s.linear, 1}, s.linear.Out)
		if s.ln != nil {
			add(layerNormRows{s.ln}, width)
		}
		if s.bn != nil {
			add(batchNormRows{s.bn, 1}, width)
		}
	}
	return c
}

// forward computes out from in; the last layer writes to out itself.
func (c chain) forward(out, in []float32, n int) {
	for i, l := range c {
		to := out
		if i < len(c)-1 {
			l.out = reuse.Slice(l.out, n*l.width)
			to = l.out
		}
		l.layer.forward(to, in, n)
		in = to
	}
}

// backward computes dIn, the gradient by the input of forward.
func (c chain) backward(dIn, dOut, in []float32, n int) {
	for i := len(c) - 1; i >= 0; i-- {
		l, to, from := c[i], dIn, in
		if i > 0 {
			l.dIn = reuse.Slice(l.dIn, n*l.inWidth)
			to, from = l.dIn, c[i-1].out
		}
		l.layer.backward(to, dOut, from, n)
		dOut = to
	}
}

type poolRows struct {
	nn.AdaptivePool
	side int
}

func (p poolRows) forward(out, in []float32, n int) { p.Forward(out, in, n, p.side, p.side) }

func (p poolRows) backward(dIn, dOut, _ []float32, n int) {
	p.Backward(dIn, dOut, n, p.side, p.side)
}

// linearRows is a linear layer on a fixed number of rows of each picture.
type linearRows struct {
	*nn.Linear
	rows int
}

func (l linearRows) forward(out, in []float32, n int) { l.Forward(out, in, n*l.rows) }

func (l linearRows) backward(dIn, dOut, in []float32, n int) { l.Backward(dIn, dOut, in, n*l.rows) }

type layerNormRows struct{ *nn.LayerNorm }

func (l layerNormRows) forward(out, in []float32, n int) { l.Forward(out, in, n) }

func (l layerNormRows) backward(dIn, dOut, in []float32, n int) { l.Backward(dIn, dOut, in, n) }

type batchNormRows struct {
	*nn.BatchNorm
	rows int
}

func (b batchNormRows) forward(out, in []float32, n int) {
	rows := n * b.rows
	b.Begin()
	b.Accumulate(in, rows)
	b.End()
	b.Apply(out, in, rows)
}

func (b batchNormRows) backward(dIn, dOut, in []float32, n int) {
	rows := n * b.rows
	b.BackwardActivation(dIn, dOut, in, rows)
	b.EndBackward()
	b.BackwardInput(dIn, dIn, in, rows)
}
