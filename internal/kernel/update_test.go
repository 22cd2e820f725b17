package kernel

import (
	"math"
	"testing"
)

func TestAddScaled(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for n := range 70 {
			x, xSame := guardedNormals(t, r, n, r.IntN(16))
			before, beforeSame := guardedNormals(t, r, n, 0)
			y, beside := guarded(t, n, r.IntN(16))
			copy(y, before)
			s := float32(r.NormFloat64())
			AddScaled(y, x, s)
			xSame()
			beforeSame()
			beside()
			for i, got := range y {
				var a accumulate
				a.add(x[i], s)
				a.add(before[i], 1)
				if err := a.value(None).check(got); err != nil {
					t.Fatalf("n = %d, at %d: %v", n, i, err)
				}
			}
		}
	})
}

// adamW64 is one value's step in float64.
func adamW64(value, grad, first, second float64, s AdamWStep) (v, m, q float64) {
	g := grad * float64(s.Scale)
	m = float64(s.Beta1)*first + (1-float64(s.Beta1))*g
	q = float64(s.Beta2)*second + (1-float64(s.Beta2))*g*g
	return value*float64(s.Keep) - float64(s.Rate)*m/(float64(s.Root)*math.Sqrt(q)+float64(s.Epsilon)), m, q
}

func TestAdamW(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		s := AdamWStep{Scale: 0.5, Beta1: 0.9, Beta2: 0.99, Root: 3, Epsilon: 1e-8, Rate: 0.01, Keep: 0.999}
		for n := range 70 {
			grad, gradSame := guardedNormals(t, r, n, r.IntN(16))
			value, valueBeside := guarded(t, n, r.IntN(16))
			first, firstBeside := guarded(t, n, r.IntN(16))
			second, secondBeside := guarded(t, n, r.IntN(16))
			fillNormal(r, value)
			fillNormal(r, first)
			want := make([][3]float64, n)
			for i := range n {
				second[i] = float32(math.Abs(r.NormFloat64()))
				want[i][0], want[i][1], want[i][2] = adamW64(float64(value[i]), float64(grad[i]), float64(first[i]), float64(second[i]), s)
			}
			AdamW(value, grad, first, second, s)
			gradSame()
			valueBeside()
			firstBeside()
			secondBeside()
			for i := range n {
				for k, got := range []float32{value[i], first[i], second[i]} {
					// Ten roundings of values that are at most a few times as large.
					if math.Abs(float64(got)-want[i][k]) > 40*epsilon*(1+math.Abs(want[i][k])) {
						t.Fatalf("n = %d, at %d: result %d is %g, want %g", n, i, k, got, want[i][k])
					}
				}
			}
		}
	})
}

func TestSoftmaxTerms(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 15, 16, 33, 4000} {
			x, xBeside := guarded(t, n, 3)
			shift, shiftSame := guardedNormals(t, newRand(), n, 5)
			sum, sumBeside := guarded(t, n, 7)
			scale := float32(2)
			want := make([]float64, n)
			for i := range n {
				x[i], sum[i] = float32(i%100-50), 1
				want[i] = math.Exp(min(max(float64(scale*x[i]-shift[i]), -87), 88))
			}
			SoftmaxTerms(x, shift, sum, scale)
			xBeside()
			shiftSame()
			sumBeside()
			for i, got := range x {
				// The exponent's own rounding counts as often as its size.
				if bound := want[i] * (3e-7 + 2*epsilon*100); math.Abs(float64(got)-want[i]) > bound {
					t.Fatalf("n = %d, at %d: got %g, want %g", n, i, got, want[i])
				}
				if sum[i] != got+1 {
					t.Fatalf("n = %d, at %d: sum %g of %g and 1", n, i, sum[i], got)
				}
			}
		}
	})
}

func TestExpIsExactToAFewUnits(t *testing.T) {
	for x := float32(-87); x < 88; x += 0.00371 {
		if got, want := float64(exp(x)), math.Exp(float64(x)); math.Abs(got-want) > 2.5e-7*want {
			t.Fatalf("e^%v: got %v, want %v", x, got, want)
		}
	}
}
