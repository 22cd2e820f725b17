package scoremodel

import (
	"encoding/json"
	"fmt"
	"math"
)

// LLRModel weighs the evidence of geometry: how many times likelier it is if the
// probe shows the reference than if it shows a look-alike (an edition, another
// page, a form of the same design). It is fitted by [FitLLRModel] on families of
// look-alikes, and on pairs at random.
//
// Its rates rest on those families: a stranger is taken to have a look-alike
// registered that is no closer to it than the members of a family are to each
// other. Documents that differ in a line or a letter are closer.
// An LLRModel is not changed once made, and safe for concurrent use.
type LLRModel struct {
	Source    string   `json:"source,omitempty"` // what it was fitted on, in words
	Bias      float64  `json:"bias"`
	Terms     []Term   `json:"terms"`
	LookAlike Survival `json:"family"` // of the best LLR that a stranger reaches with its look-alikes
	Random    Survival `json:"random"` // of the LLR of a comparison with something else
	Margin    float64  `json:"margin"` // lead in LLR that a label needs over its rivals

	// LookAlikePrior is the share of strangers that have a look-alike registered,
	// where nothing shows that the gallery holds look-alikes.
	LookAlikePrior float64 `json:"alike"`
	// LookAlikeLLR is the LLR from which on two references are taken to look alike.
	LookAlikeLLR float64 `json:"kin"`
	// UnregisteredMargin is a lead in LLR over the closest competitor. An
	// unregistered look-alike of both hardly ever leads by as much. It is the lead
	// over a competitor of LLR 0: see [LLRModel.LookAlikePriorGiven].
	UnregisteredMargin float64 `json:"lead"`

	Constants Constants `json:"constants"` // [DefaultConstants] where there are none
}

// Term is a feature's share in the likelihood ratio. A weight is never
// negative: better agreement never speaks against a reference.
type Term struct {
	Feature string  `json:"feature"`
	Weight  float64 `json:"weight"`
}

// NotLocatedLLR is the LLR of a reference that was looked for and not found, or
// found where nothing could be compared.
const NotLocatedLLR = -6

// maxLLR bounds what evidence may be worth, either way.
const maxLLR = 6

// LLR returns the decimal logarithm of the likelihood ratio, in [-6, 6].
func (m *LLRModel) LLR(e *Evidence) float64 {
	if !e.HasComparison() {
		return NotLocatedLLR
	}
	sum := m.Bias
	for _, t := range m.Terms {
		sum += t.Weight * featureNamed(t.Feature).of(e, &m.Constants)
	}
	if math.IsNaN(sum) {
		return NotLocatedLLR
	}
	return min(max(sum/math.Ln10, -maxLLR), maxLLR)
}

// LookAlikePriorGiven returns p(k) of the package comment: the share of strangers
// that have a look-alike registered, given the LLR of the closest competitor, the
// best label that stands for another answer.
func (m *LLRModel) LookAlikePriorGiven(competitor, fpir float64, n int) float64 {
	t := competitor + m.UnregisteredMargin + m.Constants.MarginSlope*competitor
	switch {
	case t <= m.Threshold(m.LookAlikePrior, fpir, n):
		return m.LookAlikePrior
	case t >= m.Threshold(1, fpir, n):
		return 1
	}
	return (fpir - m.randomFPIR(t, n)) / m.LookAlike.Rate(t)
}

// FamilyThreshold returns the LLR from which on a stranger is taken to be of the family
// of what is registered with probability fpir: it is [LLRModel.Threshold] where no
// stranger has a look-alike registered.
func (m *LLRModel) FamilyThreshold(fpir float64, n int) float64 { return m.Threshold(0, fpir, n) }

// Threshold returns the LLR from which on labels are accepted so that a
// stranger is accepted with probability fpir, 0 < fpir < 1, in a gallery of n
// labels, if the given share of strangers have a look-alike registered.
func (m *LLRModel) Threshold(share, fpir float64, n int) float64 {
	low, high := float64(-maxLLR), float64(4*maxLLR)
	for high-low > 1e-6 {
		if mid := (low + high) / 2; m.FPIR(share, mid, n) <= fpir {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// FPIR is the share of strangers that are accepted if an LLR is the threshold, where
// the given share of them have a look-alike registered.
func (m *LLRModel) FPIR(share, llr float64, n int) float64 {
	return min(1, share*m.LookAlike.Rate(llr)+m.randomFPIR(llr, n))
}

// randomFPIR is the share of strangers that are taken for one of n things that do not
// look like them.
func (m *LLRModel) randomFPIR(llr float64, n int) float64 {
	return -math.Expm1(float64(n) * math.Log1p(-min(m.Random.Rate(llr), 1-1e-12)))
}

// SupportedFPIR is the smallest share of strangers, with nothing like them registered, that
// the data speak for, both this model's and the [KindModel]'s.
func (m *LLRModel) SupportedFPIR(n int) float64 {
	rate := max(m.Random.Supported(), DefaultKindModel().Random.Supported())
	return -math.Expm1(float64(n) * math.Log1p(-min(rate, 1-1e-12)))
}

// UnmarshalJSON reads and checks a model.
func (m *LLRModel) UnmarshalJSON(data []byte) error {
	type plain LLRModel
	read := plain{Constants: DefaultConstants()}
	if err := json.Unmarshal(data, &read); err != nil {
		return fmt.Errorf("LLR model: %w", err)
	}
	checked := LLRModel(read)
	if err := checked.check(); err != nil {
		return fmt.Errorf("LLR model: %w", err)
	}
	*m = checked
	return nil
}

func (m *LLRModel) check() error {
	if !(math.Abs(m.Bias) <= 1e3) {
		return fmt.Errorf("bias is %v", m.Bias)
	}
	if !(m.Margin >= 0 && m.Margin <= 2*maxLLR) {
		return fmt.Errorf("margin is %v, a lead in LLR", m.Margin)
	}
	if !(m.LookAlikePrior > 0 && m.LookAlikePrior <= 1) || !(math.Abs(m.LookAlikeLLR) <= maxLLR) || !(m.UnregisteredMargin >= 0 && m.UnregisteredMargin <= 2*maxLLR) {
		return fmt.Errorf("alike is %v, kin %v, lead %v", m.LookAlikePrior, m.LookAlikeLLR, m.UnregisteredMargin)
	}
	if err := m.Constants.check(); err != nil {
		return err
	}
	for _, t := range m.Terms {
		if featureNamed(t.Feature) == nil {
			return fmt.Errorf("feature %q is not known", t.Feature)
		}
		if !(t.Weight >= 0 && t.Weight <= 1e3) {
			return fmt.Errorf("weight of %s is %v", t.Feature, t.Weight)
		}
	}
	if err := m.LookAlike.check(); err != nil {
		return fmt.Errorf("family: %w", err)
	}
	if err := m.Random.check(); err != nil {
		return fmt.Errorf("random: %w", err)
	}
	return nil
}
