package main

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"exemplar/internal/embed"
)

// Where sets and seeds move the figures at random, the interval holds the truth about as often as it says.
func TestIntervalHoldsTheTruth(t *testing.T) {
	const trials, targets, seeds, truth = 2000, 8, 2, 0.05
	rng := rand.New(rand.NewPCG(1, 2))
	climb := func(base, effect []float64) figures {
		var f figures
		for range seeds {
			shared := 0.02 * rng.NormFloat64()
			m := make(measured, targets)
			for i := range m {
				m[i] = base[i] + effect[i] + shared + 0.01*rng.NormFloat64()
			}
			f = append(f, m)
		}
		return f
	}
	held := 0
	for range trials {
		base, none, effect := make([]float64, targets), make([]float64, targets), make([]float64, targets)
		for i := range base {
			base[i], effect[i] = rng.Float64(), truth+0.03*rng.NormFloat64()
		}
		a, b := climb(base, effect), climb(base, none)
		others := []figures{a, b}
		for range 8 {
			others = append(others, climb(base, none))
		}
		d := compare(a, b, seedVariance(others, pooled{}))
		if d.low <= truth && truth <= d.high {
			held++
		}
	}
	if share := float64(held) / trials; share < 0.93 || share > 0.995 {
		t.Errorf("the interval of 95 %% holds the truth in %.1f %%", 100*share)
	}
}

func TestCompareMeansOverSeedsAndTargets(t *testing.T) {
	a := figures{{0.5, 0.7}, {0.7, 0.9}}
	b := figures{{0.5, 0.5}}
	d := compare(a, b, 0)
	if math.Abs(d.mean-0.2) > 1e-12 {
		t.Errorf("difference %g, want 0.2", d.mean)
	}
	if wide := compare(a, b, 0.01); wide.high-wide.low <= d.high-d.low {
		t.Error("seeds that move the means do not widen the interval")
	}
}

func TestSeedsArePooled(t *testing.T) {
	all := []figures{{{0.1, 0.3}, {0.3, 0.5}}, {{0.5, 0.5}}} // means 0.2 and 0.4; one seed tells nothing
	if v := seedVariance(all, pooled{}); math.Abs(v-0.02) > 1e-12 {
		t.Errorf("variance %g, want 0.02", v)
	}
	if v := seedVariance(all, pooled{0.04, 4}); math.Abs(v-0.06/5) > 1e-12 {
		t.Errorf("variance %g with what was known, want 0.012", v)
	}
	if v := seedVariance(all[1:], pooled{}); v != 0 {
		t.Errorf("variance %g of one seed", v)
	}
}

func TestEveryRungHasARecipe(t *testing.T) {
	o := options{recipes: "../../recipes/ladder", runs: t.TempDir()}
	known := map[string]bool{}
	for _, name := range names() {
		known[name] = true
		if _, err := o.recipe(name, 1); err != nil {
			t.Skipf("the recipes' data are not here: %v", err)
		}
	}
	for _, r := range rungs {
		if r.than != "" && !known[r.than] {
			t.Errorf("%s is compared with %q, which is no rung", r.name, r.than)
		}
	}
}

// The card is of the network that is inside: after another one moves in, go run ./bench/ladder card writes it anew.
func TestCardIsOfTheNetworkInside(t *testing.T) {
	page, err := os.ReadFile("../../docs/model-card.md")
	if err != nil {
		t.Fatal(err)
	}
	if b := embed.Default(); !strings.Contains(string(page), b.Fingerprint[:12]) || !strings.Contains(string(page), b.Arch.String()) {
		t.Errorf("docs/model-card.md is not of %s, %.12s", b.Arch, b.Fingerprint)
	}
}
