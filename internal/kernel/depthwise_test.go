package kernel

import (
	"math/rand/v2"
	"testing"
)

// filters are the kinds of depthwise convolution.
var filters = []struct{ r, stride int }{{3, 1}, {3, 2}, {5, 1}, {5, 2}}

func TestDepthwise(t *testing.T) {
	channels := []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 48, 49, 67}
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, f := range filters {
			for _, c := range channels {
				for w := 1; w <= 21; w++ {
					testDepthwise(t, r, 1+r.IntN(2), 1+r.IntN(9), w, c, f.r, f.stride, false)
				}
				for h := 1; h <= 7; h++ {
					testDepthwise(t, r, 1, h, 1+r.IntN(40), c, f.r, f.stride, false)
				}
			}
			for _, w := range []int{31, 32, 33, 34, 47, 48, 64, 71} {
				testDepthwise(t, r, 1, 5, w, 8, f.r, f.stride, false)
			}
		}
	})
}

func TestDepthwiseNonFinite(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, f := range filters {
			for _, c := range []int{3, 8, 16, 20} {
				testDepthwise(t, r, 1, 6, 19, c, f.r, f.stride, true)
			}
		}
	})
}

func testDepthwise(t *testing.T, r *rand.Rand, n, h, w, c, size, stride int, poisoned bool) {
	t.Helper()
	offset := r.IntN(16)
	p, q := outSize(h, stride), outSize(w, stride)
	in, inSame := guardedNormals(t, r, n*h*w*c, offset)
	weights, weightsSame := guardedNormals(t, r, size*size*c, offset/2)
	bias, biasSame := guardedNormals(t, r, c, offset/3)
	out, outBeside := guarded(t, n*p*q*c, offset/4)
	act := activations[r.IntN(len(activations))]
	if r.IntN(4) == 0 {
		bias = nil
	}
	if poisoned {
		poison(r, in)
	}
	Depthwise(out, in, n, h, w, c, weights, size, stride, bias, act)
	if !poisoned {
		inSame()
	}
	weightsSame()
	biasSame()
	outBeside()
	checkDepthwise(t, out, in, [4]int{n, h, w, c}, weights, size, stride, bias, act)
}

// checkDepthwise compares out with the definition, output by output.
func checkDepthwise(t *testing.T, out, in []float32, shape [4]int, weights []float32, size, stride int, bias []float32, act Activation) {
	t.Helper()
	h, w, c := shape[1], shape[2], shape[3]
	p, q := outSize(h, stride), outSize(w, stride)
	for i, got := range out {
		channel, x, y, image := i%c, i/c%q, i/c/q%p, i/c/q/p
		var a accumulate
		if bias != nil {
			a.add(bias[channel], 1)
		}
		for ky := range size {
			for kx := range size {
				row, col := y*stride+ky-size/2, x*stride+kx-size/2
				if row >= 0 && row < h && col >= 0 && col < w {
					a.add(in[((image*h+row)*w+col)*c+channel], weights[(ky*size+kx)*c+channel])
				}
			}
		}
		if err := a.value(act).check(got); err != nil {
			t.Fatalf("%dx%d stride %d on %v, activation %d, at image %d (%d,%d) channel %d: %v", size, size, stride, shape, act, image, y, x, channel, err)
		}
	}
}

func TestDepthwiseArguments(t *testing.T) {
	x := make([]float32, 100)
	mustPanic(t, "size 4", func() { Depthwise(x, x, 1, 2, 2, 1, x, 4, 1, nil, None) })
	mustPanic(t, "stride 3", func() { Depthwise(x, x, 1, 2, 2, 1, x, 3, 3, nil, None) })
	mustPanic(t, "short weights", func() { Depthwise(x, x, 1, 2, 2, 3, x[:26], 3, 1, nil, None) })
	mustPanic(t, "short in", func() { Depthwise(x, x[:11], 1, 2, 2, 3, x, 3, 1, nil, None) })
	mustPanic(t, "short out", func() { Depthwise(x[:11], x, 1, 2, 2, 3, x, 3, 1, nil, None) })
	mustPanic(t, "short bias", func() { Depthwise(x, x, 1, 2, 2, 3, x, 3, 1, x[:2], None) })
}
