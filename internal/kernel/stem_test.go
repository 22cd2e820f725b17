package kernel

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestStem(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, k := range []int{1, 3, 7, 8, 9, 15, 16, 17, 24, 32} {
			for w := 1; w <= 36; w++ {
				testStem(t, r, 1+r.IntN(2), 1+r.IntN(7), w, k)
			}
			for _, w := range []int{63, 64, 65, 66, 97, 128, 129, 131} {
				testStem(t, r, 1, 4, w, k)
			}
		}
		testStem(t, r, 1, 3, 700, 8)
	})
}

func testStem(t *testing.T, r *rand.Rand, n, h, w, k int) {
	t.Helper()
	offset := r.IntN(16)
	p, q := outSize(h, 2), outSize(w, 2)
	// Bytes beside the image are 255, which would show in the result.
	all := bytes.Repeat([]byte{255}, n*h*w*3+128)
	in := all[64:][:n*h*w*3]
	for i := range in {
		in[i] = byte(r.Uint32())
	}
	before := bytes.Clone(all)
	weights, weightsSame := guardedNormals(t, r, 27*k, offset)
	bias, biasSame := guardedNormals(t, r, k, offset/2)
	out, outBeside := guarded(t, n*p*q*k, offset/3)
	act := activations[r.IntN(len(activations))]
	if r.IntN(4) == 0 {
		bias = nil
	}
	Stem(out, in, n, h, w, weights, k, bias, act)
	weightsSame()
	biasSame()
	outBeside()
	if !bytes.Equal(all, before) {
		t.Fatal("input changed")
	}
	checkStem(t, out, in, h, w, weights, k, bias, act)
}

// checkStem compares out with the definition, output by output.
func checkStem(t *testing.T, out []float32, in []byte, h, w int, weights []float32, k int, bias []float32, act Activation) {
	t.Helper()
	p, q := outSize(h, 2), outSize(w, 2)
	for i, got := range out {
		channel, x, y, image := i%k, i/k%q, i/k/q%p, i/k/q/p
		var a accumulate
		if bias != nil {
			a.add(bias[channel], 1)
		}
		for tap := range 27 {
			row, col := y*2+tap/9-1, x*2+tap/3%3-1
			if row >= 0 && row < h && col >= 0 && col < w {
				a.add(float32(in[((image*h+row)*w+col)*3+tap%3]), weights[tap*k+channel])
			}
		}
		if err := a.value(act).check(got); err != nil {
			t.Fatalf("%dx%d, %d outputs, activation %d, at image %d (%d,%d) channel %d: %v", h, w, k, act, image, y, x, channel, err)
		}
	}
}

func TestStemLengths(t *testing.T) {
	x, in := make([]float32, 54), make([]byte, 12)
	mustPanic(t, "short weights", func() { Stem(x, in, 1, 2, 2, x[:53], 2, nil, None) })
	mustPanic(t, "short in", func() { Stem(x, in[:11], 1, 2, 2, x, 2, nil, None) })
	mustPanic(t, "short out", func() { Stem(x[:1], in, 1, 2, 2, x, 2, nil, None) })
	mustPanic(t, "short bias", func() { Stem(x, in, 1, 2, 2, x, 2, x[:1], None) })
}
