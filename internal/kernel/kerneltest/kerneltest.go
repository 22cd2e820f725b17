// Package kerneltest helps to test what has assembly of its own, or calls
// package kernel: with every variant that the processor has, on random data.
package kerneltest

import (
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/kernel"
)

// EachVariant runs a test with each variant that this processor has.
func EachVariant(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	for _, name := range kernel.Variants() {
		t.Run(name, func(t *testing.T) {
			Use(t, name)
			test(t)
		})
	}
}

// Use chooses a variant until the end of the test or benchmark.
func Use(tb testing.TB, name string) {
	tb.Helper()
	before := kernel.Active()
	choose := func(name string) {
		if err := kernel.Use(name); err != nil {
			tb.Fatal(err)
		}
	}
	choose(name)
	tb.Cleanup(func() { choose(before) })
}

// Floats returns n numbers of a normal distribution.
func Floats(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// Bytes returns n bytes below limit.
func Bytes(rng *rand.Rand, n, limit int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.IntN(limit))
	}
	return out
}

// Near fails the test where an element is further from the wanted one than the
// tolerance, or is no number.
func Near(t *testing.T, what string, got, want []float32, tolerance float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range want {
		if off := math.Abs(float64(got[i]) - float64(want[i])); !(off <= float64(tolerance)) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}
