package decide

import (
	"cmp"
	"exemplar/internal/scoremodel"
	"slices"
)

// scored is a candidate with what its evidence is worth.
type scored struct {
	Candidate
	llr float64
}

// verified returns the candidates on which geometry has a say, best first.
func (p Policy) verified(candidates []Candidate) []scored {
	var all []scored
	for _, c := range candidates {
		if p.isVerified(&c) {
			all = append(all, scored{c, p.Calibration.LLRModel.LLR(c.Evidence)})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.llr, a.llr) })
	return all
}

func (p Policy) isVerified(c *Candidate) bool {
	return p.Calibration.LLRModel != nil && c.Evidence != nil && c.Evidence.Verifiable
}

// decideByGeometry answers from geometry. Where the best label has several references,
// each of which was looked for, it answers what any one of them alone would: a second
// reference takes nothing away, and what one of them shows of the form is never put
// together with what speaks for another. But one of which only a part can be compared
// does not clear the photo of the other form that the first shows. ok is false where
// geometry has nothing to say: then the embeddings decide.
func decideByGeometry(candidates []Candidate, p Policy) (d Decision, ok bool) {
	if d, ok = decideByBest(candidates, p); !ok {
		return d, ok
	}
	for _, e := range d.Best.Others {
		if d.Outcome == Match && d.Label == d.Best.Label {
			break
		}
		if float64(e.Evidence.Comparable) < p.Calibration.LLRModel.Constants.EnoughSeen*float64(e.Evidence.Blocks) {
			continue
		}
		alone := slices.Clone(candidates)
		at := slices.IndexFunc(alone, func(c Candidate) bool { return c.Label == d.Best.Label })
		alone[at].Reference, alone[at].Rotation, alone[at].Fixed, alone[at].Varies, alone[at].Evidence, alone[at].Others = e.Reference, e.Rotation, e.Fixed, e.Varies, e.Evidence, nil
		other, ok := decideByBest(alone, p)
		if ok && other.Outcome == Match && other.Best.Label == d.Best.Label && (d.Outcome != Match || other.Label == d.Best.Label) {
			d = other
		}
	}
	return d, true
}

// decideByBest answers by the rule of the package comment, from one reference of each
// label.
func decideByBest(candidates []Candidate, p Policy) (d Decision, ok bool) {
	ranked := p.verified(candidates)
	if len(ranked) == 0 {
		return d, false
	}
	p.preferEmblems(ranked)
	p.preferForm(ranked)
	best, model := ranked[0], p.Calibration.LLRModel
	rule := p.ruleFor(ranked)
	d = Decision{
		Outcome: Unknown, Basis: ByGeometry, Best: best.Candidate, LLR: best.llr,
		Threshold: p.Threshold, FMR: p.Calibration.FMR(float64(best.Score)), LookAlikes: model.LookAlike.Rate(best.llr),
	}
	d.Extrapolated = d.LookAlikes < model.LookAlike.Supported()
	d.ThresholdLLR, d.FPIR = rule.threshold, model.FPIR(rule.prior, d.LLR, p.Labels)
	d.BestFPIR = model.FPIR(rule.own, d.LLR, p.Labels)
	if rule.byKind {
		d.FPIR = scoremodel.DefaultKindModel().FPIR(d.LLR, p.Labels, best.Evidence)
		d.BestFPIR = d.FPIR
	}
	p.conclude(&d, ranked, rule)
	if d.Outcome == Unknown {
		if s, ok := unverifiable(candidates, p); ok {
			return s, true
		}
	}
	even := p.evenOdds(ranked)
	p.rank(&d, even.threshold, p.surely(ranked, even), even.close, without(ranked, candidates, even.close, p), rule.close)
	return d, true
}

// rule is what the best candidate is held to.
type rule struct {
	prior      float64     // of a look-alike: share of strangers that have one registered
	own        float64     // the same where the answer is the best label itself, and none above it
	threshold  float64     // LLR from which on it is accepted
	competitor *scored     // closest to the best of other answers; nil if nothing else looks much like the probe
	close      []Candidate // the best, and what cannot be told from it
	byKind     bool        // threshold is that of the KindModel
	above      Label       // what is accepted instead of the best, which shows another form; else empty
}

// ruleFor is the rule for candidates, best first.
func (p Policy) ruleFor(ranked []scored) rule {
	return p.heedHead(ranked, p.besideEditions(ranked, p.ruleAmong(ranked)))
}

// ruleAmong is ruleFor as if every other label stood for another answer.
func (p Policy) ruleAmong(ranked []scored) rule {
	model := p.Calibration.LLRModel
	var r rule
	r.competitor, r.prior = p.closestCompetitor(ranked)
	r.own = r.prior
	r.threshold, r.close = model.Threshold(r.prior, p.FPIR, p.Labels), p.undistinguished(ranked)
	if r.competitor != nil && ranked[0].llr < r.threshold && LooksUnchanged(ranked[0].Evidence) {
		if group := p.lookAlikeGroup(ranked); commonLabel(group) != "" {
			r.prior, r.close = model.LookAlikePrior, group
			r.threshold = model.Threshold(r.prior, p.FPIR, p.Labels)
		}
	}
	return p.besideOutshown(ranked, p.byForm(ranked, r))
}

// LooksUnchanged says that no region surely shows other print, and hardly any print
// seems to.
func LooksUnchanged(e *scoremodel.Evidence) bool { return e.Changes == 0 && e.Changed < hardlyAny }

