package scoremodel

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Survival is the share of comparisons that reach an LLR. It is counted at steps,
// log-linear between them, and exponential beyond the last one.
type Survival struct {
	Count int     `json:"count"` // of comparisons behind it
	Steps []Step  `json:"steps"` // rising LLR, falling rates
	Slope float64 `json:"slope"` // of the natural logarithm of the rate, beyond the last step; negative
}

// Step is one counted point.
type Step struct {
	LLR  float64 `json:"llr"`
	Rate float64 `json:"rate"`
}

// Rate returns the share that reaches llr; 1 below the first step and for NaN.
func (s *Survival) Rate(llr float64) float64 {
	first, last := s.Steps[0], s.Steps[len(s.Steps)-1]
	switch {
	case !(llr > first.LLR):
		return 1
	case llr >= last.LLR:
		return last.Rate * math.Exp(s.Slope*(llr-last.LLR))
	}
	i := sort.Search(len(s.Steps), func(i int) bool { return s.Steps[i].LLR > llr })
	a, b := s.Steps[i-1], s.Steps[i]
	at := (llr - a.LLR) / (b.LLR - a.LLR)
	return math.Exp((1-at)*math.Log(a.Rate) + at*math.Log(b.Rate))
}

// reachedBy returns the smallest LLR, to within 1e-6, that at most the given
// share reaches.
func (s *Survival) reachedBy(share float64) float64 {
	low, high := s.Steps[0].LLR, 4.0*maxLLR
	for high-low > 1e-6 {
		if mid := (low + high) / 2; s.Rate(mid) <= share {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// Supported returns the smallest rate that the data speak for (rule of three).
func (s *Survival) Supported() float64 { return min(1, 3/float64(s.Count)) }

const (
	tailCount = 8 // comparisons beyond the last counted step
	stepRatio = 0.8
	// flattest and steepest bound the slope of a tail, per unit of LLR. If an LLR
	// means what it says, look-alikes become rarer by ln(10) per unit more than mated
	// probes do.
	flattest, steepest = -math.Ln10, -4 * math.Ln10
)

// fitSurvival counts the share of the values that reach each step.
func fitSurvival(llrs []float64) Survival {
	sorted := slices.Clone(llrs)
	slices.SortFunc(sorted, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	n := len(sorted)
	s := Survival{Count: n}
	for k := float64(min(tailCount, n)); int(k) <= n; k /= stepRatio {
		step := Step{sorted[int(k)-1], float64(int(k)) / float64(n)}
		if last := len(s.Steps) - 1; last >= 0 && s.Steps[last].LLR <= step.LLR {
			s.Steps[last].Rate = step.Rate // ties: the larger share reaches it
			continue
		}
		s.Steps = append(s.Steps, step)
	}
	slices.Reverse(s.Steps)
	s.Slope = tailSlope(sorted)
	if len(s.Steps) == 1 {
		s.Steps = append([]Step{{s.Steps[0].LLR - 1, 1}}, s.Steps...)
	}
	return s
}

// tailSlope fits an exponential law (maximum likelihood) to the highest values, twice
// as many as lie beyond the last step. What was not located is no part of the tail.
func tailSlope(falling []float64) float64 {
	n := min(2*tailCount, len(falling))
	for n > 1 && falling[n-1] <= NotLocatedLLR {
		n--
	}
	sum := 0.0
	for _, v := range falling[:n] {
		sum += v - falling[n-1]
	}
	return min(max(-float64(n)/max(sum, 1e-9), steepest), flattest)
}

func (s *Survival) check() error {
	if s.Count < 1 || len(s.Steps) < 2 {
		return fmt.Errorf("%d comparisons, %d steps", s.Count, len(s.Steps))
	}
	if !(s.Slope < 0 && s.Slope >= -1e3) {
		return fmt.Errorf("slope is %v", s.Slope)
	}
	for i, step := range s.Steps {
		if !(math.Abs(step.LLR) <= 2*maxLLR) || !(step.Rate > 0 && step.Rate <= 1) {
			return fmt.Errorf("step %d is %v", i, step)
		}
		if i > 0 && !(step.LLR > s.Steps[i-1].LLR && step.Rate <= s.Steps[i-1].Rate) {
			return fmt.Errorf("steps %d and %d: LLR must rise and rates fall", i-1, i)
		}
	}
	return nil
}
