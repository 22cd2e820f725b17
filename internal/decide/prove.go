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

// kin is a label that looks like the probe too and stands for another answer.
type kin struct {
	proven
	told tally // the places that tell it from the best, the best first
}

// standing is what speaks for a label as the answer, and what it is held to.
type standing struct {
	label          Label
	kin            []kin   // the one that speaks most against it first
	share          float64 // of strangers that have a look-alike registered
	llr, threshold float64
}

func (s *standing) holds() bool { return s.llr >= s.threshold }

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
// The answer is the deepest label that holds: the best candidate's or one above
// it.
func decideProof(candidates []Candidate, p Policy) (d Decision, ok bool) {
	ranked := p.verified(candidates)
	if len(ranked) == 0 {
		return d, false
	}
	best, proof := ranked[0].Candidate, p.Calibration.Proof
	leaf := p.standing(best.Label, ranked)
	s := leaf
	for _, above := range best.Label.Ancestors() {
		if s.holds() {
			break
		}
		s = p.standing(above, ranked)
	}
	if !s.holds() {
		s = leaf
	}
	d = Decision{Verdict: Unknown, Threshold: p.Threshold, Proved: true, Best: best, LLR: s.llr, ThresholdLLR: s.threshold}
	d.FMR = proof.Family.Rate(d.LLR)
	d.Extrapolated = d.FMR < proof.Family.Supported()
	d.FPIR = proof.fpir(s.share, d.LLR, p.Labels)
	p.settle(&d, ranked, &s, &leaf)
	if d.Verdict == Unknown {
		if s, ok := unverifiable(candidates, p); ok {
			return s, true
		}
	}
	return d, true
}

// standing weighs a label, the best candidate's or one above it, against its
// kin, other labels that look like the probe. The threshold rises with them: the
// gallery holds a family then, and the probe may be another member of it; see
// [Proof.Share]. What the places say that tell the best from its kin is added to
// its LLR.
//
// What lies under the label is no kin of it: it counts as further references of
// the label would, and another member of that family lies under it too. So
// registering a sub-label takes nothing from the labels above it.
func (p Policy) standing(label Label, ranked []proven) standing {
	proof := p.Calibration.Proof
	s := standing{label: label, kin: p.kin(label, ranked), share: proof.Alike, llr: ranked[0].llr}
	if len(s.kin) > 0 {
		closest := slices.MaxFunc(s.kin, func(a, b kin) int { return cmp.Compare(a.llr, b.llr) })
		s.share = proof.Share(closest.llr, p.FPIR, p.Labels)
		s.llr = max(s.llr+s.kin[0].told.llr(), -maxLLR)
	}
	s.threshold = proof.Threshold(s.share, p.FPIR, p.Labels)
	return s
}

// settle sets verdict, label, rival and reason by the standing of the deepest
// label that holds, if one does, and of the best candidate's.
func (p Policy) settle(d *Decision, ranked []proven, s, leaf *standing) {
	others := make([]Candidate, len(ranked))
	for i, c := range ranked {
		others[i] = c.Candidate
	}
	close := p.contenders(ranked)
	d.Rival = firstOutside(others, d.Best.Label)
	switch common := commonLabel(close); {
	case !d.Best.Geometry.Located:
		d.Reason = notFoundReason(d)
	case !s.holds():
		d.Reason = differsReason(d, leaf.kin)
	case common == "":
		d.Verdict = Ambiguous
		d.Reason = agreeAlike(close) + " and have no label in common"
	default:
		d.Verdict, d.Label = Match, CommonAncestor(s.label, common)
		d.Rival = firstOutside(others, d.Label)
		d.Open = sublabels(close, d.Label)
		d.Reason = provedReason(d, openReason(d, close, s, leaf), p)
	}
}

// kin returns the candidates that look like the probe too and stand for another
// answer than label, the one that speaks most against the best first.
func (p Policy) kin(label Label, ranked []proven) []kin {
	var family []kin
	best := &ranked[0]
	for _, c := range ranked[1:] {
		if c.Geometry.Located && c.llr >= p.Calibration.Proof.Kin && !label.InLine(c.Label) {
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
