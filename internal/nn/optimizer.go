package nn

import (
	"math"

	"exemplar/internal/kernel"
)

// Optimizer holds the settings of the update rule: AdamW, or SGD with momentum. Its state is kept with the weights, so that
// dense weights and the rows of a PartialFC head can use the same rule.
//
// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2, as PyTorch computes it):
//
//	p ← p·(1 − lr·λ);  m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²
//	p ← p − lr · (m / (1−β1^t)) / (√(v / (1−β2^t)) + ε)
//
// SGD (as PyTorch computes it): g ← g + λ·p;  b ← μ·b + g;  p ← p − lr·b.
type Optimizer struct {
	Kind         string // "adamw" or "sgd"
	Beta1, Beta2 float64
	Epsilon      float64
	Momentum     float64
	WeightDecay  float64 // λ
}

// moments is the number of state values per weight.
func (o Optimizer) moments() int {
	if o.Kind == "sgd" {
		return 1
	}
	return 2
}

// State is the state of the update rule for some weights: the first and second moments of
// AdamW, or the momentum of SGD with Second nil.
type State struct{ First, Second []float32 }

// NewState returns the initial state for n weights.
func (o Optimizer) NewState(n int) State {
	s := State{First: kernel.Floats(n)}
	if o.moments() == 2 {
		s.Second = kernel.Floats(n)
	}
	return s
}

// Slice is the state of the weights [from, to).
func (s State) Slice(from, to int) State {
	part := State{First: s.First[from:to]}
	if s.Second != nil {
		part.Second = s.Second[from:to]
	}
	return part
}

// Update updates value by one step. step counts from 1; gradScale multiplies the gradient (clipping).
func (o Optimizer) Update(value, grad []float32, s State, lr, gradScale float64, step int) {
	o.UpdateAt(value, grad, s, lr, float32(gradScale), o.Correction(step))
}

// Correction is the bias correction of moments that began at zero: 1/(1−β1^t) and
// 1/√(1−β2^t).
type Correction struct{ first, root float64 }

// Correction returns the bias correction of a step, which counts from 1.
func (o Optimizer) Correction(step int) Correction {
	t := float64(step)
	return Correction{1 / (1 - math.Pow(o.Beta1, t)), 1 / math.Sqrt(1-math.Pow(o.Beta2, t))}
}

// Corrections is a table of the bias corrections of the first steps, since each row of class centres has its own number of
// steps. The last one serves for all later steps.
type Corrections []Correction

const correctionSteps = 1 << 14

// Corrections computes the table.
func (o Optimizer) Corrections() Corrections {
	table := make(Corrections, correctionSteps)
	for i := range table {
		table[i] = o.Correction(i + 1)
	}
	return table
}

// At is the correction of a step.
func (c Corrections) At(step int) Correction { return c[min(step, len(c))-1] }

// UpdateAt updates value by one step with the given bias correction.
func (o Optimizer) UpdateAt(value, grad []float32, s State, lr float64, gradScale float32, c Correction) {
	if o.Kind == "sgd" {
		o.updateSGD(value, grad, s.First, lr, gradScale)
		return
	}
	kernel.AdamW(value, grad, s.First, s.Second, kernel.AdamWStep{
		Scale: gradScale, Beta1: float32(o.Beta1), Beta2: float32(o.Beta2), Epsilon: float32(o.Epsilon),
		Root: float32(c.root), Rate: float32(lr * c.first), Keep: float32(1 - lr*o.WeightDecay),
	})
}

func (o Optimizer) updateSGD(value, grad, b []float32, lr float64, gradScale float32) {
	n := len(value)
	grad, b = grad[:n], b[:n]
	rate, mu, decay, gs := float32(lr), float32(o.Momentum), float32(o.WeightDecay), gradScale
	for i, g := range grad {
		bi := mu*b[i] + g*gs + decay*value[i]
		b[i] = bi
		value[i] -= rate * bi
	}
}

// ClipScale returns the factor that reduces a gradient of the given global norm to at most limit, as PyTorch's
// clip_grad_norm_ does. A limit of 0 means no limit.
func ClipScale(norm, limit float64) float64 {
	if limit <= 0 {
		return 1
	}
	return math.Min(1, limit/(norm+1e-6))
}
