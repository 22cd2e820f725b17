package condition

import (
	_ "embed"
	"sync"

	"exemplar/internal/cellnet"
	"exemplar/internal/kernel"
)

// layers is the network that says of each cell what happened to it: a look at the
// cell and those next to it, and three coarser ones, since glare, things and tears are
// many cells wide. Its last layer has an answer for each of [placed], and for nothing.
var layers = []cellnet.Layer{
	{Name: "a", Size: 1, Stride: 1, Out: 16, Act: kernel.ReLU},
	{Name: "b", From: "a", Size: 3, Stride: 1, Pad: 1, Out: 16, Act: kernel.ReLU},
	{Name: "c", From: "b", Size: 3, Stride: 2, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "d", From: "c", Size: 3, Stride: 1, Pad: 1, Out: 32, Act: kernel.ReLU},
	{Name: "e", From: "d", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "f", From: "e", Size: 3, Stride: 1, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "g", From: "f", Size: 3, Stride: 2, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "h", From: "g", Size: 3, Stride: 1, Pad: 1, Out: 48, Act: kernel.ReLU},
	{Name: "u", From: "d", Size: 1, Stride: 1, Out: 16},
	{Name: "v", From: "f", Size: 1, Stride: 1, Out: 16},
	{Name: "w", From: "h", Size: 1, Stride: 1, Out: 16},
	{Name: "i", From: "b", Plus: []string{"u", "v", "w"}, Size: 3, Stride: 1, Pad: 1, Out: 24, Act: kernel.ReLU},
	{Name: "o", From: "i", Size: 1, Stride: 1, Out: answers},
}

// placed are the kinds that have a place, in the order of the network's answers; the
// answer before them is that nothing happened.
var placed = []Kind{Glare, Covered, Torn, Stained}

const answers = 5

// NewNetwork makes a network of zeros, to be trained.
func NewNetwork() *cellnet.Network { return cellnet.New(channels, layers) }

// The weights learnt in steps: 4,100 on captures of 1,460 documents without the channels of
// [maps.detail], and 12,700 that began with those, on captures of 870 documents of seeds 501
// and 777, as conditiontrain makes them now.
//
//go:embed weights.safetensors
var weights []byte

var network = sync.OnceValue(func() *cellnet.Network {
	n, err := cellnet.Load(channels, layers, weights)
	if err != nil {
		panic("condition: the embedded weights are damaged: " + err.Error())
	}
	return n
})

var passes = sync.Pool{New: func() any { return new(cellnet.Pass) }}
