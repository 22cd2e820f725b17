package eval

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAUROC counts pairs one by one, with many ties.
func TestAUROC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		yes, no := make([]float32, 1+r.IntN(20)), make([]float32, 1+r.IntN(20))
		for i := range yes {
			yes[i] = float32(r.IntN(6))
		}
		for i := range no {
			no[i] = float32(r.IntN(5))
		}
		want := 0.0
		for _, a := range yes {
			for _, b := range no {
				switch {
				case a > b:
					want++
				case a == b:
					want += 0.5
				}
			}
		}
		want /= float64(len(yes) * len(no))
		if got := AUROC(yes, no); math.Abs(got-want) > 1e-12 {
			t.Fatalf("%v over %v: %v, want %v", yes, no, got, want)
		}
	}
	if AUROC(nil, []float32{1}) != 0.5 {
		t.Error("nothing is better than chance")
	}
}
