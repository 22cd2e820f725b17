package decide

import (
	"cmp"
	"slices"
)

// proven is a candidate with what its evidence is worth.
type proven struct {
	Candidate
	llr float64
}

// kin is a label other than the best that looks like the probe too.
type kin struct {
	proven
	told tally // the places that tell it from the best, the best first
}

// Rank orders candidates as the decision sees them: those that were verified by
// falling LLR, then the others in the order they came in. Without a proof it
// leaves them as they are. The result is a copy.
func (p Policy) Rank(candidates []Candidate) []Candidate {
	ranked := make([]Candidate, 0, len(candidates))
	for _, c := range p.verified(candidates) {
		ranked = append(ranked, c.Candidate)
	}
	for _, c := range candidates {
		if !p.isVerified(&c) {
			ranked = append(ranked, c)
		}
	}
	return ranked
}

// verified returns the candidates on which geometry has a say, best first.
func (p Policy) verified(candidates []Candidate) []proven {
	var all []proven
	for _, c := range candidates {
		if p.isVerified(&c) {
			all = append(all, proven{c, p.Calibration.Proof.LLR(c.Geometry)})
		}
	}
	slices.SortStableFunc(all, func(a, b proven) int { return cmp.Compare(b.llr, a.llr) })
	return all
}

func (p Policy) isVerified(c *Candidate) bool {
	return p.Calibration.Proof != nil && c.Geometry != nil && c.Geometry.Verifiable
}

// decideProof answers from geometry; ok is false where it has nothing to say
// and the scores decide.
//
// The best label is accepted from a threshold on that rises with its kin, other
// labels that look like the probe: then the gallery holds a family, and the
// probe may be another member of it; see [Proof.Share]. What the places say that
// tell the best from its kin is added to its LLR.
func decideProof(candidates []Candidate, p Policy) (d Decision, ok bool) {
	ranked := p.verified(candidates)
	if len(ranked) == 0 {
		return d, false
	}
	best, family, proof := ranked[0], p.kin(ranked), p.Calibration.Proof
	d = Decision{Verdict: Unknown, Threshold: p.Threshold, Proved: true, Best: best.Candidate, LLR: best.llr}
	share := proof.Alike
	if len(family) > 0 {
		closest := slices.MaxFunc(family, func(a, b kin) int { return cmp.Compare(a.llr, b.llr) })
		share = proof.Share(closest.llr, p.FPIR, p.Labels)
		d.LLR = max(best.llr+family[0].told.llr(), -maxLLR)
	}
	d.ThresholdLLR = proof.Threshold(share, p.FPIR, p.Labels)
	d.FMR = proof.Family.Rate(d.LLR)
	d.Extrapolated = d.FMR < proof.Family.Supported()
	d.FPIR = proof.fpir(share, d.LLR, p.Labels)
	p.settle(&d, ranked, family)
	if d.Verdict == Unknown {
		if s, ok := unverifiable(candidates, p); ok {
			return s, true
		}
	}
	return d, true
}

// settle sets verdict, label, rival and reason.
func (p Policy) settle(d *Decision, ranked []proven, family []kin) {
	others := make([]Candidate, len(ranked))
	for i, c := range ranked {
		others[i] = c.Candidate
	}
	close := p.contenders(ranked)
	label := commonLabel(close)
	d.Rival = firstOutside(others, d.Best.Label)
	switch {
	case !d.Best.Geometry.Located:
		d.Reason = notFoundReason(d)
	case !(d.LLR >= d.ThresholdLLR):
		d.Reason = differsReason(d, family)
	case label == "":
		d.Verdict = Ambiguous
		d.Reason = agreeAlike(close) + " and have no label in common"
	default:
		d.Verdict, d.Label = Match, label
		d.Rival = firstOutside(others, label)
		d.Open = sublabels(close, label)
		d.Reason = provedReason(d, close, p)
	}
}

// kin returns the candidates that look like the probe too and stand for another
// answer than the first, the one that speaks most against it first.
func (p Policy) kin(ranked []proven) []kin {
	var family []kin
	best := &ranked[0]
	for _, c := range ranked[1:] {
		if c.Geometry.Located && c.llr >= p.Calibration.Proof.Kin && !best.Label.InLine(c.Label) {
			family = append(family, kin{c, tell(best.Geometry, c.Geometry)})
		}
	}
	slices.SortStableFunc(family, func(a, b kin) int { return cmp.Compare(a.told.llr(), b.told.llr()) })
	return family
}

// contenders returns the best candidate and those that it neither leads by the
// margin nor is told from.
func (p Policy) contenders(ranked []proven) []Candidate {
	best := &ranked[0]
	close := []Candidate{best.Candidate}
	for _, c := range ranked[1:] {
		if !c.Geometry.Located || best.llr-c.llr > p.Calibration.Proof.Margin {
			break
		}
		if !tell(best.Geometry, c.Geometry).apart() {
			close = append(close, c.Candidate)
		}
	}
	return close
}

// unverifiable answers from the scores of the candidates that have too few
// features to be verified, if one is accepted.
func unverifiable(candidates []Candidate, p Policy) (Decision, bool) {
	var left []Candidate
	for _, c := range candidates {
		if c.Geometry != nil && !c.Geometry.Verifiable {
			left = append(left, c)
		}
	}
	if len(left) == 0 || !(float64(left[0].Score) >= p.Threshold) {
		return Decision{}, false
	}
	return decideScore(left, p), true
}
