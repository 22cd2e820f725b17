package train

import (
	"fmt"
	"math"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/train/checkpoint"
	"exemplar/internal/train/loss"
)

// weightTensor is a tensor of the network in training: a parameter, or a running statistic of a batch normalisation,
// which has no gradient.
type weightTensor struct {
	name  string
	value []float32
	grads [][]float32 // by replica; nil for a statistic
	state nn.State
	mean  []float32 // exponential moving average
}

// weightSet is all tensors of the network, with the state of their optimiser.
type weightSet struct {
	tensors []*weightTensor
	rule    nn.Optimizer
	steps   int // of the optimiser: since the stage began
}

// setRule sets the update rule and discards the state of the optimiser.
func (w *weightSet) setRule(rule nn.Optimizer) {
	w.rule, w.steps = rule, 0
	for _, t := range w.tensors {
		if t.grads != nil {
			t.state = rule.NewState(len(t.value))
		}
	}
}

// step sums the gradients over the replicas, in their order, clips them by their global norm, and updates the
// parameters. It clears the gradients and returns the norm before clipping. Weight decay applies to every parameter, as in
// the recipe of the reference network: PyTorch's AdamW makes no exceptions by itself.
func (w *weightSet) step(lr, clip float64) float64 {
	squares := make([]float64, len(w.tensors))
	w.each(func(i int, t *weightTensor) {
		if t.grads == nil {
			return
		}
		for _, g := range t.grads[1:] {
			kernel.AddScaled(t.grads[0], g, 1)
			clear(g)
		}
		squares[i] = kernel.SumSquares(t.grads[0])
	})
	var sum float64
	for _, s := range squares {
		sum += s
	}
	norm := math.Sqrt(sum)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm // without an update: the caller stops, and the weights stay finite
	}
	w.steps++
	scale := nn.ClipScale(norm, clip)
	w.each(func(_ int, t *weightTensor) {
		if t.grads != nil {
			w.rule.Update(t.value, t.grads[0], t.state, lr, scale, w.steps)
			clear(t.grads[0])
		}
	})
	return norm
}

// each runs f for all tensors, distributed over the cores by their size. f may change only its own tensor.
func (w *weightSet) each(f func(i int, t *weightTensor)) {
	total := 0
	for _, t := range w.tensors {
		total += len(t.value)
	}
	ends := make([]int, len(w.tensors)) // values up to and including each tensor
	sum := 0
	for i, t := range w.tensors {
		sum += len(t.value)
		ends[i] = sum
	}
	eachPart(total, func(from, to int) {
		for i, end := range ends {
			if end > from && end <= to {
				f(i, w.tensors[i])
			}
		}
	})
}

// updateMean updates the running means of weights and statistics after step t of the run: mean ← d·mean + (1−d)·value
// with d = min(decay, (1+t)/(10+t)). The small d of the first steps lets the mean forget the initial weights soon.
func (w *weightSet) updateMean(decay float64, t int) {
	d := float32(math.Min(decay, float64(1+t)/float64(10+t)))
	w.each(func(_ int, t *weightTensor) {
		for i, v := range t.value {
			t.mean[i] = d*t.mean[i] + (1-d)*v
		}
	})
}

// swapMean exchanges weights and running means.
func (w *weightSet) swapMean() {
	for _, t := range w.tensors {
		for i, v := range t.mean {
			t.value[i], t.mean[i] = v, t.value[i]
		}
	}
}

// sections lists the state for a checkpoint.
func (w *weightSet) sections() []checkpoint.Section {
	var out []checkpoint.Section
	for _, t := range w.tensors {
		out = append(out, checkpoint.Section{Name: "value/" + t.name, Values: t.value}, checkpoint.Section{Name: "mean/" + t.name, Values: t.mean})
		if t.grads != nil {
			out = append(out, checkpoint.Section{Name: "first/" + t.name, Values: t.state.First})
		}
		if t.state.Second != nil {
			out = append(out, checkpoint.Section{Name: "second/" + t.name, Values: t.state.Second})
		}
	}
	return out
}

// classSections lists the centres by ranges of classes, so that a checkpoint does not depend on the number of shards. The
// numbers of updates are exact in float32 up to 2^24.
func classSections(c *loss.Classes) []checkpoint.Section {
	const rangeClasses = 1 << 16
	weight, state, steps := c.State()
	count, dim := len(steps), len(weight)/len(steps)
	var out []checkpoint.Section
	for lo := 0; lo < count; lo += rangeClasses {
		hi := min(lo+rangeClasses, count)
		name := func(what string) string { return fmt.Sprintf("classes/%s/%d-%d", what, lo, hi) }
		s := state.Slice(lo*dim, hi*dim)
		out = append(out, checkpoint.Section{Name: name("weight"), Values: weight[lo*dim : hi*dim]}, checkpoint.Section{Name: name("first"), Values: s.First})
		if s.Second != nil {
			out = append(out, checkpoint.Section{Name: name("second"), Values: s.Second})
		}
		out = append(out, checkpoint.Section{Name: name("steps"), Values: steps[lo:hi]})
	}
	return out
}
