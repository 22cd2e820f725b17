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

// location is where a document lies in a photo: the best claim to it, and the
// others, which are about the same part of the photo, by falling LLR.
type location struct {
	claims []*Hypothesis
	area   *area
}

// several answers with the documents that surely lie in the photo, each in its
// place, first what the photo is answered with alone, then the most certain first.
// If nothing is sure, it is that answer. elsewhere are claims to other places than
// that of first.
func (s *search) several(ctx context.Context, e *evidenceSet, first *Finding, elsewhere []*Hypothesis) ([]Finding, error) {
	places, err := findLocations(s.photo, func(rest *Photo) ([]*Hypothesis, error) {
		if rest == s.photo {
			return e.claims(first.Best), nil
		}
		seen, err := s.in(rest).run(ctx, nil)
		return slices.DeleteFunc(seen, func(h *Hypothesis) bool { return !e.accepts(h) }), err
	}, e.llr)
	if err != nil || len(places) == 0 {
		return []Finding{*first}, err
	}
	var findings []Finding
	var home Finding
	for i := range places {
		f := *first
		if i > 0 || len(elsewhere) > 0 {
			if f, err = s.decideAt(ctx, e, places, i); err != nil {
				return nil, err
			}
		}
		if i == 0 {
			home = f
		}
		if f.Decision.Outcome == decide.Match || f.Decision.Outcome == decide.Ambiguous {
			findings = append(findings, f)
		}
	}
	if len(findings) == 0 {
		findings = []Finding{home}
	}
	return findings, nil
}

// claims returns what would be accepted if it were the only one, by falling LLR;
// of equals first comes first.
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

// decideAt decides about one of several places by all that is found there once the
// others are painted over: a reference is found in one place only, however many
// copies of it, or of what looks like it, there are.
func (s *search) decideAt(ctx context.Context, first *evidenceSet, places []location, at int) (Finding, error) {
	var others []*area
	for i, p := range places {
		if i != at {
			others = append(others, p.area)
		}
	}
	e := &evidenceSet{policy: first.policy, seen: map[string]*Hypothesis{}, nearestOf: first.nearestOf}
	if len(others) > 0 {
		seen, err := s.in(s.photo.without(others)).run(ctx, nil)
		if err != nil {
			return Finding{}, err
		}
		for _, h := range seen {
			if h.Found.Located && s.photo.area(h.Reference, &h.Found).sameAs(places[at].area) {
				e.add(h)
			}
		}
	}
	for _, h := range places[at].claims {
		if e.seen[h.ID] == nil {
			e.add(h)
		}
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

// elsewhere returns what would be accepted in another place than that of first.
func (s *search) elsewhere(e *evidenceSet, home *area) []*Hypothesis {
	var others []*Hypothesis
	for _, h := range e.claims(nil) {
		if !s.photo.area(h.Reference, &h.Found).sameAs(home) {
			others = append(others, h)
		}
	}
	return others
}

// moreCopies says whether features beside a place agree with what was found there:
// another copy, or a look-alike, may lie there.
func (s *search) moreCopies(e *evidenceSet, home *area) bool {
	beside := s.photo.probe.Beside(home.holds)
	for _, h := range e.claims(nil) {
		if beside.CoarseInliers(h.Reference.target.Features()) >= fewShared {
			return true
		}
	}
	return false
}

// mention says in a single answer that others lie in the photo, too.
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

// findLocations finds the documents in a photo, the most certain ones of each look
// first. look returns the claims that are worth answering of the photo it is
// given: first the whole, then what is left of it with the documents that were
// found painted over, until it has no claim to anything new.
//
// A document that lies on another one is found as well as that one: what
// disagrees with a reference is not taken to be part of it, and what lies below
// something that was found cannot speak against another.
func findLocations(p *Photo, look func(rest *Photo) ([]*Hypothesis, error), llr func(*Hypothesis) float64) ([]location, error) {
	var places []location
	var areas []*area
	for rest := p; ; rest = p.without(areas) {
		claims, err := look(rest)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(claims, func(a, b *Hypothesis) int { return cmp.Compare(llr(b), llr(a)) })
		before := len(places)
		for _, h := range claims {
			if !h.Found.Located {
				continue
			}
			claimed := p.area(h.Reference, &h.Found)
			if i := slices.IndexFunc(areas, claimed.sameAs); i >= 0 {
				places[i].claims = append(places[i].claims, h)
			} else if len(places) < maxDocuments {
				places, areas = append(places, location{[]*Hypothesis{h}, claimed}), append(areas, claimed)
			}
		}
		if len(places) == before || len(places) == maxDocuments {
			return places, nil
		}
	}
}
