package decide

import (
	"math"
	"slices"

	"exemplar/internal/scoremodel"
)

// Basis is what a decision went by.
type Basis string

// The bases.
const (
	ByGeometry  Basis = "geometry"  // how much of a reference agrees where it was found in the probe
	ByEmbedding Basis = "embedding" // how alike the whole pictures are
	ByExact     Basis = "exact"     // other print, or too little to tell, where [Policy.Exact] or [Candidate.Fixed] asks for the same copy
	BySearch    Basis = "search"    // what could be looked for was not found, or too little of it to compare
)

// Ranked is a candidate as the decision saw it.
type Ranked struct {
	Candidate
	LLR        float64 // log10 of the likelihood ratio; only where Compared
	Compared   bool    // its reference was found in the probe, and something could be compared
	Confidence float64 // probability that the probe shows this label, see the package comment
}

// evenFPIR is the share of accepted strangers at whose threshold a label is as likely
// right as wrong. It stands for a prior: half of what is sent is registered. The
// confidence was measured with such pictures (TestConfidenceIsCalibrated).
const evenFPIR = 0.01

const (
	// mostCertain is the highest confidence that is ever given. A calibration rests
	// on some thousands of trials, which say nothing of what happens less than once
	// in a thousand.
	mostCertain = 0.999
	// leastCertain is the lowest confidence that is left to the best candidate: a
	// photo of a registered document may show nothing that could be found. Of 132
	// photos of forms, banknotes, cards and drawn documents none did; 0.02 is the
	// bound of the rule of three.
	leastCertain = 0.02
	// changeCertainty is the probability that a region shows other print if it is
	// said to. By eye.
	changeCertainty = 0.9
)

// probability turns odds into a probability, within what can be spoken for.
func probability(odds float64) float64 {
	if math.IsInf(odds, 1) {
		return mostCertain
	}
	return min(max(odds/(1+odds), leastCertain), mostCertain)
}

// odds returns the odds that the probe shows the candidate and is no stranger. They
// are 1 at the threshold for [evenFPIR], whatever share of strangers the policy
// accepts.
func (p Policy) odds(r *Ranked, evenLLR float64) float64 {
	switch {
	case r.Compared:
		odds := math.Exp(-p.Calibration.LLRModel.LookAlike.Slope * (r.LLR - evenLLR))
		if p.refusesCopy(&r.Candidate) {
			odds = min(odds, (1-changeCertainty)/changeCertainty)
		}
		return odds
	case p.isVerified(&r.Candidate): // looked for in vain
		return 0
	}
	fmr := p.Calibration.FMR(float64(r.Score))
	odds := scoremodel.AcceptFMR(evenFPIR, p.Labels) / max(fmr, math.SmallestNonzeroFloat64)
	if p.Calibration.LLRModel != nil && p.WantsSameCopy(&r.Candidate) {
		odds = min(odds, (1-changeCertainty)/changeCertainty)
	}
	return odds
}

// evenOdds returns the rule of the decision for [evenFPIR]: at its threshold the odds of the
// best candidate are 1.
func (p Policy) evenOdds(ranked []scored) rule {
	p.FPIR = evenFPIR
	return p.ruleFor(ranked)
}

// rank orders candidates as the decision saw them and gives each its confidence. best
// are those that cannot be told from the best one; they come before the others.
// answered are those that the answer stands for. surely is the probability that it is the
// best of its editions.
func (p Policy) rank(d *Decision, evenLLR, surely float64, best, others, answered []Candidate) {
	odds := make([]float64, 0, len(best)+len(others))
	for _, c := range append(append([]Candidate{}, best...), others...) {
		r := Ranked{Candidate: c}
		if p.isVerified(&c) && c.Evidence.HasComparison() {
			r.Compared, r.LLR = true, p.Calibration.LLRModel.LLR(c.Evidence)
		}
		d.Candidates = append(d.Candidates, r)
		if c.isDuplicateOf(&d.Candidates[0].Candidate) {
			odds = append(odds, odds[0])
			continue
		}
		odds = append(odds, p.odds(&r, evenLLR))
	}
	whole := max(surely*probability(odds[0]), leastCertain)
	share(d.Candidates[:len(best)], odds[:len(best)], whole, 0, math.Inf(1))
	share(d.Candidates[len(best):], odds[len(best):], 1-whole, 1, min(1, whole/(1-whole)))
	for i := 1; i < len(d.Candidates); i++ {
		d.Candidates[i].Confidence = min(d.Candidates[i].Confidence, d.Candidates[i-1].Confidence)
	}
	if d.Outcome == Unknown {
		d.Confidence = 1 - whole
		return
	}
	for _, c := range d.Candidates {
		if slices.ContainsFunc(answered, func(a Candidate) bool { return a.Label == c.Label }) {
			d.Confidence += c.Confidence
		}
	}
	if d.OtherForm { // the label above is sure, and none of those below it is seen
		for i := range d.Candidates {
			d.Candidates[i].Confidence *= 1 - changeCertainty
		}
	}
}

// share splits a probability between candidates and something else, by their odds;
// somethingElse holds the odds of the latter. No candidate gets more than the one
// before it, nor counts for more than the ceiling.
func share(of []Ranked, odds []float64, whole, somethingElse, ceiling float64) {
	sum := somethingElse
	for i := range odds {
		ceiling = min(ceiling, max(odds[i], 1e-9)) // so that the sum is never 0
		odds[i] = ceiling
		sum += ceiling
	}
	for i := range of {
		of[i].Confidence = whole * odds[i] / sum
	}
}
