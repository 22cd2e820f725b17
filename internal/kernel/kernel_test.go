package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// epsilon is the unit roundoff of float32.
const epsilon = 1.0 / (1 << 24)

var activations = []Activation{None, ReLU, HardSwish, HardSigmoid}

// testVariants runs f once per variant. A variant that the processor should have is in the list, or
// TestVariantsAreThere fails.
func testVariants(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for _, name := range Variants() {
		t.Run(name, func(t *testing.T) {
			use(t, name)
			f(t)
		})
	}
}

// use chooses a variant until the end of the test.
func use(tb testing.TB, name string) {
	tb.Helper()
	before := Active()
	if err := Use(name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := Use(before); err != nil {
			tb.Fatal(err)
		}
	})
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// canary is a NaN that no computation makes, so that a read of it shows in the result and a write over it in the check.
var canary = math.Float32frombits(0x7fc0beef)

// guarded returns n floats, offset floats after a cache line, and a function that fails the test if anything was written
// outside of them.
func guarded(t *testing.T, n, offset int) ([]float32, func()) {
	t.Helper()
	const margin = 96
	all := Floats(n + offset + 2*margin)
	for i := range all {
		all[i] = canary
	}
	from := margin + offset
	return all[from : from+n : from+n], func() {
		t.Helper()
		for i, v := range all {
			if (i < from || i >= from+n) && math.Float32bits(v) != math.Float32bits(canary) {
				t.Fatalf("wrote %g at %d beside a slice of %d", v, i-from, n)
			}
		}
	}
}

// guardedNormals returns n normally distributed floats between canaries, and a check that nothing changed.
func guardedNormals(t *testing.T, r *rand.Rand, n, offset int) ([]float32, func()) {
	t.Helper()
	x, beside := guarded(t, n, offset)
	fillNormal(r, x)
	before := slices.Clone(x)
	return x, func() {
		t.Helper()
		beside()
		for i, v := range x {
			if math.Float32bits(v) != math.Float32bits(before[i]) {
				t.Fatalf("input changed at %d: %g, was %g", i, v, before[i])
			}
		}
	}
}

func fillNormal(r *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
}

// poison puts NaN, infinities and a denormal at random places of x.
func poison(r *rand.Rand, x []float32) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e-40} {
		if len(x) > 0 {
			x[r.IntN(len(x))] = float32(v)
		}
	}
}

// value is an exact result with the bound on the error of a float32 computation of it.
type value struct{ exact, bound float64 }

// accumulate is a sum of products with the sum of their magnitudes.
type accumulate struct {
	sum, magnitude float64
	terms          int
}

func (a *accumulate) add(x, y float32) {
	p := float64(x) * float64(y)
	a.sum += p
	a.magnitude += math.Abs(p)
	a.terms++
}

// value applies act. Any order of summation of n products is within n*eps of the sum of magnitudes (Higham 2002,
// section 3.1); the slope of the activations is at most 3/2, and each of their own four roundings is one of a value
// of at most |x|+1.
func (a *accumulate) value(act Activation) value {
	x := a.sum
	t := min(max(x/6+0.5, 0), 1)
	y := map[Activation]float64{None: x, ReLU: max(x, 0), HardSwish: x * t, HardSigmoid: t}[act]
	return value{y, 1.5*float64(a.terms+1)*epsilon*a.magnitude + 4*epsilon*(math.Abs(x)+1)}
}

// check compares a result with the exact one. NaN must equal NaN, and an infinity the same infinity.
func (v value) check(got float32) error {
	switch {
	case math.IsNaN(v.exact):
		if got == got {
			return fmt.Errorf("got %g, want NaN", got)
		}
	case math.IsInf(v.exact, 0):
		if float64(got) != v.exact {
			return fmt.Errorf("got %g, want %g", got, v.exact)
		}
	case !(math.Abs(float64(got)-v.exact) <= v.bound):
		return fmt.Errorf("got %g, want %g within %g", got, v.exact, v.bound)
	}
	return nil
}

// mustPanic runs f, which has to panic.
func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	f()
}

func TestUse(t *testing.T) {
	before := Active()
	defer func() {
		if err := Use(before); err != nil {
			t.Fatal(err)
		}
	}()
	for _, name := range Variants() {
		if err := Use(name); err != nil || Active() != name {
			t.Errorf("Use(%q) = %v, active is %q", name, err, Active())
		}
	}
	if err := Use("sse9"); err == nil {
		t.Error("Use of an unknown variant gave no error")
	}
	if Variants()[0] != "generic" {
		t.Errorf("Variants() = %v, want generic first", Variants())
	}
}

func TestStartVariant(t *testing.T) {
	fastest := variant(slices.Index(variantNames[:], Variants()[len(Variants())-1]))
	for name, want := range map[string]variant{"": fastest, "nonsense": fastest, "generic": generic} {
		if got := startVariant(name); got != want {
			t.Errorf("startVariant(%q) = %d, want %d", name, got, want)
		}
	}
	if name := os.Getenv(EnvVariant); slices.Contains(Variants(), name) && Active() != name {
		t.Errorf("%s=%s, but %s is active", EnvVariant, name, Active())
	}
}

// TestNoAllocations checks that no operation allocates memory.
func TestNoAllocations(t *testing.T) {
	const n, h, w, c, k = 2, 8, 40, 24, 24
	in, out := make([]float32, n*h*w*c), make([]float32, n*h*w*c)
	weights, bias := make([]float32, 64*c), make([]float32, 64)
	packed := Pack(weights, c, k)
	pixels, probe := make([]byte, n*h*w*3), make([]int8, c)
	refs, sums := make([]int8, 10*c), make([]int32, 10)
	testVariants(t, func(t *testing.T) {
		allocations := testing.AllocsPerRun(3, func() {
			MatMul(out, in, 50, packed, bias, HardSwish)
			Depthwise(out, in, n, h, w, c, weights, 5, 2, bias, HardSwish)
			Depthwise(out, in, n, h, w, 8, weights, 3, 1, bias, HardSwish)
			Stem(out, pixels, n, h, w, weights, 8, bias, ReLU)
			GlobalAverage(out, in, n, h*w, c)
			ScaleChannels(out, n, h*w, c, bias)
			LayerNorm(out, in, 5, c, bias, bias, 1e-5)
			NormalizeL2(out[:c])
			DotBlock(out[:10], in[:c], in, c)
			DotBlockInt8(sums, probe, refs, c)
			MatMulTransA(weights, in, out, 30, 24, 8)
			DepthwiseBackwardWeights(weights, out, in, n, h, w, c, 3, 1)
			ScaleShift(out, in, bias[:c], bias, HardSwish)
			Moments(out[:c], out[c:], in[:10*c])
			ScaleShiftBackward(out[:10*c], in, in, bias[:c], bias, HardSwish, weights, weights[c:])
			Combine(out[:10*c], in, in, bias[:c], bias, bias)
		})
		if allocations != 0 {
			t.Errorf("%g allocations", allocations)
		}
	})
}