// hardlyAny is a share of print that may seem changed by the photo's noise alone. By
// eye.
const hardlyAny = 0.05

// without returns the candidates that are not in close: first those that were
// verified, best first, then the others.
func without(ranked []scored, candidates, close []Candidate, p Policy) []Candidate {
	var rest []Candidate
	add := func(c Candidate) {
		if !slices.ContainsFunc(close, func(k Candidate) bool { return k.Label == c.Label }) {
			rest = append(rest, c)
		}
	}
	for _, c := range ranked {
		add(c.Candidate)
	}
	for _, c := range candidates {
		if !p.isVerified(&c) {
			add(c)
		}
	}
	return rest
}

// conclude sets outcome, label, rival and reason.
func (p Policy) conclude(d *Decision, ranked []scored, r rule) {
	others := make([]Candidate, len(ranked))
	for i, c := range ranked {
		others[i] = c.Candidate
	}
	label := commonLabel(r.close)
	d.Rival = firstOutside(others, d.Best.Label)
	switch {
	case !d.Best.Evidence.Located:
		d.Basis = BySearch
		notFoundReason(d)
	case !(d.LLR >= d.ThresholdLLR):
		differsReason(d, r.competitor)
	case p.refusesCopy(&d.Best):
		d.Basis = ByExact
		p.refusedCopyReason(d)
	case label == "":
		d.Outcome = Ambiguous
		equalReason(d, r.close)
	default:
		if r.above != "" {
			label, d.OtherForm = r.above, !showsForm(d.Best.Evidence.Form)
		}
		d.Outcome, d.Label, d.Copy = Match, label, copyOf(d.Best.Evidence)
		d.Rival = firstOutside(others, label)
		d.Open = sublabels(r.close, label)
		foundReason(d, r, p)
	}
}

// closestCompetitor returns the best candidate that stands for another answer than
// the first, and the prior of a look-alike given it. It returns nil and the lowest
// prior if that candidate looks so little like the probe that it does not raise the
// threshold.
func (p Policy) closestCompetitor(ranked []scored) (*scored, float64) {
	model := p.Calibration.LLRModel
	for i, c := range ranked[1:] {
		if ranked[0].isRivalledBy(&c) && !ranked[0].isOfAnotherCompany(&c) && !(ranked[0].isToldByForm(&c) && !isEdition(&ranked[0], &c)) {
			if prior := model.LookAlikePriorGiven(c.llr, p.FPIR, p.Labels); prior > model.LookAlikePrior {
				return &ranked[1+i], prior
			}
			break
		}
	}
	return nil, model.LookAlikePrior
}

// isRivalledBy says that another candidate stands for another answer, and that what
// lies in the photo looks like it too. What looks much less like it than like the
// first is a wrong fit, and what agrees where the first does not is of another form.
func (c *scored) isRivalledBy(other *scored) bool {
	return other.Evidence.Located && !c.Label.InLine(other.Label) && !c.isDuplicateOf(&other.Candidate) && !c.differsInCondition(&other.Candidate) &&
		other.Evidence.Cosine > c.Evidence.Cosine-wrongFit && !discriminate(c.Evidence, other.Evidence).isForeign()
}

// wrongFit is how much less a photo resembles what only seems to lie in it. By eye.
const wrongFit = 0.3

// isDuplicateOf says that two candidates are of one picture, registered twice. Such a
// candidate does not show that the gallery holds look-alikes.
func (c *Candidate) isDuplicateOf(other *Candidate) bool {
	return c.Picture != 0 && c.Picture == other.Picture && c.Label != other.Label
}

// lookAlikeGroup returns the best candidate and those that look like the probe nearly
// as much: it leads them by less than the margin over unregistered look-alikes.
func (p Policy) lookAlikeGroup(ranked []scored) []Candidate {
	var group []Candidate
	for _, c := range ranked {
		if c.Evidence.Located && ranked[0].llr-c.llr < p.Calibration.LLRModel.UnregisteredMargin {
			group = append(group, c.Candidate)
		}
	}
	return group
}

// undistinguished returns the best candidate and those that cannot be told from it:
// it leads them by no more than the margin, or they are of the same picture, and no
// blocks tell them apart.
func (p Policy) undistinguished(ranked []scored) []Candidate {
	best := &ranked[0]
	close := []Candidate{best.Candidate}
	for _, c := range ranked[1:] {
		near := c.Evidence.Located && (best.llr-c.llr <= p.Calibration.LLRModel.Margin || !best.formMayBeOver(&c))
		told := best.formMayBeOver(&c) && (discriminate(best.Evidence, c.Evidence).separates() || best.showsEmblemsOver(&c)) || best.isToldByForm(&c)
		if (near || best.isDuplicateOf(&c.Candidate)) && !told || best.differsInCondition(&c.Candidate) {
			close = append(close, c.Candidate)
		}
	}
	return close
}

// unverifiable answers from the embeddings of the candidates that have too few
// features to be verified. ok is false if none of them is accepted.
func unverifiable(candidates []Candidate, p Policy) (Decision, bool) {
	var left, rest []Candidate
	for _, c := range candidates {
		if c.Evidence != nil && !c.Evidence.Verifiable {
			left = append(left, c)
		} else {
			rest = append(rest, c)
		}
	}
	if len(left) == 0 || !(float64(left[0].Score) >= p.Threshold) {
		return Decision{}, false
	}
	return decideByEmbedding(left, rest, p), true
}
