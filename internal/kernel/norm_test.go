package kernel

import (
	"math"
	"testing"
)

func TestNormalizeL2(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for n := 1; n <= 70; n++ {
			x, beside := guarded(t, n, r.IntN(16))
			fillNormal(r, x)
			before := append([]float32(nil), x...)
			NormalizeL2(x)
			beside()
			var squared float64
			for _, v := range before {
				squared += float64(v) * float64(v)
			}
			for i, got := range x {
				want := float64(before[i]) / math.Sqrt(squared)
				if math.Abs(float64(got)-want) > float64(n+4)*epsilon*math.Abs(want) {
					t.Fatalf("n = %d, at %d: got %g, want %g", n, i, got, want)
				}
			}
		}
	})
}

func TestNormalizeL2LeavesWhatHasNoDirection(t *testing.T) {
	testVariants(t, func(t *testing.T) {
		NormalizeL2(nil)
		for _, v := range []float32{0, float32(math.Inf(1)), float32(math.NaN()), math.MaxFloat32} {
			x := []float32{1, v, v, 2}
			if v == 0 {
				x = []float32{0, 0, 0, 0}
			}
			first := x[0]
			NormalizeL2(x)
			if x[0] != first {
				t.Errorf("a vector with %g changed to %v", v, x)
			}
		}
	})
}

func TestLayerNorm(t *testing.T) {
	const eps = 1e-5
	testVariants(t, func(t *testing.T) {
		r := newRand()
		for n := 1; n <= 70; n++ {
			rows := r.IntN(4)
			in, inSame := guardedNormals(t, r, rows*n, r.IntN(16))
			gain, gainSame := guardedNormals(t, r, n, r.IntN(16))
			bias, biasSame := guardedNormals(t, r, n, r.IntN(16))
			out, outBeside := guarded(t, rows*n, r.IntN(16))
			LayerNorm(out, in, rows, n, gain, bias, eps)
			inSame()
			gainSame()
			biasSame()
			outBeside()
			for i := range rows {
				checkLayerNorm(t, out[i*n:][:n], in[i*n:][:n], gain, bias, eps)
			}
			LayerNorm(in, in, rows, n, gain, bias, eps)
			for i, v := range in {
				if v != out[i] {
					t.Fatalf("n = %d, at %d: in place %g, elsewhere %g", n, i, v, out[i])
				}
			}
		}
	})
}

// checkLayerNorm compares one row with the definition. The error bound has three parts: the mean, the relative error of the
// variance, and the last three operations.
func checkLayerNorm(t *testing.T, out, in, gain, bias []float32, eps float64) {
	t.Helper()
	n := float64(len(in))
	var mean, magnitude, variance float64
	for _, v := range in {
		mean += float64(v) / n
		magnitude += math.Abs(float64(v)) / n
	}
	for _, v := range in {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	deviation := math.Sqrt(variance + eps)
	for i, got := range out {
		normal := (float64(in[i]) - mean) / deviation
		want := normal*float64(gain[i]) + float64(bias[i])
		offMean := (n + 2) * epsilon * (magnitude + math.Abs(float64(in[i]))) / deviation
		bound := math.Abs(float64(gain[i]))*(offMean*(1+math.Abs(normal))+(n+6)*epsilon*math.Abs(normal)) + epsilon*math.Abs(want)
		if err := (value{want, bound + 1e-30}).check(got); err != nil {
			t.Fatalf("n = %g, at %d: %v", n, i, err)
		}
	}
}

func TestLayerNormLengths(t *testing.T) {
	x := make([]float32, 6)
	LayerNorm(nil, nil, 3, 0, nil, nil, 1)
	mustPanic(t, "short in", func() { LayerNorm(x, x[:5], 2, 3, x, x, 1) })
	mustPanic(t, "short out", func() { LayerNorm(x[:5], x, 2, 3, x, x, 1) })
	mustPanic(t, "short gain", func() { LayerNorm(x, x, 2, 3, x[:2], x, 1) })
	mustPanic(t, "short bias", func() { LayerNorm(x, x, 2, 3, x, x[:2], 1) })
}

func TestNorm(t *testing.T) {
	if got := Norm([]float32{3, -4, 0, 12}); got != 13 {
		t.Errorf("length %g, want 13", got)
	}
	if got := Norm([]float32{1e30, 1e30}); got < 1.414e30 || got > 1.415e30 {
		t.Errorf("length %g, want 1.414e30", got)
	}
	if Norm(nil) != 0 {
		t.Error("nothing has a length")
	}
}
