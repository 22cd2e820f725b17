package eval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// fromScores makes comparisons of loose scores, each pair of images its own.
func fromScores(scores []float64, mated []bool) *comparisons {
	t := newTally(2 * len(scores))
	class := make([]int32, 2*len(scores))
	for i, s := range scores {
		a, b := int32(2*i), int32(2*i+1)
		class[a], class[b] = a, b
		if mated[i] {
			class[b] = a
			t.mated = append(t.mated, pair{s, a, b})
		} else {
			t.addOther(s, a, b)
		}
	}
	return t.comparisons(class)
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) {
		t.Errorf("%s: %.9g, want %.9g", what, got, want)
	}
}

func TestROCEqualsScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/roc.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name                         string
		Scores, FMR, TPR, Thresholds []float64
		Mated                        []int
		AUROC                        float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 5 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			mated := make([]bool, len(c.Mated))
			for i, m := range c.Mated {
				mated[i] = m == 1
			}
			x := fromScores(c.Scores, mated)
			thresholds := x.thresholds()
			if len(thresholds) != len(c.Thresholds) {
				t.Fatalf("%d thresholds, want %d", len(thresholds), len(c.Thresholds))
			}
			for i, v := range thresholds {
				near(t, "threshold", v, c.Thresholds[i], 0)
				near(t, "fmr", x.fmr(v), c.FMR[i], 1e-6)
				near(t, "tpr", x.tpr(v), c.TPR[i], 1e-6)
			}
			near(t, "auroc", x.auroc(), c.AUROC, 1e-6)
		})
	}
}

// Six non-mated and four mated scores, worked out on paper:
//
//	mated      0.9 0.8 0.5 0.3
//	non-mated  0.8 0.5 0.5 0.2 0.1 0.0
func handmade() *comparisons {
	return fromScores(
		[]float64{0.9, 0.8, 0.5, 0.3, 0.8, 0.5, 0.5, 0.2, 0.1, 0},
		[]bool{true, true, true, true, false, false, false, false, false, false})
}

func TestHandmadeExample(t *testing.T) {
	c := handmade()
	for _, x := range []struct{ target, threshold, fmr, tpr float64 }{
		{0.01, 0.9, 0, 0.25}, // no impostor: 0.8 would accept one
		{0.17, 0.8, 1.0 / 6, 0.5},
		{0.49, 0.8, 1.0 / 6, 0.5}, // both of 0.5 or none: 3/6 is too much
		{0.5, 0.3, 0.5, 1},        // 0.3 still accepts three
		{1, 0, 1, 1},
	} {
		th := c.threshold(x.target)
		near(t, "threshold", th, x.threshold, 0)
		near(t, "fmr", c.fmr(th), x.fmr, 1e-12)
		near(t, "tpr", c.tpr(th), x.tpr, 1e-12)
	}
	// Wins of the mated scores: 6, 5.5, 4, 3.
	near(t, "auroc", c.auroc(), 18.5/24, 1e-12)
	// FMR 1/6, FNMR 1/2 at 0.8; 1/2 and 1/4 at 0.5. On the line between them
	// 1/6 + w/3 = 1/2 - w/4 at w = 4/7.
	near(t, "eer", c.eer(), 1.0/6+4.0/21, 1e-12)
}

func TestThresholdAboveEverything(t *testing.T) {
	c := fromScores([]float64{0.5, 0.7, 0.7}, []bool{true, false, false})
	th := c.threshold(0.1)
	if c.fmr(th) != 0 || th <= 0.7 || th > 0.7000001 {
		t.Errorf("threshold %v", th)
	}
}

func TestRulesOfThree(t *testing.T) {
	for _, x := range []struct {
		target float64
		pairs  int64
		want   bool
	}{{1e-4, 30_000, true}, {1e-4, 29_999, false}, {1e-5, 300_000, true}, {1e-1, 30, true}, {1e-1, 29, false}} {
		if got := supported(x.target, x.pairs); got != x.want {
			t.Errorf("supported(%g, %d) = %v", x.target, x.pairs, got)
		}
	}
}

// Every threshold must keep its promise and be the smallest to do so, whatever
// the ties: against counting over all pairs, for every observed score.
func TestThresholdAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		n := 2 + rng.IntN(60)
		scores, mated := make([]float64, n), make([]bool, n)
		for i := range scores {
			scores[i], mated[i] = float64(rng.IntN(12))/12, rng.IntN(3) == 0
		}
		mated[0], mated[1] = true, false
		c := fromScores(scores, mated)
		target := rng.Float64()
		want, wantTPR := math.Inf(1), 0.0
		for _, th := range scores {
			fmr, tpr := slowRates(scores, mated, th)
			if fmr <= target && th < want {
				want, wantTPR = th, tpr
			}
		}
		got := c.threshold(target)
		near(t, "tpr", c.tpr(got), wantTPR, 1e-12)
		if !math.IsInf(want, 1) && got != want {
			t.Fatalf("threshold %v, want %v", got, want)
		}
		if c.fmr(got) > target {
			t.Fatalf("FMR %v > %v", c.fmr(got), target)
		}
	}
}

func slowRates(scores []float64, mated []bool, threshold float64) (fmr, tpr float64) {
	var hits, trials [2]float64
	for i, s := range scores {
		k := 0
		if mated[i] {
			k = 1
		}
		trials[k]++
		if s >= threshold {
			hits[k]++
		}
	}
	return hits[0] / trials[0], hits[1] / trials[1]
}
