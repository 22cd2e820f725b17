package changedetect

import (
	"exemplar/internal/cellnet"
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
type Trainable struct{ net *cellnet.Network }

// Answers is the number of outputs of a cell of a detector of kinds, in this
// order: [Map]'s Logit, Form and Filled. Other detectors have the first alone.
const Answers = answers

// NewTrainable draws the weights of a detector as [Kinds] or as [Default].
func NewTrainable(kinds bool, seed uint64) *Trainable {
	table := layers
	if kinds {
		table = kindLayers
	}
	n := cellnet.New(pictures, table)
	n.Init(seed)
	return &Trainable{n}
}

// Start takes over the weights in a file of [Detector.Encode], also of a network
// with fewer outputs or layers: what is new adds nothing to what was there.
func (t *Trainable) Start(data []byte) error { return t.net.Start(data) }

// Tensors lists the parameters in the order of the layers. A replica's values are
// the original's.
func (t *Trainable) Tensors() []cellnet.Tensor { return t.net.Tensors() }

// Changed makes new values take effect, in all replicas. It must not be called
// while one of them computes.
func (t *Trainable) Changed() { t.net.Pack() }

// Replica makes a network that shares the values and has gradients of its own.
func (t *Trainable) Replica() *Trainable { return &Trainable{t.net.Replica()} }

// Pass is the memory of a pair of pictures on its way through a network and back.
// The zero value is ready; it may be used again for the next pair.
type Pass struct{ pass }

// Forward returns the logits of the cells of a pair of pictures, as
// [Detector.Detect] takes them: (H,W,Answers), or (H,W,1). Negative turns light
// and dark of both around. The logits are those of the pass, until its next pair.
func (t *Trainable) Forward(p *Pass, ref, laid *imaging.Gray, negative bool) []float32 {
	p.take(ref, laid)
	if negative {
		for i, v := range p.In.V {
			p.In.V[i] = -v
		}
	}
	t.net.Forward(&p.pass.Pass)
	return p.Logits()
}

// Backward adds to the gradients of the parameters, given d, that of the logits
// of the Forward before it.
func (t *Trainable) Backward(p *Pass, d []float32) { t.net.Backward(&p.pass.Pass, d) }

// Detector is the network as it is. It shares the weights.
func (t *Trainable) Detector() *Detector { return newDetector(t.net) }
