package scoremodel

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func TestKindThreshold(t *testing.T) {
	m := DefaultKindModel()
	plain, alike := &Evidence{}, &Evidence{Cosine: 0.9, Coverage: 0.8}
	for _, n := range []int{1, 30, 1000} {
		at := m.Threshold(0.01, n, plain)
		if got := m.FPIR(at, n, plain); got > 0.01 || m.FPIR(at-0.01, n, plain) <= 0.01 && m.Random.Rate(at-0.01) <= leastRare {
			t.Errorf("%d labels: %.4f of the strangers reach the threshold of 0.01", n, got)
		}
		if m.Random.Rate(at) > leastRare {
			t.Errorf("%d labels: %.3f of all comparisons reach the threshold", n, m.Random.Rate(at))
		}
		if higher := m.Threshold(0.001, n, plain); higher < at {
			t.Errorf("%d labels: %.2f for a tenth of the strangers, %.2f for all", n, higher, at)
		}
		if lower := m.Threshold(0.01, n, alike); math.Abs(at-lower-m.Cosine*0.9-m.Coverage*0.8) > 1e-5 {
			t.Errorf("%d labels: %.2f where the embedding agrees, %.2f where it does not", n, lower, at)
		}
	}
	if few, many := m.Threshold(0.01, 10, plain), m.Threshold(0.01, 1000, plain); few >= many {
		t.Errorf("%.2f among ten labels, %.2f among a thousand", few, many)
	}
}

// kindTrials are copies and strangers that differ in all three figures.
func kindTrials(n int) []Trial {
	r := rand.New(rand.NewPCG(1, 2))
	var list []Trial
	for i := range n {
		t := Trial{Mated: i%2 == 0}
		t.Located, t.Comparable, t.Form = true, 50, &Form{Other: float64(i % 5)}
		t.LocallyConsistent, t.Cosine, t.Coverage = 0.2+0.1*r.Float64(), 0.3+0.2*r.Float64(), 0.1+0.2*r.Float64()
		if t.Mated {
			t.LocallyConsistent, t.Cosine, t.Coverage = t.LocallyConsistent+0.1, t.Cosine+0.1, t.Coverage+0.1
		}
		list = append(list, t, Trial{LookAlike: true, Evidence: t.Evidence}, Trial{})
	}
	return list
}

func TestFitKindModel(t *testing.T) {
	llr := func(e *Evidence) float64 { return 10*e.LocallyConsistent - 5 }
	shown := func(e *Evidence) (judged, seems bool) { return e.Form.Other < 2, e.Form.Other == 0 }
	m, err := FitKindModel(kindTrials(1000), llr, shown, "here")
	if err != nil {
		t.Fatal(err)
	}
	if m.Cosine < 0.5 || m.Coverage < 0.5 || math.Abs(m.Shown-101./202) > 1e-9 || m.Random.Count != 500+1000 || m.Source != "here" {
		t.Errorf("fitted %+v", m)
	}
	if _, err := FitKindModel(kindTrials(50), llr, shown, ""); !errors.Is(err, ErrTooFew) {
		t.Errorf("of 25 copies: %v", err)
	}
	if _, err := FitKindModel(kindTrials(1000), func(e *Evidence) float64 { return -llr(e) }, shown, ""); err == nil {
		t.Error("an LLR that speaks for strangers is weighed")
	}
}
