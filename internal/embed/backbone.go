package embed

import "exemplar/internal/kernel"

// The backbone runs in two parts, so that activations stay in the second-level cache
// (about 1 MiB) while each weight is read for many positions. The first blocks have large
// maps and few weights and run picture by picture. The other blocks run for a group of
// pictures.
const (
	batch     = 64 // pictures whose last maps are collected for the head
	group     = 4  // pictures in the second part
	splitSide = 8  // the first part ends when the side of the maps is at most Input / splitSide
)

// scratch is the working memory of one call.
type scratch struct {
	a, b     []float32 // activations before and after a depthwise convolution
	middle   []float32 // results of the first part, of a group
	last     []float32 // last maps, of a batch
	gate     [3][]float32
	pooled   []float32
	squeezed []float32
	hidden   []float32
}

func (n *Network) newScratch() *scratch {
	first, second, middle := n.mapSizes()
	side, c := n.Arch.lastSide(), n.pool.Channels
	cells := n.pool.Out * n.pool.Out
	s := &scratch{
		a: make([]float32, max(first, group*second)), b: make([]float32, max(first, group*second)),
		middle: make([]float32, group*middle),
		last:   make([]float32, batch*side*side*c),
		hidden: make([]float32, batch*n.Arch.Embedding),
	}
	for i := range s.gate {
		s.gate[i] = make([]float32, group*c)
	}
	if n.pool.Out != side {
		s.pooled = make([]float32, batch*cells*c)
	}
	if n.squeeze != nil {
		s.squeezed = make([]float32, batch*cells*n.squeeze.weight.N)
	}
	return s
}

// mapSizes returns, for one picture, the number of values of the largest map in each part,
// and of the map between them.
func (n *Network) mapSizes() (first, second, middle int) {
	side := n.Arch.Input / 2
	first = side * side * n.stem.out
	split := n.splitBlock()
	for i := range n.blocks {
		b := &n.blocks[i]
		side = (side + b.stride - 1) / b.stride
		size := side * side * max(b.depthwise.out, b.pointwise.weight.N)
		if i < split {
			first = max(first, size)
			middle = side * side * b.pointwise.weight.N
		} else {
			second = max(second, size)
		}
	}
	return first, second, middle
}

// splitBlock is the number of blocks in the first part.
func (n *Network) splitBlock() int {
	reduction := 2
	for i := range n.blocks {
		reduction *= n.blocks[i].stride
		if reduction > splitSide {
			return i
		}
	}
	return len(n.blocks)
}

// lastMaps computes the last maps of m pictures into s.last.
func (n *Network) lastMaps(s *scratch, pixels []byte, m int) {
	size := n.Arch.pixels()
	split := n.splitBlock()
	side := n.Arch.Input / splitSide
	middle := len(s.middle) / group
	last := len(s.last) / batch
	for done := 0; done < m; done += group {
		g := min(group, m-done)
		for i := range g {
			n.first(s.middle[i*middle:][:middle], s, pixels[(done+i)*size:], split)
		}
		n.run(s.last[done*last:], s.middle, s, n.blocks[split:], g, side)
	}
}

// first runs the stem and the first part on one picture.
func (n *Network) first(out []float32, s *scratch, pixels []byte, split int) {
	side := n.Arch.Input
	kernel.Stem(s.a, pixels, 1, side, side, n.stem.weight, n.stem.out, n.stem.bias, kernel.HardSwish)
	n.run(out, s.a, s, n.blocks[:split], 1, side/2)
}

// run computes out from in by blocks, for the maps of g pictures. in may be s.a.
func (n *Network) run(out, in []float32, s *scratch, blocks []frozenBlock, g, side int) {
	for i := range blocks {
		b := &blocks[i]
		c := b.depthwise.out
		kernel.Depthwise(s.b, in, g, side, side, c, b.depthwise.weight, b.size, b.stride, b.depthwise.bias, kernel.HardSwish)
		side = (side + b.stride - 1) / b.stride
		if b.excite {
			b.scale(s.b, s, g, side*side)
		}
		to := s.a
		if i == len(blocks)-1 {
			to = out
		}
		b.pointwise.apply(to, s.b, g*side*side)
		in = to
	}
}

// scale applies squeeze-and-excite to x (g,hw,C), in place.
func (b *frozenBlock) scale(x []float32, s *scratch, g, hw int) {
	c := b.depthwise.out
	mean, hidden, factor := s.gate[0], s.gate[1], s.gate[2]
	kernel.GlobalAverage(mean, x, g, hw, c)
	b.reduce.apply(hidden, mean, g)
	b.expand.apply(factor, hidden, g)
	kernel.ScaleChannels(x, g, hw, c, factor)
}
