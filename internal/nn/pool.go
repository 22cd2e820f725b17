package nn

// AdaptivePool averages feature maps down (or up) to Out x Out cells, as
// PyTorch's AdaptiveAvgPool2d: cell i of an axis of n covers the positions from
// floor(i·n/Out) up to, excluded, ceil((i+1)·n/Out).
type AdaptivePool struct {
	Channels, Out int
}

// Cell returns the positions from, to (excluded) that cell i covers on an axis
// of n.
func (p AdaptivePool) Cell(i, n int) (from, to int) {
	return i * n / p.Out, ((i+1)*n + p.Out - 1) / p.Out
}

// Forward computes out (N,Out,Out,C) from in (N,H,W,C).
func (p AdaptivePool) Forward(out, in []float32, n, h, w int) {
	clear(out[:n*p.Out*p.Out*p.Channels])
	p.eachPair(n, h, w, func(cell, position int, weight float32) {
		addScaled(out[cell:][:p.Channels], in[position:][:p.Channels], weight)
	})
}

// Backward computes dIn (N,H,W,C) from dOut.
func (p AdaptivePool) Backward(dIn, dOut []float32, n, h, w int) {
	clear(dIn[:n*h*w*p.Channels])
	p.eachPair(n, h, w, func(cell, position int, weight float32) {
		addScaled(dIn[position:][:p.Channels], dOut[cell:][:p.Channels], weight)
	})
}

// eachPair visits every cell and every position that it covers, as offsets into
// the output and the input, with the position's share of the cell's mean.
func (p AdaptivePool) eachPair(n, h, w int, visit func(cell, position int, weight float32)) {
	for i := range n {
		for y := range p.Out {
			top, bottom := p.Cell(y, h)
			for x := range p.Out {
				left, right := p.Cell(x, w)
				weight := 1 / float32((bottom-top)*(right-left))
				cell := ((i*p.Out+y)*p.Out + x) * p.Channels
				for row := top; row < bottom; row++ {
					for column := left; column < right; column++ {
						visit(cell, ((i*h+row)*w+column)*p.Channels, weight)
					}
				}
			}
		}
	}
}

// Shares returns the pooling as a matrix (H·W,Out·Out): the share of every
// position in every cell.
func (p AdaptivePool) Shares(h, w int) []float32 {
	one := AdaptivePool{Channels: 1, Out: p.Out}
	cells := p.Out * p.Out
	shares := make([]float32, h*w*cells)
	one.eachPair(1, h, w, func(cell, position int, weight float32) {
		shares[position*cells+cell] = weight
	})
	return shares
}
