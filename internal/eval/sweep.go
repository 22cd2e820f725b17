package eval

import (
	"slices"
	"strings"
)

// Severities is the number of strengths of each disturbance.
const Severities = 5

// Sweep is the robustness of a model: its TPR at an FMR of 1e-4 on disturbed copies of
// clean references, for one disturbance at a time.
type Sweep struct {
	Model  string       `json:"model,omitempty"`
	Target float64      `json:"fmr_target"`
	Points []SweepPoint `json:"points"`
}

// SweepPoint is one disturbance at one strength.
type SweepPoint struct {
	Operator  string  `json:"operator"`
	Severity  int     `json:"severity"` // 1 ... 5
	TPR       float64 `json:"tpr"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Supported bool    `json:"supported"`
}

// SweepTarget is the FMR at which a sweep is judged.
const SweepTarget = 1e-4

// Add enters the result for one disturbance. v must come from [ReferenceProbe], on clean
// references and disturbed captures.
func (s *Sweep) Add(operator string, severity int, v *Verification) {
	s.Target = SweepTarget
	p := v.At(SweepTarget)
	s.Points = append(s.Points, SweepPoint{operator, severity, p.TPR, p.Low, p.High, p.Supported})
}

// Operators lists the disturbances in alphabetical order.
func (s *Sweep) Operators() []string {
	var names []string
	for _, p := range s.Points {
		names = append(names, p.Operator)
	}
	slices.SortFunc(names, strings.Compare)
	return slices.Compact(names)
}

// Of returns an operator's points by rising severity.
func (s *Sweep) Of(operator string) []SweepPoint {
	var list []SweepPoint
	for _, p := range s.Points {
		if p.Operator == operator {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b SweepPoint) int { return a.Severity - b.Severity })
	return list
}
