package cellnet

import (
	"fmt"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/reuse"
)

// Layer is a convolution by its name in the file of weights.
type Layer struct {
	Name string
	From string   // the layer whose output it takes; "" is the input
	Plus []string // layers whose outputs, enlarged, are added to that one before a ReLU

	Size, Stride, Pad, Out int
	Act                    kernel.Activation
}

// Network is a table of layers and their weights. Several goroutines may call its
// Forward at once, each with a [Pass] of its own.
type Network struct {
	layers []Layer
	convs  []*nn.Conv
	index  map[string]int
}

// New makes a network of zeros that takes maps of so many channels. It panics on a
// table that names a layer before it stands.
func New(channels int, table []Layer) *Network {
	n := &Network{layers: table, index: map[string]int{}}
	for i, l := range table {
		in := channels
		if l.From != "" {
			in = n.convs[n.layer(l.From)].Out
		}
		for _, p := range l.Plus {
			n.layer(p)
		}
		n.convs = append(n.convs, nn.NewConv(in, l.Out, l.Size, l.Stride, l.Pad))
		n.index[l.Name] = i
	}
	return n
}

// layer returns the place of a layer that was named before.
func (n *Network) layer(name string) int {
	i, found := n.index[name]
	if !found {
		panic(fmt.Sprintf("cellnet: layer %q is not among %v", name, n.layers))
	}
	return i
}

// Pack makes the present weights those of forward and backward, in replicas too.
func (n *Network) Pack() {
	for _, c := range n.convs {
		c.Pack()
	}
}

// Pass holds what becomes of an input on its way through a network and back. Its
// memory is used again for the next one; the zero value is ready.
type Pass struct {
	In           Grid
	maps, joined []Grid    // outputs by layer; sums, where a layer takes one
	row          []float32 // of a map being enlarged
	dMaps        []Grid    // gradients of the outputs
	dIn          Grid
}

// Logits are the outputs of the last layer after Forward, until the next one.
func (p *Pass) Logits() []float32 { return p.maps[len(p.maps)-1].V }

// Forward computes the outputs of all layers.
func (n *Network) Forward(p *Pass) {
	p.maps, p.joined = reuse.Slice(p.maps, len(n.layers)), reuse.Slice(p.joined, len(n.layers))
	for i, l := range n.layers {
		c, in := n.convs[i], n.input(p, i)
		if l.Plus != nil {
			in = n.join(p, i, in)
		}
		out := &p.maps[i]
		out.Resize(c.OutSize(in.W), c.OutSize(in.H), l.Out)
		c.Forward(out.V, in.V, 1, in.H, in.W, l.Act)
	}
}

// input is the output of the layer that layer i follows.
func (n *Network) input(p *Pass, i int) *Grid {
	if n.layers[i].From == "" {
		return &p.In
	}
	return &p.maps[n.index[n.layers[i].From]]
}

// join adds to the input of layer i what it takes besides.
func (n *Network) join(p *Pass, i int, in *Grid) *Grid {
	sum := &p.joined[i]
	sum.Resize(in.W, in.H, in.C)
	copy(sum.V, in.V)
	for _, name := range n.layers[i].Plus {
		p.row = sum.addEnlarged(&p.maps[n.index[name]], p.row)
	}
	for k, v := range sum.V {
		sum.V[k] = max(v, 0)
	}
	return sum
}
