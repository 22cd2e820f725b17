package changedetect

import (
	"exemplar/internal/cellnet"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

// layers is the network of [Default]: a trunk down to cells, two coarser looks
// around them that are added to it, and the verdict. Its last layer has one output
// a cell.
var layers = []cellnet.Layer{
	{Name: "a", Size: 8, Stride: 4, Pad: 2, Out: 32, Act: kernel.ReLU},
	{Name: "b", From: "a", Size: 3, Stride: 2, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "c", From: "b", Size: 3, Stride: 1, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "d", From: "c", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "d2", From: "d", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "d3", From: "d2", Size: 3, Stride: 1, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "u", From: "d", Size: 1, Stride: 1, Out: 32},
	{Name: "v", From: "d3", Size: 1, Stride: 1, Out: 32},
	{Name: "f", From: "c", Plus: []string{"u", "v"}, Size: 3, Stride: 1, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "e", From: "f", Size: 1, Stride: 1, Out: 1},
}

// kindLayers is the network of [Kinds]. A third look sees a quarter of a page and,
// by its padding, where on it: what is a caption and what an entry shows only from
// afar. Its last layer has [answers] outputs a cell.
var kindLayers = []cellnet.Layer{
	{Name: "a", Size: 8, Stride: 4, Pad: 2, Out: 32, Act: kernel.ReLU},
	{Name: "b", From: "a", Size: 3, Stride: 2, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "c", From: "b", Size: 3, Stride: 1, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "d", From: "c", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "d2", From: "d", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "d3", From: "d2", Size: 3, Stride: 1, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "d4", From: "d3", Size: 3, Stride: 2, Pad: 1, Out: 64, Act: kernel.ReLU},
	{Name: "d5", From: "d4", Size: 3, Stride: 1, Pad: 1, Out: 64, Act: kernel.ReLU},
	{Name: "d6", From: "d5", Size: 3, Stride: 1, Pad: 1, Out: 64, Act: kernel.ReLU},
	{Name: "u", From: "d", Size: 1, Stride: 1, Out: 32},
	{Name: "v", From: "d3", Size: 1, Stride: 1, Out: 32},
	{Name: "w", From: "d6", Size: 1, Stride: 1, Out: 32},
	{Name: "f", From: "c", Plus: []string{"u", "v", "w"}, Size: 3, Stride: 1, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "e", From: "f", Size: 1, Stride: 1, Out: answers},
}

// answers is the number of outputs of a cell: whether its print is another,
// whether that is another form, and whether the reference's is contents.
const answers = 3

// pictures is the number of channels that come in: the reference and the photo.
const pictures = 2

// pass holds what becomes of a pair of pictures on its way through a network.
// Its memory is used again for the next pair.
type pass struct {
	cellnet.Pass
	refSums, laidSums sums
	smooth            smoother
}

// take makes a pair of pictures of one size the input.
func (p *pass) take(ref, laid *imaging.Gray) {
	w, h := ref.W/Cell*Cell, ref.H/Cell*Cell
	p.In.Resize(w, h, pictures)
	p.refSums.take(ref, w, h)
	p.laidSums.take(laid, w, h)
	p.smooth.normalise(&p.In, 0, ref, &p.refSums, refSoftness)
	p.smooth.normalise(&p.In, 1, laid, &p.laidSums, laidSoftness)
}
