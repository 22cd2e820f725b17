package kernel

import "testing"

func TestGlobalAverage(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for c := 1; c <= 70; c++ {
			for _, hw := range []int{1, 2, 3, 9, 16, 25} {
				n := 1 + r.IntN(2)
				in, inSame := guardedNormals(t, r, n*hw*c, r.IntN(16))
				out, outBeside := guarded(t, n*c, r.IntN(16))
				if c%5 == 0 {
					poison(r, in)
				} else {
					defer inSame()
				}
				GlobalAverage(out, in, n, hw, c)
				outBeside()
				for i, got := range out {
					var a accumulate
					for p := range hw {
						a.add(in[(i/c*hw+p)*c+i%c], 1)
					}
					a.sum /= float64(hw)
					a.magnitude /= float64(hw)
					if err := a.value(None).check(got); err != nil {
						t.Fatalf("hw = %d, c = %d, at %d: %v", hw, c, i, err)
					}
				}
			}
		}
	})
}

func TestScaleChannels(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for c := 1; c <= 70; c++ {
			for _, hw := range []int{1, 2, 3, 16} {
				n := 1 + r.IntN(2)
				before, beforeSame := guardedNormals(t, r, n*hw*c, 0)
				s, sSame := guardedNormals(t, r, n*c, r.IntN(16))
				x, beside := guarded(t, n*hw*c, r.IntN(16))
				copy(x, before)
				ScaleChannels(x, n, hw, c, s)
				beforeSame()
				sSame()
				beside()
				for i, got := range x {
					if want := before[i] * s[i/c/hw*c+i%c]; got != want {
						t.Fatalf("hw = %d, c = %d, at %d: got %g, want %g", hw, c, i, got, want)
					}
				}
			}
		}
	})
}

func TestPoolEmpty(t *testing.T) {
	out := []float32{7, 7}
	GlobalAverage(out, nil, 1, 0, 2)
	if out[0] != 0 || out[1] != 0 {
		t.Errorf("the average of nothing is %v, want zeros", out)
	}
	ScaleChannels(nil, 3, 0, 0, nil)
	x := make([]float32, 6)
	mustPanic(t, "short in", func() { GlobalAverage(x, x[:5], 1, 2, 3) })
	mustPanic(t, "short out", func() { GlobalAverage(x[:2], x, 1, 2, 3) })
	mustPanic(t, "short factors", func() { ScaleChannels(x, 1, 2, 3, x[:2]) })
	mustPanic(t, "short x", func() { ScaleChannels(x[:5], 1, 2, 3, x) })
}
