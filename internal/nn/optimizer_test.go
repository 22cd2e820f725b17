package nn

import (
	"math"
	"testing"
)

// AdamW by hand for two steps of one weight.
func TestAdamWFollowsItsDefinition(t *testing.T) {
	o := Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, WeightDecay: 0.1}
	value, s := []float32{2}, o.NewState(1)
	p, m, v := 2.0, 0.0, 0.0
	for step, g := range []float64{0.5, -3} {
		tt := float64(step + 1)
		p *= 1 - 0.01*0.1
		m, v = 0.9*m+0.1*g, 0.99*v+0.01*g*g
		p -= 0.01 * (m / (1 - math.Pow(0.9, tt))) / (math.Sqrt(v/(1-math.Pow(0.99, tt))) + 1e-8)
		o.Update(value, []float32{float32(g * 4)}, s, 0.01, 0.25, step+1)
		near(t, "value", float64(value[0]), p, 1e-6)
	}
}

func TestSchedule(t *testing.T) {
	s := Schedule{Kind: "cosine", Peak: 2, Final: 0.1, WarmupSteps: 4, Steps: 104}
	for step, want := range map[int]float64{0: 0.5, 3: 2, 4: 2, 54: 1.1, 104: 0.2, 200: 0.2} {
		near(t, "rate", s.At(step), want, 1e-12)
	}
	s.Kind, s.Power = "polynomial", 2
	near(t, "half way", s.At(54), 2*(0.1+0.9*0.25), 1e-12)
}

func TestClipScale(t *testing.T) {
	near(t, "clipped", ClipScale(10, 5), 0.5, 1e-6)
	near(t, "small enough", ClipScale(4, 5), 1, 0)
	near(t, "no limit", ClipScale(4, 0), 1, 0)
}

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %.8g, want %.8g", name, got, want)
	}
}
