package kernel

import (
	"math/rand/v2"
	"testing"
)

// lengths reaches past three times every vector and unrolled loop, with some primes.
func lengths() []int {
	var all []int
	for n := range 3*64 + 2 {
		all = append(all, n)
	}
	return append(all, 256, 509, 1021, 4099)
}

func TestDot(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, n := range lengths() {
			a, aSame := guardedNormals(t, r, n, r.IntN(16))
			b, bSame := guardedNormals(t, r, n, r.IntN(16))
			got := Dot(a, b)
			aSame()
			bSame()
			if err := exactDot(a, b).check(got); err != nil {
				t.Fatalf("n = %d: %v", n, err)
			}
			poison(r, a)
			if err := exactDot(a, b).check(Dot(a, b)); err != nil {
				t.Fatalf("n = %d, not finite: %v", n, err)
			}
		}
	})
	mustPanic(t, "lengths", func() { Dot(make([]float32, 2), make([]float32, 3)) })
}

func exactDot(a, b []float32) value {
	var sum accumulate
	for i := range a {
		sum.add(a[i], b[i])
	}
	return sum.value(None)
}

func TestDotBlock(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, dim := range lengths() {
			n := r.IntN(12)
			probe, probeSame := guardedNormals(t, r, dim, r.IntN(16))
			refs, refsSame := guardedNormals(t, r, n*dim, r.IntN(16))
			out, beside := guarded(t, n, r.IntN(16))
			if dim%7 == 0 {
				poison(r, refs)
				refsSame = func() {}
			}
			DotBlock(out, probe, refs, dim)
			probeSame()
			refsSame()
			beside()
			for i, got := range out {
				if err := exactDot(probe, refs[i*dim:][:dim]).check(got); err != nil {
					t.Fatalf("dim = %d, reference %d of %d: %v", dim, i, n, err)
				}
			}
		}
	})
	x := make([]float32, 6)
	mustPanic(t, "short probe", func() { DotBlock(x[:1], x[:2], x, 3) })
	mustPanic(t, "short refs", func() { DotBlock(x[:2], x, x[:5], 3) })
}

func TestDotBlockInt8(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for _, dim := range append(lengths(), maxDimInt8) {
			n := r.IntN(12)
			probe, refs := guardedBytes(r, dim), guardedBytes(r, n*dim)
			out := make([]int32, n+2)
			DotBlockInt8(out[1:n+1], probe, refs, dim)
			if out[0] != 0 || out[n+1] != 0 {
				t.Fatalf("dim = %d: wrote beside %d results", dim, n)
			}
			for i, got := range out[1 : n+1] {
				var want int32
				for j, v := range probe {
					want += int32(v) * int32(refs[i*dim+j])
				}
				if got != want {
					t.Fatalf("dim = %d, reference %d of %d: got %d, want %d", dim, i, n, got, want)
				}
			}
		}
	})
	x, out := make([]int8, 6), make([]int32, 2)
	mustPanic(t, "short probe", func() { DotBlockInt8(out, x[:2], x, 3) })
	mustPanic(t, "short refs", func() { DotBlockInt8(out, x, x[:5], 3) })
	mustPanic(t, "dim", func() { DotBlockInt8(out, x, x, maxDimInt8+1) })
}

// guardedBytes returns n bytes at an odd place among others, with many of the extremes.
func guardedBytes(r *rand.Rand, n int) []int8 {
	all := make([]int8, n+64)
	for i := range all {
		all[i] = int8(r.Uint32())
		if r.IntN(4) == 0 {
			all[i] = -128 + int8(r.IntN(2)*255)
		}
	}
	from := 1 + r.IntN(31)
	return all[from : from+n : from+n]
}
