package changedetect

import (
	"math/rand/v2"
	"slices"

	"exemplar/internal/imaging"
)

// Trainable is the network of a detector in training.
//
//	net := changedetect.NewTrainable(true, 1)
//	p := new(changedetect.Pass)
//	logits := net.Forward(p, ref, laid, false)
//	net.Backward(p, d)    // d: the loss by the logits; adds to Tensors()[i].Grad
//	... change the values, clear the gradients ...
//	net.Changed()
//
// Replicas share the values and have gradients of their own: they may run side
// by side, each with a [Pass] of its own.
type Trainable struct{ net *network }

// Answers is the number of outputs of a cell of a detector of kinds, in this
// order: [Map]'s Logit, Form and Filled. Other detectors have the first alone.
const Answers = answers

// NewTrainable draws the weights of a detector as [Kinds] or as [Default].
func NewTrainable(kinds bool, seed uint64) *Trainable {
	table := layers
	if kinds {
		table = kindLayers
	}
	return newTrainable(table, seed)
}

func newTrainable(table []layer, seed uint64) *Trainable {
	n := newNetwork(table)
	n.init(rand.New(rand.NewPCG(seed, 0)))
	n.pack()
	return &Trainable{n}
}

// Start takes over the weights in a file of [Detector.Encode], also of a network
// with fewer outputs or layers: what is new adds nothing to what was there.
func (t *Trainable) Start(data []byte) error {
	if err := t.net.start(data); err != nil {
		return err
	}
	t.net.pack()
	return nil
}

// Tensor is a parameter. Name is PyTorch's; the order of the values is ours.
// Changes to Value and Grad are changes to the network.
type Tensor struct {
	Name        string
	Value, Grad []float32
}

// Tensors lists the parameters in the order of the layers. A replica's values are
// the original's.
func (t *Trainable) Tensors() []Tensor {
	var out []Tensor
	for _, x := range t.net.tensors() {
		out = append(out, Tensor{x.name, x.Value, x.Grad})
	}
	return out
}

// Changed makes new values take effect, in all replicas. It must not be called
// while one of them computes.
func (t *Trainable) Changed() { t.net.pack() }

// Replica makes a network that shares the values and has gradients of its own.
func (t *Trainable) Replica() *Trainable {
	r := *t.net
	r.convs = slices.Clone(t.net.convs)
	for i, c := range r.convs {
		r.convs[i] = c.Replica()
	}
	return &Trainable{&r}
}

// Pass is the memory of a pair of pictures on its way through a network and back.
// The zero value is ready; it may be used again for the next pair.
type Pass struct {
	pass
	dMaps []grid // gradients of the outputs
	dIn   grid
}

// Forward returns the logits of the cells of a pair of pictures, as
// [Detector.Detect] takes them: (H,W,Answers), or (H,W,1). Negative turns light
// and dark of both around. The logits are those of the pass, until its next pair.
func (t *Trainable) Forward(p *Pass, ref, laid *imaging.Gray, negative bool) []float32 {
	p.take(ref, laid)
	if negative {
		for i, v := range p.pair.v {
			p.pair.v[i] = -v
		}
	}
	t.net.forward(&p.pass)
	return p.logits()
}

// Backward adds to the gradients of the parameters, given d, that of the logits
// of the Forward before it.
func (t *Trainable) Backward(p *Pass, d []float32) { t.net.backward(p, d) }

// Detector is the network as it is. It shares the weights.
func (t *Trainable) Detector() *Detector { return newDetector(t.net) }

// init draws the weights.
func (n *network) init(rng *rand.Rand) {
	for _, c := range n.convs {
		c.InitFanIn(rng)
	}
}
