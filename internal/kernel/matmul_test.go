package kernel

import (
	"math/rand/v2"
	"testing"
)

// sizesN are the numbers of columns on both sides of every tile, of N vectors and of panels.
var sizesN = []int{1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 40, 47, 48, 49, 56, 63, 64, 65, 80, 97, 113, 127, 128, 131}

func TestMatMulSmallShapes(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, n := range sizesN {
			for m := 0; m <= 50; m++ {
				testMatMul(t, r, m, 1+r.IntN(12), n)
			}
			for k := range 20 {
				testMatMul(t, r, 1+r.IntN(30), k, n)
			}
		}
	})
}

func TestMatMulLargeShapes(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, s := range [][3]int{{101, 67, 211}, {1, 1280, 256}, {3, 1024, 257}, {16, 256, 64}, {257, 8, 16}, {97, 32, 32}} {
			testMatMul(t, r, s[0], s[1], s[2])
		}
	})
}

func testMatMul(t *testing.T, r *rand.Rand, m, k, n int) {
	t.Helper()
	offset := r.IntN(16)
	in, inSame := guardedNormals(t, r, m*k, offset)
	w, wSame := guardedNormals(t, r, k*n, 0)
	bias, biasSame := guardedNormals(t, r, n, offset/2)
	out, outBeside := guarded(t, m*n, offset/3)
	act := activations[r.IntN(len(activations))]
	if r.IntN(4) == 0 {
		bias = nil
	}
	MatMul(out, in, m, Pack(w, k, n), bias, act)
	inSame()
	wSame()
	biasSame()
	outBeside()
	checkMatMul(t, out, in, m, k, n, w, bias, act)
}

func checkMatMul(t *testing.T, out, in []float32, m, k, n int, w, bias []float32, act Activation) {
	t.Helper()
	for i := range m {
		for j := range n {
			var a accumulate
			if bias != nil {
				a.add(bias[j], 1)
			}
			for l := range k {
				a.add(in[i*k+l], w[l*n+j])
			}
			if err := a.value(act).check(out[i*n+j]); err != nil {
				t.Fatalf("(%d,%d)·(%d,%d), activation %d, at (%d,%d): %v", m, k, k, n, act, i, j, err)
			}
		}
	}
}

func TestMatMulNonFinite(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, n := range sizesN {
			for _, act := range activations {
				m, k := 1+r.IntN(40), 1+r.IntN(9)
				in, w, bias, out := make([]float32, m*k), make([]float32, k*n), make([]float32, n), make([]float32, m*n)
				fillNormal(r, in)
				fillNormal(r, w)
				poison(r, in)
				MatMul(out, in, m, Pack(w, k, n), bias, act)
				checkMatMul(t, out, in, m, k, n, w, bias, act)
			}
		}
	})
}

// TestMatMulRowsAreIndependent computes rows alone and together. The bits must agree, so that an image has the same
// embedding in every batch.
func TestMatMulRowsAreIndependent(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		const m, k = 29, 70
		for _, n := range []int{8, 16, 32, 48, 64, 100, 256} {
			in, w, out, alone := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n), make([]float32, n)
			fillNormal(r, in)
			fillNormal(r, w)
			packed := Pack(w, k, n)
			MatMul(out, in, m, packed, nil, HardSwish)
			for i := range m {
				MatMul(alone, in[i*k:], 1, packed, nil, HardSwish)
				for j, v := range alone {
					if v != out[i*n+j] {
						t.Fatalf("n = %d, row %d, column %d: alone %g, together %g", n, i, j, v, out[i*n+j])
					}
				}
			}
		}
	})
}

func TestMatMulLengths(t *testing.T) {
	w := Pack(make([]float32, 6), 2, 3)
	six := make([]float32, 6)
	mustPanic(t, "short out", func() { MatMul(six[:5], six, 2, w, nil, None) })
	mustPanic(t, "short in", func() { MatMul(six, six[:3], 2, w, nil, None) })
	mustPanic(t, "short bias", func() { MatMul(six, six, 2, w, six[:2], None) })
	mustPanic(t, "negative m", func() { MatMul(six, six, -1, w, nil, None) })
	mustPanic(t, "short weights", func() { Pack(six, 2, 4) })
}
