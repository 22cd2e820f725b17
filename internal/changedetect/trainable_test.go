package changedetect

import (
	"exemplar/internal/cellnet"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestGradients compares backward with differences of a sum of the logits, each
// with a weight, along random directions in the space of each parameter.
func TestGradients(t *testing.T) {
	n := formulaNetwork(t, smallAnswering())
	var p Pass
	p.take(goldenPair())
	r := rand.New(rand.NewPCG(1, 1))
	d := make([]float32, answers*21*11)
	for i := range d {
		d[i] = float32(r.NormFloat64())
	}
	loss := func() (sum float64) {
		n.Pack()
		n.Forward(&p.pass.Pass)
		for i, z := range p.Logits() {
			sum += float64(d[i]) * float64(z)
		}
		return sum
	}
	loss()
	n.Backward(&p.pass.Pass, d)
	for i, of := range n.Tensors() {
		direction := make([]float32, len(of.Value))
		want := 0.0
		for k, g := range of.Grad {
			direction[k] = float32(r.NormFloat64())
			want += float64(direction[k]) * float64(g)
		}
		old := slices.Clone(of.Value)
		at := func(step float32) float64 {
			for k, v := range old {
				of.Value[k] = v + step*direction[k]
			}
			return loss()
		}
		// Kinks are many, and small steps drown in rounding: one of two must agree.
		const coarse, fine = 1e-4, 2e-5
		got, near := (at(coarse)-at(-coarse))/(2*coarse), (at(fine)-at(-fine))/(2*fine)
		at(0)
		if math.Abs(near-want) < math.Abs(got-want) {
			got = near
		}
		if want == 0 || math.Abs(got-want) > 0.03*math.Abs(want)+0.05 {
			t.Errorf("parameter %d, %s: the loss changes by %v, the gradient says %v", i, of.Name, got, want)
		}
	}
}

// TestStartKeepsWhatASmallerNetworkSays begins with the weights of a network of
// one answer and fewer outputs: the first answer is the same to the bit.
func TestStartKeepsWhatASmallerNetworkSays(t *testing.T) {
	data, err := newDetector(formulaNetwork(t, small)).Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	was, err := cellnet.Load(pictures, small, data)
	if err != nil {
		t.Fatal(err)
	}
	larger := slices.Clone(smallAnswering())
	larger[6].Out, larger[6].Plus = 9, []string{"u", "v", "w"}
	more := cellnet.Layer{Name: "w", From: "d2", Size: 1, Stride: 1, Out: 8}
	n := cellnet.New(pictures, slices.Insert(larger, 6, more))
	n.Init(1)
	if err := n.Start(data); err != nil {
		t.Fatal(err)
	}
	n.Pack()
	var a, b pass
	a.take(goldenPair())
	b.take(goldenPair())
	was.Forward(&a.Pass)
	n.Forward(&b.Pass)
	for i, want := range a.Logits() {
		if got := b.Logits()[answers*i]; math.Abs(float64(got-want)) > 1e-5 {
			t.Fatalf("cell %d: %v, the smaller network says %v", i, got, want)
		}
	}
	if err := n.Start([]byte("abc")); err == nil {
		t.Error("started from nothing")
	}
}
