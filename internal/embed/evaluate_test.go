package embed

import "exemplar/internal/nn"

// evaluate computes the last maps and the raw embeddings of n pictures layer by layer, with
// running statistics. It is the reference for tests of the frozen form. pixels is
// (N,S,S,3).
func (l *layers) evaluate(pixels []byte, n int) (last, embeddings []float32) {
	l.pack()
	side := l.arch.Input / 2
	y := make([]float32, n*side*side*l.stem.Out)
	l.stem.Forward(y, pixels, n, l.arch.Input, l.arch.Input)
	evaluateNorm(l.stemBN, y)
	for _, b := range l.blocks {
		y, side = b.evaluate(y, n, side)
	}
	return y, l.head.evaluate(y, n, side)
}

func (b *block) evaluate(x []float32, n, side int) (y []float32, outSide int) {
	outSide = b.depthwise.OutSize(side)
	rows := n * outSide * outSide
	mid := make([]float32, rows*b.depthwise.Channels)
	b.depthwise.Forward(mid, x, n, side, side)
	evaluateNorm(b.bn1, mid)
	if b.excite != nil {
		b.excite.Forward(mid, n, outSide*outSide, &nn.Gate{})
	}
	return evaluateLinear(b.pointwise, b.bn2, mid), outSide
}

func (h *head) evaluate(x []float32, n, side int) []float32 {
	cells := h.pool.Out * h.pool.Out
	if side != h.pool.Out {
		pooled := make([]float32, n*cells*h.pool.Channels)
		h.pool.Forward(pooled, x, n, side, side)
		x = pooled
	}
	if h.squeeze != nil {
		x = evaluateLinear(h.squeeze, h.squeezeBN, x)
	}
	for _, s := range h.stages {
		x = evaluateLinear(s.linear, nil, x)
		if s.ln != nil {
			s.ln.Forward(x, x, n)
		}
		if s.bn != nil {
			evaluateNorm(s.bn, x)
		}
	}
	return x
}

// evaluateLinear multiplies all rows of x, and applies the normalisations that are not nil.
func evaluateLinear(l *nn.Linear, bn *nn.BatchNorm, x []float32) []float32 {
	rows := len(x) / l.In
	y := make([]float32, rows*l.Out)
	l.Forward(y, x, rows)
	if bn != nil {
		evaluateNorm(bn, y)
	}
	return y
}

func evaluateNorm(bn *nn.BatchNorm, x []float32) {
	bn.UseRunning()
	bn.Apply(x, x, len(x)/bn.Channels)
}
