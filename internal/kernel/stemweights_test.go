package kernel

import "testing"

func TestStemBackwardWeights(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, k := range []int{1, 7, 8, 11, 16, 24} {
			for _, size := range [][2]int{{1, 1}, {2, 3}, {5, 4}, {7, 9}, {16, 17}, {12, 40}} {
				h, w, n := size[0], size[1], 1+r.IntN(2)
				p, q := outSize(h, 2), outSize(w, 2)
				in := make([]byte, n*h*w*3)
				for i := range in {
					in[i] = byte(r.IntN(256))
				}
				dOut, same := guardedNormals(t, r, n*p*q*k, r.IntN(16))
				before, _ := guardedNormals(t, r, 27*k, 0)
				dw, beside := guarded(t, 27*k, r.IntN(16))
				copy(dw, before)
				StemBackwardWeights(dw, dOut, in, n, h, w, k, nil)
				same()
				beside()
				for i, got := range dw {
					tap, output := i/k, i%k
					row, column, colour := tap/9, tap/3%3, tap%3
					var a accumulate
					a.add(before[i], 1)
					for at := range n * p * q {
						y, x := 2*(at/q%p)+row-1, 2*(at%q)+column-1
						if y >= 0 && y < h && x >= 0 && x < w {
							a.add(dOut[at*k+output], float32(in[((at/(p*q)*h+y)*w+x)*3+colour]))
						}
					}
					if err := a.value(None).check(got); err != nil {
						t.Fatalf("k = %d, %d x %d, at %d: %v", k, h, w, i, err)
					}
				}
			}
		}
	})
}
