package changedetect

import (
	"fmt"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/reuse"
)

// layer is a convolution by its name in the file of weights.
type layer struct {
	name string
	from string   // the layer whose output it takes; "" is the pair of pictures
	plus []string // layers whose outputs, enlarged, are added to that one before a ReLU

	size, stride, pad, out int
	act                    kernel.Activation
}

// layers is the network of [Default]: a trunk down to cells, two coarser looks
// around them that are added to it, and the verdict. Its last layer has one output
// a cell.
var layers = []layer{
	{name: "a", size: 8, stride: 4, pad: 2, out: 32, act: kernel.ReLU},
	{name: "b", from: "a", size: 3, stride: 2, pad: 1, out: 32, act: kernel.ReLU},
	{name: "c", from: "b", size: 3, stride: 1, pad: 1, out: 32, act: kernel.ReLU},
	{name: "d", from: "c", size: 3, stride: 2, pad: 1, out: 48, act: kernel.ReLU},
	{name: "d2", from: "d", size: 3, stride: 2, pad: 1, out: 48, act: kernel.ReLU},
	{name: "d3", from: "d2", size: 3, stride: 1, pad: 1, out: 48, act: kernel.ReLU},
	{name: "u", from: "d", size: 1, stride: 1, out: 32},
	{name: "v", from: "d3", size: 1, stride: 1, out: 32},
	{name: "f", from: "c", plus: []string{"u", "v"}, size: 3, stride: 1, pad: 1, out: 32, act: kernel.ReLU},
	{name: "e", from: "f", size: 1, stride: 1, out: 1},
}

// kindLayers is the network of [Kinds]. A third look sees a quarter of a page and,
// by its padding, where on it: what is a caption and what an entry shows only from
// afar. Its last layer has [answers] outputs a cell.
var kindLayers = []layer{
	{name: "a", size: 8, stride: 4, pad: 2, out: 32, act: kernel.ReLU},
	{name: "b", from: "a", size: 3, stride: 2, pad: 1, out: 32, act: kernel.ReLU},
	{name: "c", from: "b", size: 3, stride: 1, pad: 1, out: 32, act: kernel.ReLU},
	{name: "d", from: "c", size: 3, stride: 2, pad: 1, out: 48, act: kernel.ReLU},
	{name: "d2", from: "d", size: 3, stride: 2, pad: 1, out: 48, act: kernel.ReLU},
	{name: "d3", from: "d2", size: 3, stride: 1, pad: 1, out: 48, act: kernel.ReLU},
	{name: "d4", from: "d3", size: 3, stride: 2, pad: 1, out: 64, act: kernel.ReLU},
	{name: "d5", from: "d4", size: 3, stride: 1, pad: 1, out: 64, act: kernel.ReLU},
	{name: "d6", from: "d5", size: 3, stride: 1, pad: 1, out: 64, act: kernel.ReLU},
	{name: "u", from: "d", size: 1, stride: 1, out: 32},
	{name: "v", from: "d3", size: 1, stride: 1, out: 32},
	{name: "w", from: "d6", size: 1, stride: 1, out: 32},
	{name: "f", from: "c", plus: []string{"u", "v", "w"}, size: 3, stride: 1, pad: 1, out: 48, act: kernel.ReLU},
	{name: "e", from: "f", size: 1, stride: 1, out: answers},
}

// answers is the number of outputs of a cell: whether its print is another,
// whether that is another form, and whether the reference's is contents.
const answers = 3

// pictures is the number of channels that come in: the reference and the photo.
const pictures = 2

// network is a table of layers and their weights.
type network struct {
	layers []layer
	convs  []*nn.Conv
	index  map[string]int
}

// newNetwork makes a network of zeros.
func newNetwork(table []layer) *network {
	n := &network{layers: table, index: map[string]int{}}
	for i, l := range table {
		in := pictures
		if l.from != "" {
			in = n.convs[n.layer(l.from)].Out
		}
		for _, p := range l.plus {
			n.layer(p)
		}
		n.convs = append(n.convs, nn.NewConv(in, l.out, l.size, l.stride, l.pad))
		n.index[l.name] = i
	}
	return n
}

// layer returns the place of a layer that was named before.
func (n *network) layer(name string) int {
	i, found := n.index[name]
	if !found {
		panic(fmt.Sprintf("changedetect: layer %q is not among %v", name, n.layers))
	}
	return i
}

// pack makes the present weights those of forward and backward, in replicas too.
func (n *network) pack() {
	for _, c := range n.convs {
		c.Pack()
	}
}

// pass holds what becomes of a pair of pictures on its way through a network.
// Its memory is used again for the next pair.
type pass struct {
	refSums, laidSums sums
	smooth            smoother
	pair              grid
	maps, joined      []grid    // outputs by layer; sums, where a layer takes one
	row               []float32 // of a map being enlarged
}

// take makes a pair of pictures of one size the input.
func (p *pass) take(ref, laid *imaging.Gray) {
	w, h := ref.W/Cell*Cell, ref.H/Cell*Cell
	p.pair.resize(w, h, pictures)
	p.refSums.take(ref, w, h)
	p.laidSums.take(laid, w, h)
	p.smooth.normalise(&p.pair, 0, ref, &p.refSums, refSoftness)
	p.smooth.normalise(&p.pair, 1, laid, &p.laidSums, laidSoftness)
}

// logits are the outputs of the last layer after forward.
func (p *pass) logits() []float32 { return p.maps[len(p.maps)-1].v }

// forward computes the outputs of all layers.
func (n *network) forward(p *pass) {
	p.maps, p.joined = reuse.Slice(p.maps, len(n.layers)), reuse.Slice(p.joined, len(n.layers))
	for i, l := range n.layers {
		c, in := n.convs[i], n.input(p, i)
		if l.plus != nil {
			in = n.join(p, i, in)
		}
		out := &p.maps[i]
		out.resize(c.OutSize(in.w), c.OutSize(in.h), l.out)
		c.Forward(out.v, in.v, 1, in.h, in.w, l.act)
	}
}

// input is the output of the layer that layer i follows.
func (n *network) input(p *pass, i int) *grid {
	if n.layers[i].from == "" {
		return &p.pair
	}
	return &p.maps[n.index[n.layers[i].from]]
}

// join adds to the input of layer i what it takes besides.
func (n *network) join(p *pass, i int, in *grid) *grid {
	sum := &p.joined[i]
	sum.resize(in.w, in.h, in.c)
	copy(sum.v, in.v)
	for _, name := range n.layers[i].plus {
		p.row = sum.addEnlarged(&p.maps[n.index[name]], p.row)
	}
	for k, v := range sum.v {
		sum.v[k] = max(v, 0)
	}
	return sum
}
