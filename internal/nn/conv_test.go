package nn

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"exemplar/internal/kernel"
)

// convCase is a layer and the inputs it is tried on.
type convCase struct{ n, h, w, in, out, size, stride, pad int }

var convCases = []convCase{
	{1, 1, 1, 1, 1, 1, 1, 0},
	{2, 5, 7, 3, 4, 3, 1, 1},
	{1, 8, 9, 2, 5, 3, 2, 1},
	{2, 16, 12, 2, 17, 8, 4, 2},
	{1, 1, 2, 3, 2, 5, 2, 2},     // filters larger than the input
	{1, 4, 6, 2, 3, 3, 3, 5},     // filters wholly outside
	{1, 40, 300, 24, 3, 3, 1, 1}, // several strips
	{1, 2, 1200, 32, 2, 3, 2, 1}, // a row larger than a strip
	{1, 2, 3, 2, 3, 4, 1, 0},     // no outputs
	{3, 6, 5, 16, 33, 1, 1, 0},   // products of pixels
	{1, 19, 23, 4, 16, 5, 2, 2},
}

func (k convCase) layer() *Conv {
	rng := newRand()
	c := NewConv(k.in, k.out, k.size, k.stride, k.pad)
	c.InitFanIn(rng)
	c.Bias.fillNormal(rng, 1)
	c.Pack()
	return c
}

// naiveConv is the definition, summed in float64.
func naiveConv(c *Conv, in []float32, n, h, w int) []float32 {
	p, q := c.OutSize(h), c.OutSize(w)
	out := make([]float32, n*p*q*c.Out)
	for at := range out {
		o, x, y, i := at%c.Out, at/c.Out%q, at/c.Out/q%p, at/c.Out/q/p
		sum := float64(c.Bias.Value[o])
		for tap := range c.Size * c.Size * c.In {
			channel, dx, dy := tap%c.In, tap/c.In%c.Size, tap/c.In/c.Size
			u, v := x*c.Stride-c.Pad+dx, y*c.Stride-c.Pad+dy
			if u >= 0 && u < w && v >= 0 && v < h {
				sum += float64(c.Weight.Value[tap*c.Out+o]) * float64(in[((i*h+v)*w+u)*c.In+channel])
			}
		}
		out[at] = float32(sum)
	}
	return out
}

func TestConvForward(t *testing.T) {
	for _, k := range convCases {
		c := k.layer()
		in := normals(newRand(), k.n*k.h*k.w*k.in)
		want := naiveConv(c, in, k.n, k.h, k.w)
		for _, act := range []kernel.Activation{kernel.None, kernel.ReLU} {
			out := make([]float32, len(want))
			c.Forward(out, in, k.n, k.h, k.w, act)
			for i, v := range want {
				if act == kernel.ReLU {
					v = max(v, 0)
				}
				if math.Abs(float64(out[i]-v)) > 1e-4 {
					t.Fatalf("%v: output %d is %v, want %v", k, i, out[i], v)
				}
			}
		}
	}
}

func TestConvGradients(t *testing.T) {
	for _, k := range convCases {
		c := k.layer()
		in := normals(newRand(), k.n*k.h*k.w*k.in)
		d := normals(newRand(), k.n*c.OutSize(k.h)*c.OutSize(k.w)*k.out)
		if len(d) == 0 {
			continue
		}
		out, dIn := make([]float32, len(d)), normals(newRand(), len(in)) // to be overwritten
		loss := func() float64 {
			c.Pack()
			c.Forward(out, in, k.n, k.h, k.w, kernel.None)
			return inner(out, d)
		}
		c.Backward(dIn, d, in, k.n, k.h, k.w)
		name := fmt.Sprint(k)
		checkGradient(t, name+" in", in, dIn, loss, 0.25, 1e-3)
		checkGradient(t, name+" weight", c.Weight.Value, c.Weight.Grad, loss, 0.25, 1e-3)
		checkGradient(t, name+" bias", c.Bias.Value, c.Bias.Grad, loss, 0.25, 1e-3)
	}
}

// TestConvReplicas runs replicas in parallel. They share weights and have gradients of
// their own.
func TestConvReplicas(t *testing.T) {
	k := convCase{1, 20, 30, 8, 12, 3, 2, 1}
	c := k.layer()
	in := normals(newRand(), k.n*k.h*k.w*k.in)
	d := normals(newRand(), k.n*c.OutSize(k.h)*c.OutSize(k.w)*k.out)
	want := naiveConv(c, in, k.n, k.h, k.w)
	c.Backward(nil, d, in, k.n, k.h, k.w)
	once := slices.Clone(c.Weight.Grad)
	var group sync.WaitGroup
	for range 4 {
		r := c.Replica()
		group.Go(func() {
			out := make([]float32, len(want))
			for call := range 2 {
				r.Forward(out, in, k.n, k.h, k.w, kernel.None)
				r.Backward(nil, d, in, k.n, k.h, k.w)
				for i, g := range once {
					if w := g * float32(call+1); math.Abs(float64(r.Weight.Grad[i]-w)) > 1e-4 {
						t.Errorf("gradient %d is %v after call %d, want %v", i, r.Weight.Grad[i], call, w)
						return
					}
				}
			}
			if math.Abs(float64(out[7]-want[7])) > 1e-4 {
				t.Errorf("output %v, want %v", out[7], want[7])
			}
		})
	}
	group.Wait()
	if !slices.Equal(c.Weight.Grad, once) {
		t.Error("replicas added to the layer's own gradient")
	}
}
