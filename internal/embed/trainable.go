package embed

import (
	"fmt"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/reuse"
)

// Trainable is the form of a network for training. It normalises with the statistics of each
// batch, and computes the gradient of every parameter.
//
//	net := bundle.Trainable()
//	net.ForwardTrain(out, pixels, n)   // pixels (n,S,S,3) in bytes, out (n,Embedding)
//	net.Backward(dOut)                 // adds to Tensors()[i].Grad
//	... change the values, clear the gradients ...
//	net.Changed()
//
// It keeps only the outputs of the convolutions of a batch. Backward computes the results of
// normalisation, activation and squeeze-and-excite again. A batch is processed in pieces
// that stay in the cache from one layer to the next.
//
// A Trainable is not safe for concurrent use; its replicas may run in parallel to it.
type Trainable struct {
	net   *layers
	units []*unit
	head  chain

	memory []float32 // for the outputs of the convolutions of a batch, and for grads
	pixels []byte    // of the last batch
	n      int
	last   []float32    // last maps, activated
	grads  [2][]float32 // gradients by the activations of a unit and of the unit before it
	piece  pieceMemory
}

// Tensor is a parameter or, if Grad is nil, a running statistic of a batch normalisation.
// Name is PyTorch's; the values have the layout of the kernels. The slices are the
// network's own: to change them is to change the network.
type Tensor struct {
	Name        string
	Value, Grad []float32
}

// Trainable makes a network for training of copies of the bundle's tensors.
func (b *Bundle) Trainable() *Trainable {
	t := newTrainable(b.layers())
	t.Changed()
	return t
}

func newTrainable(l *layers) *Trainable {
	return &Trainable{net: l, units: newUnits(l), head: newChain(l)}
}

// Replica makes a network that shares the values of all parameters and has gradients,
// statistics and activations of its own, so that another core can process another part of
// a batch. The running statistics begin as copies; MergeStatistics averages them.
func (t *Trainable) Replica() *Trainable { return newTrainable(t.net.replica()) }

// Arch is the network's architecture.
func (t *Trainable) Arch() Architecture { return t.net.arch }

// Tensors lists all tensors, in an order that depends on the architecture alone. Replicas
// share the values of parameters.
func (t *Trainable) Tensors() []Tensor {
	out := make([]Tensor, len(t.net.tensors))
	for i, x := range t.net.tensors {
		out[i] = Tensor{Name: x.name, Value: x.values}
		if x.param != nil {
			out[i].Grad = x.param.Grad
		}
	}
	return out
}

// Changed must be called after values of parameters were changed; it then takes effect in
// all replicas. No replica may compute during the call.
func (t *Trainable) Changed() { t.net.pack() }

// Bundle copies the present values into a bundle, without card and calibration.
func (t *Trainable) Bundle() *Bundle { return t.net.bundle() }

// MergeStatistics sets the running statistics of all replicas to their mean.
func MergeStatistics(replicas []*Trainable) {
	for i, x := range replicas[0].net.tensors {
		if x.param != nil {
			continue
		}
		for j := range x.values {
			sum := 0.0
			for _, r := range replicas {
				sum += float64(r.net.tensors[i].values[j])
			}
			for _, r := range replicas {
				r.net.tensors[i].values[j] = float32(sum / float64(len(replicas)))
			}
		}
	}
}

// ForwardTrain computes the embeddings out (n,Embedding), not normalised, of a batch of at
// least two pictures, pixels (n,Input,Input,3) in bytes. It normalises with the batch's
// statistics and updates the running ones. pixels must not change until Backward returns.
func (t *Trainable) ForwardTrain(out []float32, pixels []byte, n int) {
	if size, dim := t.net.arch.pixels(), t.net.arch.Embedding; n < 2 || len(pixels) < n*size || len(out) < n*dim {
		panic(fmt.Sprintf("embed: ForwardTrain: %d pictures of %d values in %d, results of %d in %d", n, size, len(pixels), dim, len(out)))
	}
	t.pixels, t.n = pixels, n
	t.divide(n)
	for k, u := range t.units {
		u.bn.Begin()
		u.eachPiece(n, func(i, m int) {
			out := u.output(i, m)
			if k == 0 {
				t.net.stem.Forward(out, t.picture(i, m), m, u.inSide, u.inSide)
			} else {
				u.conv.forward(out, t.input(k, i, m), m, u.inSide)
			}
			u.bn.Accumulate(out, m*u.outSide*u.outSide)
		})
		u.bn.End()
	}
	final := t.units[len(t.units)-1]
	t.last = reuse.Slice(t.last, n*final.outSize())
	final.bn.Apply(t.last, final.out, n*final.outSide*final.outSide)
	t.head.forward(out, t.last, n)
}

// divide assigns the memory for a batch of n pictures. The memory is one piece, so that it
// can use huge pages.
func (t *Trainable) divide(n int) {
	all, largest := 0, 0
	for _, u := range t.units {
		all += u.outSize()
		largest = max(largest, u.outSize())
	}
	if need := n * (all + 2*largest); len(t.memory) < need {
		t.memory = kernel.Floats(need)
	}
	rest := t.memory
	take := func(size int) []float32 {
		part := rest[:n*size]
		rest = rest[n*size:]
		return part
	}
	for _, u := range t.units {
		u.out = take(u.outSize())
	}
	t.grads[0], t.grads[1] = take(largest), take(largest)
}

// picture returns the pixels of the pictures [i, i+m).
func (t *Trainable) picture(i, m int) []byte {
	size := t.net.arch.pixels()
	return t.pixels[i*size:][:m*size]
}

// input computes the input of unit k, which is not the stem, for the pictures [i, i+m).
func (t *Trainable) input(k, i, m int) []float32 {
	return t.units[k-1].activate(&t.piece, i, m)
}

// Backward takes the gradient of the loss by the outputs of the last ForwardTrain, and adds
// the gradients by the parameters to their Grad.
func (t *Trainable) Backward(dOut []float32) {
	final := t.units[len(t.units)-1]
	d, before := t.grads[0], t.grads[1]
	t.head.backward(d, dOut, t.last, t.n)
	final.bn.BackwardActivation(d, d, final.out, t.n*final.outSide*final.outSide)
	for k := len(t.units) - 1; k >= 0; k-- {
		t.backwardUnit(k, before, d)
		d, before = before, d
	}
}

// backwardUnit takes the result d of unit k's BackwardActivation, and computes that of the
// unit before it in before. It overwrites d.
func (t *Trainable) backwardUnit(k int, before, d []float32) {
	u := t.units[k]
	u.bn.EndBackward()
	u.eachPiece(t.n, func(i, m int) {
		dz := d[i*u.outSize():][:m*u.outSize()]
		u.bn.BackwardInput(dz, dz, u.output(i, m), m*u.outSide*u.outSide)
		if k == 0 {
			t.net.stem.Backward(dz, t.picture(i, m), m, u.inSide, u.inSide)
			return
		}
		in, p := t.input(k, i, m), t.units[k-1]
		dIn := before[i*p.outSize():][:m*p.outSize()]
		u.conv.backward(dIn, dz, in, m, u.inSide)
		rows := m * p.outSide * p.outSide
		if p.excite != nil {
			p.excite.Backward(dIn, t.piece.unscaled, m, p.outSide*p.outSide, &t.piece.gate)
		}
		p.bn.BackwardActivation(dIn, dIn, p.output(i, m), rows)
	})
}

// pieceMemory is the working memory for a piece of a batch.
type pieceMemory struct {
	activated []float32
	unscaled  []float32 // activated, before squeeze-and-excite
	gate      nn.Gate
}
