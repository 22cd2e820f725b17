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
// probe may be another member of it; see [Proof.Share]. Where it does not reach
// that, it may still be plain that the probe is no stranger to the family: then
// the label that its members have in common, or that lies above the best, is the
// answer.
func decideProof(candidates []Candidate, p Policy) (d Decision, ok bool) {
	ranked := p.verified(candidates)
	if len(ranked) == 0 {
		return d, false
	}
	best, proof := ranked[0], p.Calibration.Proof
	kin, share := p.kin(ranked)
	d = Decision{Verdict: Unknown, Threshold: p.Threshold, Proved: true, Best: best.Candidate, LLR: best.llr, FMR: proof.Family.Rate(best.llr)}
	d.Extrapolated = d.FMR < proof.Family.Supported()
	p.hold(&d, share)
	if close, label := p.family(ranked); d.LLR < d.ThresholdLLR && label != "" && d.LLR >= proof.Threshold(0, p.FPIR, p.Labels) {
		p.hold(&d, 0)
		p.answer(&d, ranked, close, label, familyReason(&d, label))
		return d, true
	}
	p.settle(&d, ranked, kin)
	if d.Verdict == Unknown {
		if s, ok := unverifiable(candidates, p); ok {
			return s, true
		}
	}
	return d, true
}

// hold holds the decision to a share of strangers that have a look-alike
// registered.
func (p Policy) hold(d *Decision, share float64) {
	proof := p.Calibration.Proof
	d.ThresholdLLR = proof.Threshold(share, p.FPIR, p.Labels)
	d.FPIR = proof.fpir(share, d.LLR, p.Labels)
}

// settle sets verdict, label, rival and reason.
func (p Policy) settle(d *Decision, ranked []proven, kin *proven) {
	close := p.contenders(ranked)
	label := commonLabel(close)
	d.Rival = firstOutside(withoutLLR(ranked), d.Best.Label)
	switch {
	case !d.Best.Geometry.Located:
		d.Reason = notFoundReason(d)
	case !(d.LLR >= d.ThresholdLLR):
		d.Reason = differsReason(d, kin)
	case label == "":
		d.Verdict = Ambiguous
		d.Reason = agreeAlike(close) + " and have no label in common"
	default:
		p.answer(d, ranked, close, label, "")
		if d.Verdict == Match {
			d.Reason = provedReason(d, close, p)
		}
	}
}

// answer answers with a label that contains those of the candidates close to the
// best, unless only the same copy will do and it is not.
func (p Policy) answer(d *Decision, ranked []proven, close []Candidate, label Label, reason string) {
	d.Rival = firstOutside(withoutLLR(ranked), d.Best.Label)
	if p.Exact && d.Best.Geometry.Changes > 0 {
		d.Reason = reprintedReason(d)
		return
	}
	d.Verdict, d.Label, d.Reason = Match, label, reason
	d.Rival = firstOutside(withoutLLR(ranked), label)
	d.Open = sublabels(close, label)
}

func withoutLLR(ranked []proven) []Candidate {
	candidates := make([]Candidate, len(ranked))
	for i, c := range ranked {
		candidates[i] = c.Candidate
	}
	return candidates
}

// kin returns the candidate that looks most like the probe of those that stand
// for another answer than the first, nil if none looks much like it; and the share
// of strangers that have a look-alike registered by that.
func (p Policy) kin(ranked []proven) (*proven, float64) {
	proof := p.Calibration.Proof
	for i, c := range ranked[1:] {
		if c.Geometry.Located && !ranked[0].Label.InLine(c.Label) {
			if share := proof.Share(c.llr, p.FPIR, p.Labels); share > proof.Alike {
				return &ranked[1+i], share
			}
			break
		}
	}
	return nil, proof.Alike
}

// family returns the best candidate and those that it does not lead by as much as
// what is registered leads the rest of its kind, and the label above all of them;
// empty if there is none.
func (p Policy) family(ranked []proven) ([]Candidate, Label) {
	best := &ranked[0]
	close, label := []Candidate{best.Candidate}, best.Label.Parent()
	for _, c := range ranked[1:] {
		if c.Geometry.Located && best.llr-c.llr < p.Calibration.Proof.Lead {
			close = append(close, c.Candidate)
			label = CommonAncestor(label, c.Label)
		}
	}
	if !best.Geometry.Located {
		return nil, ""
	}
	return close, label
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
