package decide

import "slices"

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
	slices.SortStableFunc(all, func(a, b proven) int {
		switch {
		case a.llr > b.llr:
			return -1
		case a.llr < b.llr:
			return 1
		}
		return 0
	})
	return all
}

func (p Policy) isVerified(c *Candidate) bool {
	return p.Calibration.Proof != nil && c.Geometry != nil && c.Geometry.Verifiable
}

// decideProof answers from geometry; ok is false where it has nothing to say
// and the scores decide.
//
// The best label is accepted from the policy's threshold on: the strict one if
// another label is kin, that is, looks like the probe as well. Labels that it
// does not lead by the margin are its rivals, as for scores.
func decideProof(candidates []Candidate, p Policy) (d Decision, ok bool) {
	ranked := p.verified(candidates)
	if len(ranked) == 0 {
		return d, false
	}
	best := ranked[0]
	kin := p.kin(ranked)
	d = Decision{Verdict: Unknown, Threshold: p.Threshold, FMR: 1, Proved: true, Best: best.Candidate, LLR: best.llr, ThresholdLLR: p.Accept}
	if kin != nil {
		d.ThresholdLLR = p.Contested
	}
	if best.llr < d.ThresholdLLR || !best.Geometry.Located {
		if s, ok := unverifiable(candidates, p); ok {
			return s, true
		}
	}
	d.FMR = p.Calibration.Proof.Family.Rate(d.LLR)
	d.Extrapolated = d.FMR < p.Calibration.Proof.Family.Supported()
	p.settle(&d, ranked, kin)
	return d, true
}

// settle sets verdict, label, rival and reason.
func (p Policy) settle(d *Decision, ranked []proven, kin *proven) {
	plain := make([]Candidate, len(ranked))
	for i, c := range ranked {
		plain[i] = c.Candidate
	}
	close := plain[:p.contenders(ranked)]
	switch label := commonLabel(close); {
	case !d.Best.Geometry.Located:
		d.Rival = firstOutside(plain, d.Best.Label)
		d.Reason = notFoundReason(d)
	case !(d.LLR >= d.ThresholdLLR):
		d.Rival = firstOutside(plain, d.Best.Label)
		d.Reason = differsReason(d, kin)
	case label == "":
		d.Verdict = Ambiguous
		d.Rival = firstOutside(plain, d.Best.Label)
		d.Reason = agreeAlike(close) + " and have no label in common"
	default:
		d.Verdict, d.Label = Match, label
		d.Rival = firstOutside(plain, label)
		d.Open = sublabels(close, label)
		d.Reason = provedReason(d, close, p)
	}
}

// kin returns the best candidate other than the first that looks like the probe
// too and speaks for another answer; nil if there is none.
func (p Policy) kin(ranked []proven) *proven {
	first := ranked[0].Label
	for i, c := range ranked[1:] {
		if c.llr < p.Calibration.Proof.Kin {
			break
		}
		if !first.Contains(c.Label) && !c.Label.Contains(first) {
			return &ranked[i+1]
		}
	}
	return nil
}

// contenders is how many candidates the best does not lead by the margin, the
// best included.
func (p Policy) contenders(ranked []proven) int {
	n := 1
	for n < len(ranked) && ranked[n].Geometry.Located && ranked[0].llr-ranked[n].llr <= p.Calibration.Proof.Margin {
		n++
	}
	return n
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
