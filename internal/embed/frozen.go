package embed

import (
	"fmt"
	"sync"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
)

// Network is the form of a bundle for inference: batch normalisations are folded,
// activations fused into the products, and weights in the kernels' layout. It is safe for
// concurrent use; a call runs on one goroutine.
type Network struct {
	Arch        Architecture
	Fingerprint string // of the bundle

	stem    affine
	blocks  []frozenBlock
	pool    nn.AdaptivePool
	squeeze *product // nil if the head has none
	stages  []frozenStage
	scratch sync.Pool // of *scratch
}

// product is a matrix product with bias and activation.
type product struct {
	weight *kernel.Packed
	bias   []float32
	act    kernel.Activation
}

func newProduct(a affine, act kernel.Activation) product {
	return product{kernel.Pack(a.weight, a.in, a.out), a.bias, act}
}

func (p *product) apply(out, in []float32, rows int) {
	kernel.MatMul(out, in, rows, p.weight, p.bias, p.act)
}

type frozenBlock struct {
	size, stride   int
	depthwise      affine
	reduce, expand product // no weights unless excite
	excite         bool
	pointwise      product
}

type frozenStage struct {
	linear     product
	gain, bias []float32 // of the layer normalisation, nil if there is none
}

// Freeze prepares the bundle's network for inference.
func (b *Bundle) Freeze() *Network {
	f := b.layers().fold()
	n := &Network{Arch: b.Arch, Fingerprint: b.Fingerprint, stem: scaleWeight(f.stem, 1./255), pool: f.pool}
	for _, block := range f.blocks {
		n.blocks = append(n.blocks, freezeBlock(block))
	}
	if f.squeeze != nil {
		act := kernel.None
		if f.squeeze.activated {
			act = kernel.HardSwish
		}
		p := newProduct(f.squeeze.affine, act)
		n.squeeze = &p
	}
	for _, s := range f.stages {
		n.stages = append(n.stages, frozenStage{newProduct(s.linear, kernel.None), s.gain, s.bias})
	}
	n.scratch.New = func() any { return n.newScratch() }
	return n
}

func freezeBlock(b foldedBlock) frozenBlock {
	f := frozenBlock{
		size: b.size, stride: b.stride, depthwise: b.depthwise,
		pointwise: newProduct(b.pointwise, kernel.HardSwish),
	}
	if b.excite {
		f.excite = true
		f.reduce = newProduct(b.reduce, kernel.ReLU)
		f.expand = newProduct(b.expand, kernel.HardSigmoid)
	}
	return f
}

// scaleWeight returns the layer with its weights multiplied by s, for inputs that are
// divided by s.
func scaleWeight(a affine, s float32) affine {
	weight := make([]float32, len(a.weight))
	for i, w := range a.weight {
		weight[i] = s * w
	}
	a.weight = weight
	return a
}

// Embed computes the embeddings, of length 1, of count pictures: pixels
// (count,Input,Input,3) are bytes of RGB, out is (count,Embedding).
func (n *Network) Embed(out []float32, pixels []byte, count int) {
	n.EmbedRaw(out, pixels, count)
	dim := n.Arch.Embedding
	for i := range count {
		kernel.NormalizeL2(out[i*dim:][:dim])
	}
}

// EmbedRaw is Embed without the normalisation: the output of the last layer.
func (n *Network) EmbedRaw(out []float32, pixels []byte, count int) {
	size, dim := n.Arch.pixels(), n.Arch.Embedding
	if len(out) < count*dim || len(pixels) < count*size {
		panic(fmt.Sprintf("embed: EmbedRaw: %d pictures of %d bytes in %d, results of %d in %d", count, size, len(pixels), dim, len(out)))
	}
	s := n.scratch.Get().(*scratch)
	defer n.scratch.Put(s)
	n.embed(s, out, pixels, count)
}

// embed is EmbedRaw with working memory. It allocates nothing.
func (n *Network) embed(s *scratch, out []float32, pixels []byte, count int) {
	size, dim := n.Arch.pixels(), n.Arch.Embedding
	for done := 0; done < count; done += batch {
		m := min(batch, count-done)
		n.lastMaps(s, pixels[done*size:], m)
		n.embedMaps(out[done*dim:], s, m)
	}
}

// embedMaps runs the head on m last maps. Every product takes the whole batch, so that its
// weights are read once.
func (n *Network) embedMaps(out []float32, s *scratch, m int) {
	x := n.pooled(s, m)
	if n.squeeze != nil {
		n.squeeze.apply(s.squeezed, x, m*n.pool.Out*n.pool.Out)
		x = s.squeezed
	}
	for i := range n.stages {
		stage := &n.stages[i]
		y := s.hidden
		if i == len(n.stages)-1 {
			y = out
		}
		stage.linear.apply(y, x, m)
		if stage.gain != nil {
			dim := n.Arch.Embedding
			kernel.LayerNorm(y, y, m, dim, stage.gain, stage.bias, nn.NormEps)
		}
		x = y
	}
}

// pooled returns the last maps, pooled to the size that the head needs.
func (n *Network) pooled(s *scratch, m int) []float32 {
	side := n.Arch.lastSide()
	if n.pool.Out == side {
		return s.last
	}
	n.pool.Forward(s.pooled, s.last, m, side, side)
	return s.pooled
}
