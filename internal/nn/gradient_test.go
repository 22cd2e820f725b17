package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/kernel"
)

// Every backward pass is compared with central differences of the forward pass.
// The loss is a fixed random combination of the outputs, whose gradient by the
// outputs is that combination.

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func normals(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// inner is the loss: the inner product of outputs and their given gradients.
func inner(a, b []float32) float64 {
	s := 0.0
	for i, v := range a {
		s += float64(v) * float64(b[i])
	}
	return s
}

// checkGradient compares grad with central differences of loss by 60 of the values. They
// must agree within tolerance of the largest gradient. Values near a kink, where half the
// step gives another difference, are left out; there may be few of them.
func checkGradient(t *testing.T, what string, values, grad []float32, loss func() float64, step, tolerance float64) {
	t.Helper()
	largest := 0.0
	for _, g := range grad {
		largest = max(largest, math.Abs(float64(g)))
	}
	if !(largest > 0) || math.IsInf(largest, 0) {
		t.Fatalf("%s: largest gradient is %v", what, largest)
	}
	const places = 60
	rng, kinks := newRand(), 0
	for range places {
		i := rng.IntN(len(values))
		want := difference(&values[i], loss, step)
		if math.Abs(want-difference(&values[i], loss, step/2)) > tolerance*largest/2 {
			kinks++
			continue
		}
		if got := float64(grad[i]); !(math.Abs(got-want) <= tolerance*largest) {
			t.Fatalf("%s[%d]: gradient %g, by differences %g (largest %g)", what, i, got, want, largest)
		}
	}
	if kinks > places/4 {
		t.Errorf("%s: %d of %d places are near a kink", what, kinks, places)
	}
}

// difference is the central difference of loss by a value.
func difference(value *float32, loss func() float64, step float64) float64 {
	old := *value
	defer func() { *value = old }()
	*value = old + float32(step)
	above := loss()
	*value = old - float32(step)
	return (above - loss()) / (2 * step)
}

func TestLinearGradients(t *testing.T) {
	for _, c := range []struct{ rows, in, out int }{{1, 1, 1}, {5, 3, 7}, {33, 64, 16}, {16, 17, 65}} {
		rng := newRand()
		l := NewLinear(c.in, c.out).AddBias()
		l.InitUniform(rng)
		in, d := normals(rng, c.rows*c.in), normals(rng, c.rows*c.out)
		out, dIn := make([]float32, len(d)), make([]float32, len(in))
		loss := func() float64 {
			l.Pack()
			l.Forward(out, in, c.rows)
			return inner(out, d)
		}
		loss()
		l.Backward(dIn, d, in, c.rows)
		name := fmt.Sprint(c)
		checkGradient(t, name+" in", in, dIn, loss, 0.25, 1e-4)
		checkGradient(t, name+" weight", l.Weight.Value, l.Weight.Grad, loss, 0.25, 1e-4)
		checkGradient(t, name+" bias", l.Bias.Value, l.Bias.Grad, loss, 0.25, 1e-4)
	}
}

func TestDepthwiseGradients(t *testing.T) {
	for _, size := range []int{3, 5} {
		for _, stride := range []int{1, 2} {
			for _, c := range []struct{ n, h, w, channels int }{{1, 1, 1, 1}, {2, 4, 4, 8}, {1, 5, 7, 3}, {2, 6, 3, 17}, {1, 2, 9, 16}} {
				rng := newRand()
				l := NewDepthwise(c.channels, size, stride)
				l.InitFanOut(rng)
				in := normals(rng, c.n*c.h*c.w*c.channels)
				d := normals(rng, c.n*l.OutSize(c.h)*l.OutSize(c.w)*c.channels)
				out, dIn := make([]float32, len(d)), make([]float32, len(in))
				loss := func() float64 {
					l.Forward(out, in, c.n, c.h, c.w)
					return inner(out, d)
				}
				l.Backward(dIn, d, in, c.n, c.h, c.w)
				name := fmt.Sprintf("%d/%d %v", size, stride, c)
				checkGradient(t, name+" in", in, dIn, loss, 0.25, 1e-4)
				checkGradient(t, name+" weight", l.Weight.Value, l.Weight.Grad, loss, 0.25, 1e-4)
			}
		}
	}
}

func TestStemGradients(t *testing.T) {
	for _, c := range []struct{ n, h, w, out int }{{1, 1, 1, 1}, {2, 4, 6, 8}, {1, 5, 7, 3}, {1, 2, 2, 24}} {
		rng := newRand()
		l := NewStem(c.out)
		l.InitFanOut(rng)
		in, d := make([]byte, c.n*c.h*c.w*3), normals(rng, c.n*((c.h+1)/2)*((c.w+1)/2)*c.out)
		for i := range in {
			in[i] = byte(rng.IntN(256))
		}
		out := make([]float32, len(d))
		l.Backward(d, in, c.n, c.h, c.w)
		checkGradient(t, fmt.Sprint(c), l.Weight.Value, l.Weight.Grad, func() float64 {
			l.Pack()
			l.Forward(out, in, c.n, c.h, c.w)
			return inner(out, d)
		}, 0.25, 1e-4)
	}
}

// TestBatchNormGradients passes the batch in uneven pieces, as the network does.
func TestBatchNormGradients(t *testing.T) {
	for _, act := range []kernel.Activation{kernel.None, kernel.HardSwish} {
		for _, c := range []struct{ rows, channels int }{{4, 3}, {7, 1}, {40, 17}, {64, 8}} {
			rng := newRand()
			l := NewBatchNorm(c.channels, act)
			l.Gain.fillNormal(rng, 2)
			l.Bias.fillNormal(rng, 2)
			x, d := normals(rng, c.rows*c.channels), normals(rng, c.rows*c.channels)
			for i := range x {
				x[i] = x[i]*3 + 1
			}
			y, dx := make([]float32, len(x)), make([]float32, len(x))
			pieces := func(f func(from, to, rows int)) {
				cut := c.rows / 3
				f(0, cut*c.channels, cut)
				f(cut*c.channels, len(x), c.rows-cut)
			}
			loss := func() float64 {
				l.Begin()
				pieces(func(from, to, rows int) { l.Accumulate(x[from:to], rows) })
				l.End()
				pieces(func(from, to, rows int) { l.Apply(y[from:to], x[from:to], rows) })
				return inner(y, d)
			}
			loss()
			pieces(func(from, to, rows int) { l.BackwardActivation(dx[from:to], d[from:to], x[from:to], rows) })
			l.EndBackward()
			pieces(func(from, to, rows int) { l.BackwardInput(dx[from:to], dx[from:to], x[from:to], rows) })
			name := fmt.Sprint(act, c)
			checkGradient(t, name+" gain", l.Gain.Value, l.Gain.Grad, loss, 1e-2, 5e-3)
			checkGradient(t, name+" bias", l.Bias.Value, l.Bias.Grad, loss, 1e-2, 5e-3)
			checkGradient(t, name+" x", x, dx, loss, 1e-2, 1e-2)
		}
	}
}

func TestLayerNormGradients(t *testing.T) {
	for _, c := range []struct{ rows, channels int }{{1, 2}, {3, 17}, {8, 64}} {
		rng := newRand()
		l := NewLayerNorm(c.channels)
		l.Gain.fillNormal(rng, 1)
		l.Bias.fillNormal(rng, 1)
		x, d := normals(rng, c.rows*c.channels), normals(rng, c.rows*c.channels)
		for i := range x {
			x[i] = x[i]*2 - 5
		}
		y, dx := make([]float32, len(x)), make([]float32, len(x))
		loss := func() float64 {
			l.Forward(y, x, c.rows)
			return inner(y, d)
		}
		l.Backward(dx, d, x, c.rows)
		name := fmt.Sprint(c)
		checkGradient(t, name+" gain", l.Gain.Value, l.Gain.Grad, loss, 0.1, 1e-3)
		checkGradient(t, name+" bias", l.Bias.Value, l.Bias.Grad, loss, 0.1, 1e-3)
		if c.channels > 2 { // a row of two is ±1 whatever it holds
			checkGradient(t, name+" x", x, dx, loss, 2e-2, 1e-2)
		}
	}
}

func TestSqueezeExciteGradients(t *testing.T) {
	for _, c := range []struct{ n, hw, channels int }{{1, 1, 8}, {3, 5, 8}, {2, 16, 40}} {
		rng := newRand()
		l := NewSqueezeExcite(c.channels)
		for _, part := range []*Linear{l.Reduce, l.Expand} {
			part.Weight.fillNormal(rng, 0.5)
			part.Bias.fillNormal(rng, 0.5)
		}
		x, d := normals(rng, c.n*c.hw*c.channels), normals(rng, c.n*c.hw*c.channels)
		y := make([]float32, len(x))
		var gate Gate
		loss := func() float64 {
			l.Pack()
			copy(y, x)
			l.Forward(y, c.n, c.hw, &gate)
			return inner(y, d)
		}
		loss()
		dx := append([]float32(nil), d...)
		l.Backward(dx, x, c.n, c.hw, &gate)
		name := fmt.Sprint(c)
		const step, tolerance = 2e-3, 2e-2 // many kinks, so small steps
		checkGradient(t, name+" x", x, dx, loss, step, tolerance)
		checkGradient(t, name+" reduce", l.Reduce.Weight.Value, l.Reduce.Weight.Grad, loss, step, tolerance)
		checkGradient(t, name+" reduce bias", l.Reduce.Bias.Value, l.Reduce.Bias.Grad, loss, step, tolerance)
		checkGradient(t, name+" expand", l.Expand.Weight.Value, l.Expand.Weight.Grad, loss, step, tolerance)
		checkGradient(t, name+" expand bias", l.Expand.Bias.Value, l.Expand.Bias.Grad, loss, step, tolerance)
	}
}

func TestAdaptivePoolGradients(t *testing.T) {
	for _, c := range []struct{ n, h, w, channels, out int }{{1, 3, 3, 2, 4}, {2, 5, 5, 3, 4}, {1, 8, 7, 8, 4}, {2, 4, 6, 5, 1}} {
		rng := newRand()
		p := AdaptivePool{Channels: c.channels, Out: c.out}
		in, d := normals(rng, c.n*c.h*c.w*c.channels), normals(rng, c.n*c.out*c.out*c.channels)
		out, dIn := make([]float32, len(d)), make([]float32, len(in))
		p.Backward(dIn, d, c.n, c.h, c.w)
		checkGradient(t, fmt.Sprint(c), in, dIn, func() float64 {
			p.Forward(out, in, c.n, c.h, c.w)
			return inner(out, d)
		}, 0.25, 1e-4)
	}
}

// TestGradientsAccumulate calls Backward twice and expects twice the gradient,
// and a replica's to be its own.
func TestGradientsAccumulate(t *testing.T) {
	rng := newRand()
	l := NewLinear(4, 3)
	l.InitUniform(rng)
	l.Pack()
	in, d := normals(rng, 8), normals(rng, 6)
	l.Backward(nil, d, in, 2)
	once := append([]float32(nil), l.Weight.Grad...)
	l.Backward(nil, d, in, 2)
	r := l.Replica()
	r.Backward(nil, d, in, 2)
	for i, g := range once {
		if math.Abs(float64(l.Weight.Grad[i]-2*g)) > 1e-5 || r.Weight.Grad[i] != g {
			t.Fatalf("after one call %g, after two %g, in the replica %g", g, l.Weight.Grad[i], r.Weight.Grad[i])
		}
	}
}

// TestBatchNormRunningStatistics checks PyTorch's rule on numbers worked out by
// hand: x = 1, 3, 5, mean 3, biased variance 8/3, unbiased 4.
func TestBatchNormRunningStatistics(t *testing.T) {
	l := NewBatchNorm(1, kernel.None)
	l.Begin()
	l.Accumulate([]float32{1, 3, 5}, 3)
	l.End()
	if m, v := l.Mean[0], l.Var[0]; math.Abs(float64(m)-0.3) > 1e-6 || math.Abs(float64(v)-1.3) > 1e-6 {
		t.Errorf("running mean %v and variance %v, want 0.3 and 1.3", m, v)
	}
	y := make([]float32, 3)
	l.Apply(y, []float32{1, 3, 5}, 3)
	if want := 2 / math.Sqrt(8./3+NormEps); math.Abs(float64(y[2])-want) > 1e-6 || y[1] != 0 {
		t.Errorf("normalised to %v, want 0 and ±%v", y, want)
	}
}
