package nn

import "math/rand/v2"

// Param is a trainable tensor: its values, and the gradient of the loss by them.
type Param struct {
	Value, Grad []float32
}

// newParam makes a parameter of n values, all v.
func newParam(n int, v float32) *Param {
	p := &Param{Value: make([]float32, n), Grad: make([]float32, n)}
	for i := range p.Value {
		p.Value[i] = v
	}
	return p
}

// replica makes a parameter that shares the values and has a gradient of its own. The
// replica of nil is nil.
func (p *Param) replica() *Param {
	if p == nil {
		return nil
	}
	return &Param{Value: p.Value, Grad: make([]float32, len(p.Grad))}
}

// fillUniform draws the values from [-bound, bound).
func (p *Param) fillUniform(rng *rand.Rand, bound float32) {
	for i := range p.Value {
		p.Value[i] = bound * (2*rng.Float32() - 1)
	}
}

// fillNormal draws the values from a normal distribution around 0.
func (p *Param) fillNormal(rng *rand.Rand, deviation float64) {
	for i := range p.Value {
		p.Value[i] = float32(deviation * rng.NormFloat64())
	}
}
