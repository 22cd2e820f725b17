package nn

import "math"

// Schedule is the learning rate over the steps of one stage: a linear warm-up from Peak/WarmupSteps to Peak, then a
// decrease to Final·Peak.
type Schedule struct {
	Kind        string  // "cosine", "polynomial" or "constant"
	Peak        float64 // highest learning rate
	Final       float64 // learning rate at the end, as a share of Peak
	WarmupSteps int
	Power       float64 // of the polynomial
	Steps       int     // of the whole stage
}

// At returns the learning rate of step (from 0).
func (s Schedule) At(step int) float64 {
	if step < s.WarmupSteps {
		return s.Peak * float64(step+1) / float64(s.WarmupSteps)
	}
	done := float64(step-s.WarmupSteps) / math.Max(1, float64(s.Steps-s.WarmupSteps))
	left := 1 - math.Min(1, done)
	switch s.Kind {
	case "cosine":
		left = (1 + math.Cos(math.Pi*(1-left))) / 2
	case "polynomial":
		left = math.Pow(left, s.Power)
	default:
		left = 1
	}
	return s.Peak * (s.Final + (1-s.Final)*left)
}
