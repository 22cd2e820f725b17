package geometry

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func randomFloats(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

func randomBytes(rng *rand.Rand, n, limit int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.IntN(limit))
	}
	return out
}

func near(t *testing.T, what string, got, want []float32, tolerance float32) {
	t.Helper()
	for i := range want {
		if abs(got[i]-want[i]) > tolerance {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

func TestFilterSymmetricAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	src := randomFloats(rng, 4000)
	for groups := 1; groups < 11; groups++ {
		for _, step := range []int{1, 7, 48} {
			for _, sigma := range []float64{0.4, 1.2, 3} {
				half := gaussian(sigma)
				got, want := make([]float32, groups*lanes), make([]float32, groups*lanes)
				filterSymmetric(got, src, 900, step, half, groups)
				filterSymmetricGeneric(want, src, 900, step, half, groups)
				near(t, "filter", got, want, 1e-5)
			}
		}
	}
}

func TestExtremaRowAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const stride, groups = 96, 4
	total := 0
	for range 50 {
		var stack [3][]float32
		for i := range stack {
			stack[i] = randomFloats(rng, 4*stride)
		}
		got, want := make([]uint16, groups), make([]uint16, groups)
		extremaRow(got, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		extremaRowGeneric(want, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		if !slices.Equal(got, want) {
			t.Fatalf("got %016b, want %016b", got, want)
		}
		for _, m := range want {
			if m != 0 {
				total++
			}
		}
	}
	if total == 0 {
		t.Fatal("no extremum in the test data")
	}
}

func TestNearestRowsAgreeWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int{{1, 1}, {3, 33}, {8, 32}, {21, 100}} {
		rows := randomBytes(rng, size[0]*descriptorBytes, 45)
		columns := pack(randomBytes(rng, size[1]*descriptorBytes, 45))
		got := newNearest(size[0], len(columns.data)/descriptorBytes)
		want := newNearest(size[0], len(columns.data)/descriptorBytes)
		nearestRows(got.best, got.second, got.column, rows, columns.data)
		nearestRowsGeneric(want.best, want.second, want.column, rows, columns.data)
		if !slices.Equal(got.best, want.best) || !slices.Equal(got.second, want.second) ||
			!slices.Equal(got.column[:size[1]], want.column[:size[1]]) {
			t.Fatalf("%d rows, %d columns: different answers", size[0], size[1])
		}
	}
}

func TestCorrelateAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	g := &Gray{W: 40, H: 40, Pix: randomBytes(rng, 1600, 256)}
	for _, tpl := range newTemplates(g) {
		const stride = 96
		window := randomBytes(rng, stride*(windowSide+2), 128)
		for y := range blockSide { // hide the block at (3, 5)
			for x := range blockSide {
				window[(y+5)*stride+x+3] = g.Pix[y*40+x] / 2
			}
		}
		var got, want correlations
		correlate(&got, &tpl, window, stride)
		correlateGeneric(&want, &tpl, window, stride)
		for y := range want {
			near(t, "correlation", got[y][:], want[y][:], 1e-4)
		}
		if want[5][3] < 0.99 {
			t.Fatalf("the hidden block correlates by %g", want[5][3])
		}
	}
}
