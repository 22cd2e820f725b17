package train

import (
	"context"
	"slices"

	"exemplar/internal/embed"
	"exemplar/internal/parallel"
	"exemplar/internal/train/loss"
	"exemplar/internal/train/recipe"
)

// network is a network in training: replicas that share the values of the parameters, and the state of the optimiser.
type network struct {
	replicas []*embed.Trainable
	weights  weightSet
	inputs   []replicaPart
	input    int // side in pixels
}

// replicaPart holds the embeddings that a replica computes, and their gradients.
type replicaPart struct{ out, dOut []float32 }

// newNetwork makes the network of a bundle; setStage must follow.
func newNetwork(b *embed.Bundle) *network {
	n := &network{}
	n.replicas = []*embed.Trainable{b.Trainable()}
	for _, t := range n.replicas[0].Tensors() {
		n.weights.tensors = append(n.weights.tensors, &weightTensor{name: t.Name, value: t.Value, mean: slices.Clone(t.Value)})
	}
	return n
}

const projectionName = "distill.projection"

// setStage prepares for a stage: its input size, its replicas, a new state of the optimiser, and the projection to a
// teacher, if there is one. The values of parameters and their running means are kept.
func (n *network) setStage(s recipe.Stage, p *loss.Projection) error {
	b, err := n.bundle(false).WithInput(s.Input)
	if err != nil {
		return err
	}
	before := n.weights.tensors
	first := b.Trainable()
	n.replicas = []*embed.Trainable{first}
	for range s.Batch.Replicas - 1 {
		n.replicas = append(n.replicas, first.Replica())
	}
	n.weights.tensors = nil
	for i, t := range first.Tensors() {
		w := &weightTensor{name: t.Name, value: t.Value, mean: before[i].mean}
		if t.Grad != nil {
			for _, r := range n.replicas {
				w.grads = append(w.grads, r.Tensors()[i].Grad)
			}
		}
		n.weights.tensors = append(n.weights.tensors, w)
	}
	if p != nil {
		n.weights.tensors = append(n.weights.tensors, &weightTensor{name: projectionName, value: p.Weight, mean: slices.Clone(p.Weight), grads: [][]float32{p.Grad}})
	}
	n.weights.setRule(s.Optimizer.Rule())
	n.input = s.Input
	n.inputs = make([]replicaPart, len(n.replicas))
	each := s.Batch.Samples() / len(n.replicas)
	for i := range n.inputs {
		n.inputs[i] = replicaPart{make([]float32, each*n.dim()), make([]float32, each*n.dim())}
	}
	n.repack()
	return nil
}

// forward computes the embeddings of a batch, by sample number, into out (S,D).
func (n *network) forward(out []float32, b *Batch) {
	n.eachReplica(func(i int, r *embed.Trainable) {
		in := n.inputs[i]
		size := n.perReplica() * n.input * n.input * 3
		r.ForwardTrain(in.out, b.Pixels[i*size:][:size], n.perReplica())
	})
	embed.MergeStatistics(n.replicas)
	n.eachSample(b, out, func(sample, place []float32) { copy(sample, place) }, func(in replicaPart) []float32 { return in.out })
}

// backward propagates the gradients of the embeddings, by sample number, to the parameters.
func (n *network) backward(d []float32, b *Batch) {
	n.eachSample(b, d, func(sample, place []float32) { copy(place, sample) }, func(in replicaPart) []float32 { return in.dOut })
	n.eachReplica(func(i int, r *embed.Trainable) { r.Backward(n.inputs[i].dOut) })
}

func (n *network) dim() int { return n.replicas[0].Arch().Embedding }

func (n *network) perReplica() int { return len(n.inputs[0].out) / n.dim() }

// eachSample visits every sample: its row of rows (S,D), and its row in the memory of its replica.
func (n *network) eachSample(b *Batch, rows []float32, visit func(sample, place []float32), part func(replicaPart) []float32) {
	d, each := n.dim(), n.perReplica()
	for view := range b.Layout.Views {
		for class := range b.Layout.Classes {
			at := b.Layout.place(view, class)
			sample := view*b.Layout.Classes + class
			visit(rows[sample*d:][:d], part(n.inputs[at/each])[at%each*d:][:d])
		}
	}
}

// eachReplica runs f for all replicas, in parallel on all cores.
func (n *network) eachReplica(f func(i int, r *embed.Trainable)) {
	_ = parallel.Each(context.Background(), 0, len(n.replicas), func(_ context.Context, i int) error {
		f(i, n.replicas[i])
		return nil
	})
}

// restored is called after a checkpoint was read into the first replica, taken after the given number of steps of the
// stage. It gives all replicas its statistics and packs the weights.
func (n *network) restored(steps int) {
	n.weights.steps = steps
	first := n.replicas[0].Tensors()
	for _, r := range n.replicas[1:] {
		for i, t := range r.Tensors() {
			if t.Grad == nil {
				copy(t.Value, first[i].Value)
			}
		}
	}
	n.repack()
}

// repack makes the forward pass use the new values of parameters.
func (n *network) repack() { n.replicas[0].Changed() }

// bundle makes a bundle, at the present input size, of the present weights or of their running means.
func (n *network) bundle(useMean bool) *embed.Bundle {
	if !useMean {
		return n.replicas[0].Bundle()
	}
	n.weights.swapMean()
	defer n.weights.swapMean()
	return n.replicas[0].Bundle()
}
