package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMatMulTransA(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, n := range sizesN {
			for k := 1; k <= 27; k++ {
				testMatMulTransA(t, r, 1+r.IntN(12), k, n)
			}
			testMatMulTransA(t, r, 0, 3, n)
			testMatMulTransA(t, r, 257+r.IntN(300), 1+r.IntN(40), n)
		}
	})
}

func testMatMulTransA(t *testing.T, r *rand.Rand, m, k, n int) {
	t.Helper()
	in, inSame := guardedNormals(t, r, m*k, r.IntN(16))
	dOut, dOutSame := guardedNormals(t, r, m*n, r.IntN(16))
	dw, beside := guarded(t, k*n, r.IntN(16))
	fillNormal(r, dw)
	before := slices.Clone(dw)
	if m%4 == 3 {
		poison(r, in)
		inSame = func() {}
	}
	MatMulTransA(dw, in, dOut, m, k, n)
	inSame()
	dOutSame()
	beside()
	for i, got := range dw {
		var a accumulate
		a.add(before[i], 1)
		for row := range m {
			a.add(in[row*k+i/n], dOut[row*n+i%n])
		}
		if err := a.value(None).check(got); err != nil {
			t.Fatalf("(%d,%d)ᵀ·(%d,%d) at (%d,%d): %v", m, k, m, n, i/n, i%n, err)
		}
	}
}

func TestPackTransposed(t *testing.T) {
	r := newRand()
	for _, k := range sizesN {
		for _, n := range []int{1, 3, 16, 40} {
			w, transposed := make([]float32, k*n), make([]float32, k*n)
			fillNormal(r, w)
			for i := range k {
				for j := range n {
					transposed[j*k+i] = w[i*n+j]
				}
			}
			got, want := PackTransposed(w, k, n), Pack(transposed, n, k)
			if got.K != want.K || got.N != want.N || !slices.Equal(got.data, want.data) {
				t.Fatalf("the transpose of (%d,%d) is packed in another way", k, n)
			}
			fillNormal(r, w)
			got.Set(w)
			if !slices.Equal(got.data, Pack(w, n, k).data) {
				t.Fatalf("set to other weights, (%d,%d) is packed in another way", n, k)
			}
			got.SetTransposed(transposed)
			if !slices.Equal(got.data, PackTransposed(transposed, k, n).data) {
				t.Fatalf("set to the transpose of other weights, (%d,%d) is packed in another way", k, n)
			}
		}
	}
	mustPanic(t, "short weights", func() { PackTransposed(make([]float32, 6), 2, 4) })
	mustPanic(t, "short weights in place", func() { Pack(make([]float32, 8), 2, 4).Set(make([]float32, 6)) })
}

func TestDepthwiseBackwardWeights(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, f := range filters {
			for _, c := range []int{1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 40, 49} {
				for w := 1; w <= 12; w++ {
					testDepthwiseWeights(t, r, 1+r.IntN(2), 1+r.IntN(8), w, c, f.r, f.stride)
				}
			}
		}
	})
}

func testDepthwiseWeights(t *testing.T, r *rand.Rand, n, h, w, c, size, stride int) {
	t.Helper()
	p, q := outSize(h, stride), outSize(w, stride)
	in, inSame := guardedNormals(t, r, n*h*w*c, r.IntN(16))
	dOut, dOutSame := guardedNormals(t, r, n*p*q*c, r.IntN(16))
	dw, beside := guarded(t, size*size*c, r.IntN(16))
	fillNormal(r, dw)
	before := slices.Clone(dw)
	DepthwiseBackwardWeights(dw, dOut, in, n, h, w, c, size, stride)
	inSame()
	dOutSame()
	beside()
	for i, got := range dw {
		channel, kx, ky := i%c, i/c%size, i/c/size
		var a accumulate
		a.add(before[i], 1)
		for at := range n * p * q {
			x, y, image := at%q, at/q%p, at/q/p
			row, col := y*stride+ky-size/2, x*stride+kx-size/2
			if row >= 0 && row < h && col >= 0 && col < w {
				a.add(dOut[at*c+channel], in[((image*h+row)*w+col)*c+channel])
			}
		}
		if err := a.value(None).check(got); err != nil {
			t.Fatalf("%dx%d stride %d on %dx(%d,%d,%d), at (%d,%d) channel %d: %v", size, size, stride, n, h, w, c, ky, kx, channel, err)
		}
	}
}

func TestGradientLengths(t *testing.T) {
	x := make([]float32, 100)
	mustPanic(t, "short dw", func() { MatMulTransA(x[:5], x, x, 2, 2, 3) })
	mustPanic(t, "short in", func() { MatMulTransA(x, x[:3], x, 2, 2, 3) })
	mustPanic(t, "short dOut", func() { MatMulTransA(x, x, x[:5], 2, 2, 3) })
	mustPanic(t, "size 4", func() { DepthwiseBackwardWeights(x, x, x, 1, 2, 2, 1, 4, 1) })
	mustPanic(t, "short filters", func() { DepthwiseBackwardWeights(x[:8], x, x, 1, 2, 2, 1, 3, 1) })
	mustPanic(t, "short outputs", func() { DepthwiseBackwardWeights(x, x[:3], x, 1, 2, 2, 1, 3, 1) })
	mustPanic(t, "short inputs", func() { DepthwiseBackwardWeights(x, x, x[:3], 1, 2, 2, 1, 3, 1) })
}
