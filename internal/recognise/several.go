package recognise

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"exemplar/internal/decide"
)

// maxDocuments is how many documents are found in one photo at most.
const maxDocuments = 8

// location is where a document lies in a photo. claims are the hypotheses about this
// part of the photo, by falling LLR.
type location struct {
	claims []*Hypothesis
	area   *area
}

// several answers with the documents that surely lie in the photo, each in its
// location. First comes the answer that the photo gets alone, then the most certain
// ones. If nothing is sure, that answer is the only one. elsewhere are claims to
// other locations than that of first.
func (s *search) several(ctx context.Context, e *evidenceSet, first *Finding, elsewhere []*Hypothesis) ([]Finding, error) {
	locations, err := findLocations(s.photo, func(rest *Photo) ([]*Hypothesis, error) {
		if rest == s.photo {
			return e.claims(first.Best), nil
		}
		seen, err := s.in(rest).run(ctx, nil)
		return slices.DeleteFunc(seen, func(h *Hypothesis) bool { return !e.accepts(h) }), err
	}, e.llr)
	if err != nil || len(locations) == 0 {
		return []Finding{*first}, err
	}
	var findings []Finding
	var home Finding
	for i := range locations {
		f := *first
		switch {
		case i > 0 || len(elsewhere) > 0:
			if f, err = s.decideAt(ctx, e, locations, i); err != nil {
				return nil, err
			}
		case len(locations) > 1 && f.Decision.Best.Evidence != nil && e.policy.WantsSameCopy(&f.Decision.Best):
			e.beside = areasBut(locations, 0)
			f = e.decide()
		}
		if i == 0 {
			home = f
		}
		if f.Decision.Outcome == decide.Match || f.Decision.Outcome == decide.Ambiguous || i == 0 && f.isUnder() {
			findings = append(findings, f)
		}
	}
	if len(findings) == 0 {
		findings = []Finding{home}
	}
	return findings, nil
}

// isUnder says that a document is no match because another one lies on it.
func (f *Finding) isUnder() bool {
	return f.Decision.Basis == decide.ByExact && f.Decision.Best.Evidence != nil && f.Decision.Best.Evidence.Under
}

// areasBut are the areas of all locations but one.
func areasBut(locations []location, but int) (areas []*area) {
	for i, p := range locations {
		if i != but {
			areas = append(areas, p.area)
		}
	}
	return areas
}

// claims returns the hypotheses that would be accepted if each were the only one, by
// falling LLR; of equal ones first comes first.
func (e *evidenceSet) claims(first *Hypothesis) []*Hypothesis {
	var claims []*Hypothesis
	for _, h := range e.seen {
		if e.accepts(h) {
			claims = append(claims, h)
		}
	}
	rank := func(h *Hypothesis) string {
		if h == first {
			return ""
		}
		return h.ID
	}
	slices.SortFunc(claims, func(a, b *Hypothesis) int {
		return cmp.Or(cmp.Compare(e.llr(b), e.llr(a)), cmp.Compare(rank(a), rank(b)))
	})
	return claims
}

// decideAt decides about one of several locations, by all that is found there once
// the others are painted over. It must look again: a search finds a reference in one
// location only, however many copies of it there are.
func (s *search) decideAt(ctx context.Context, first *evidenceSet, locations []location, at int) (Finding, error) {
	others := areasBut(locations, at)
	e := &evidenceSet{vectors: first.vectors, policy: first.policy, seen: map[string]*Hypothesis{}, nearestOf: first.nearestOf, beside: others}
	if len(others) > 0 {
		seen, err := s.in(s.photo.without(others)).run(ctx, nil)
		if err != nil {
			return Finding{}, err
		}
		for _, h := range seen {
			if h.Found.Located && s.photo.area(h.Reference, &h.Found).sameAs(locations[at].area) {
				e.add(h)
			}
		}
	}
	for _, h := range locations[at].claims {
		if e.seen[h.ID] == nil {
			e.add(h)
		}
	}
	e.photo = s.photo
	if err := s.addStates(ctx, e); err != nil {
		return Finding{}, err
	}
	return e.decide(), nil
}

// llr is what the evidence for a hypothesis is worth.
func (e *evidenceSet) llr(h *Hypothesis) float64 {
	return e.policy.Calibration.LLRModel.LLR(h.Found.ForDecision)
}

// accepts says whether a hypothesis would be accepted if it were the only one.
func (e *evidenceSet) accepts(h *Hypothesis) bool {
	model := e.policy.Calibration.LLRModel
	return h.Found.Located && e.llr(h) >= model.Threshold(model.LookAlikePrior, e.policy.FPIR, e.policy.Labels)
}

// elsewhere returns the claims to another location than home.
func (s *search) elsewhere(e *evidenceSet, home *area) []*Hypothesis {
	var others []*Hypothesis
	for _, h := range e.claims(nil) {
		if !s.photo.area(h.Reference, &h.Found).sameAs(home) {
			others = append(others, h)
		}
	}
	return others
}

// moreCopies says whether features outside of a location agree with what was found
// there: another copy, or a look-alike, may lie there.
func (s *search) moreCopies(e *evidenceSet, home *area) bool {
	beside := s.photo.probe.Beside(home.holds)
	for _, h := range e.claims(nil) {
		if beside.CoarseInliers(h.Reference.target.Features()) >= fewShared {
			return true
		}
	}
	return false
}

// mention says in a single answer that other documents lie in the photo, too.
func mention(first *Finding, others []Finding) {
	if len(others) == 0 {
		return
	}
	var labels []string
	for i := range others {
		d := &others[i].Decision
		label := string(d.Label)
		if d.Outcome == decide.Ambiguous {
			label = "one that may be " + string(d.Best.Label)
		}
		labels = append(labels, label)
	}
	d := &first.Decision
	n := 1 + len(labels)
	d.Summary += fmt.Sprintf(", %d documents here (--all)", n)
	d.Reason += fmt.Sprintf("; %d documents lie in the picture, also %s; --all answers with every one", n, strings.Join(labels, ", "))
}

// findLocations finds the documents in a photo. look returns the claims that are
// worth answering of the photo it is given: first of the whole, then of what is left
// once the documents found so far are painted over, until there is no claim to a new
// location. Of each look the most certain ones come first.
//
// A document that lies on another one is found as well as that one. What disagrees
// with a reference is not taken to be part of it, and what lies below a document that
// was found cannot speak against another one.
func findLocations(p *Photo, look func(rest *Photo) ([]*Hypothesis, error), llr func(*Hypothesis) float64) ([]location, error) {
	var locations []location
	var areas []*area
	for rest := p; ; rest = p.without(areas) {
		claims, err := look(rest)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(claims, func(a, b *Hypothesis) int { return cmp.Compare(llr(b), llr(a)) })
		before := len(locations)
		for _, h := range claims {
			if !h.Found.Located {
				continue
			}
			claimed := p.area(h.Reference, &h.Found)
			if i := slices.IndexFunc(areas, claimed.sameAs); i >= 0 {
				locations[i].claims = append(locations[i].claims, h)
			} else if len(locations) < maxDocuments {
				locations, areas = append(locations, location{[]*Hypothesis{h}, claimed}), append(areas, claimed)
			}
		}
		if len(locations) == before || len(locations) == maxDocuments {
			return locations, nil
		}
	}
}
