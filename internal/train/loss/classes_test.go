package loss

import (
	"slices"
	"testing"

	"exemplar/internal/nn"
)

func TestClassSampleHoldsPositivesOnceAndKeepsTheRate(t *testing.T) {
	c := newTestClasses(t, ClassesOptions{Count: 5000, Dim: 2, Rate: 0.1, Shards: 3, Optimizer: nn.Optimizer{Kind: "sgd"}})
	positives := []int32{0, 1, 2, 1665, 1666, 1667, 3000, 4998, 4999}
	hits := make([]int, 5000)
	const steps = 400
	for step := range uint64(steps) {
		var rows []int32
		for _, s := range c.shards {
			s.sample(positives, step)
			rows = append(rows, s.rows...)
		}
		if !slices.IsSorted(rows) || len(slices.Compact(slices.Clone(rows))) != len(rows) {
			t.Fatalf("step %d: rows are not rising", step)
		}
		if rounding := len(c.shards); len(rows) < 500 || len(rows) > 500+len(positives)+rounding {
			t.Fatalf("step %d: %d classes sampled", step, len(rows))
		}
		for _, p := range positives {
			if !slices.Contains(rows, p) {
				t.Fatalf("step %d: class %d of the batch is missing", step, p)
			}
		}
		for _, r := range rows {
			hits[r]++
		}
	}
	for class, h := range hits {
		// Binomial(400, 0.1): 40 ± 6; six deviations for the worst of 5,000.
		if !slices.Contains(positives, int32(class)) && (h < 4 || h > 76) {
			t.Errorf("class %d was drawn %d times of about 40", class, h)
		}
	}
}

func TestClassSampleCapHoldsTheCost(t *testing.T) {
	c := newTestClasses(t, ClassesOptions{Count: 4000, Dim: 2, Rate: 0.5, MaxSample: 100, Shards: 4, Optimizer: nn.Optimizer{Kind: "sgd"}})
	sampled := 0
	for _, s := range c.shards {
		s.sample(nil, 1)
		sampled += len(s.rows)
	}
	if sampled != 100 {
		t.Errorf("%d classes sampled, cap 100", sampled)
	}
}

// A step touches the rows that it sampled and no other, and gives the loss of the sampled classes alone.
func TestSampledStepIsTheFullStepOnItsSample(t *testing.T) {
	const n, d, classes = 5, 6, 300
	opt := ClassesOptions{
		Count: classes, Dim: d, Rate: 0.1, Shards: 2, Seed: 4, Margin: margins["cosface"],
		Optimizer: nn.Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 0.01},
	}
	c := newTestClasses(t, opt)
	before := slices.Clone(c.weight)
	targets := []int32{17, 299, 0, 150, 150}
	x := randomRows(11, n, d)
	loss, _ := throughUnit(x, n, d, func(du, u []float32) float64 { return c.Step(du, u, targets, 1, 1e-2, 3) })

	var rows []int32
	for _, s := range c.shards {
		rows = append(rows, s.rows...)
	}
	var sampled [][]float64
	relabelled := make([]int32, n)
	for i, r := range rows {
		sampled = append(sampled, rows64(before[int(r)*d:][:d], d)...)
		for j, target := range targets {
			if target == r {
				relabelled[j] = int32(i)
			}
		}
	}
	near(t, "loss", loss, classLoss64(&opt.Margin, rows64(x, d), sampled, relabelled), 2e-6)
	for class := range classes {
		touched := !slices.Equal(before[class*d:][:d], c.Centre(class))
		if touched != slices.Contains(rows, int32(class)) {
			t.Errorf("class %d: touched = %v", class, touched)
		}
	}
}

func TestClassStepsDoNotDependOnCores(t *testing.T) {
	run := func() []float32 {
		c := newTestClasses(t, ClassesOptions{Count: 900, Dim: 16, Rate: 0.5, Shards: 4, Margin: margins["arcface"],
			Optimizer: nn.Optimizer{Kind: "sgd", Momentum: 0.9}})
		x := randomRows(2, 8, 16)
		for step := range uint64(3) {
			throughUnit(x, 8, 16, func(du, u []float32) float64 {
				return c.Step(du, u, []int32{1, 5, 9, 800, 801, 802, 450, 449}, 1, 0.1, step)
			})
		}
		return c.weight
	}
	if !slices.Equal(run(), run()) {
		t.Error("two runs differ")
	}
}

func TestImprintedClassesScoreTheirOwnEmbedding(t *testing.T) {
	c := newTestClasses(t, ClassesOptions{Count: 10, Dim: 4, Rate: 1, Shards: 1, Margin: Margin{Scale: 64},
		Optimizer: nn.Optimizer{Kind: "sgd"}})
	x := randomRows(21, 10, 4)
	targets := make([]int32, 10)
	for i := range targets {
		targets[i] = int32(i)
		c.Imprint(i, x[i*4:][:4])
	}
	loss, _ := throughUnit(x, 10, 4, func(du, u []float32) float64 { return c.Step(du, u, targets, 1, 0, 0) })
	if loss > 0.7 {
		t.Errorf("loss %v with every centre in place", loss)
	}
}

func BenchmarkClasses(b *testing.B) {
	const n, d, classes = 128, 256, 20000
	c := newTestClasses(b, ClassesOptions{Count: classes, Dim: d, Rate: 1, Shards: 2, Margin: margins["cosface"],
		Optimizer: nn.Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8}})
	unit, norms := randomRows(2, n, d), make([]float32, n)
	NormalizeRows(unit, norms, unit, n, d)
	du, targets := make([]float32, n*d), make([]int32, n)
	for step := uint64(0); b.Loop(); step++ {
		c.Step(du, unit, targets, 1, 1e-3, step)
	}
}
