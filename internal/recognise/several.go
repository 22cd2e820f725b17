package recognise

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"exemplar/internal/decide"
)

// maxPlaces is how many documents are found in one photo at most.
const maxPlaces = 8

// place is where a document lies in a photo: the best claim to it, and the
// others, which are about the same part of the photo, by falling LLR.
type place struct {
	claims []*Hypothesis
}

// several answers with the documents that surely lie in the photo, each in its
// place, the most certain first.
func (s *search) several(ctx context.Context, first *evidenceSet) ([]Finding, error) {
	policy := first.policy
	places, err := findPlaces(s.photo, func(rest *Photo) ([]*Hypothesis, error) {
		in := s
		if rest != s.photo {
			in = s.in(rest)
		}
		return in.claims(ctx, policy)
	}, func(h *Hypothesis) float64 { return policy.Calibration.Proof.LLR(h.Found.Weighed) })
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, p := range places {
		e := &evidenceSet{policy: policy, seen: map[string]*Hypothesis{}, nearestOf: first.nearestOf}
		for _, h := range p.claims {
			e.add(h)
		}
		if f := e.decide(); f.Decision.Verdict != decide.Unknown {
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// mentionOthers says in a single answer that other documents surely lie in other
// parts of the photo.
func (s *search) mentionOthers(e *evidenceSet, first *Finding) {
	if first.Decision.Verdict != decide.Match && first.Decision.Verdict != decide.Ambiguous {
		return
	}
	weigher := e.policy.Calibration.Proof
	accept := weigher.Threshold(weigher.Alike, e.policy.FPIR, e.policy.Labels)
	var others []*Hypothesis
	for _, h := range e.seen {
		if h != first.Best && h.Found.Located && weigher.LLR(h.Found.Weighed) >= accept {
			others = append(others, h)
		}
	}
	slices.SortFunc(others, func(a, b *Hypothesis) int {
		return cmp.Or(cmp.Compare(weigher.LLR(b.Found.Weighed), weigher.LLR(a.Found.Weighed)), cmp.Compare(a.ID, b.ID))
	})
	taken := []*area{s.photo.area(first.Best.Reference, &first.Best.Found)}
	var labels []string
	for _, h := range others {
		if claimed := s.photo.area(h.Reference, &h.Found); !slices.ContainsFunc(taken, claimed.sameAs) {
			taken, labels = append(taken, claimed), append(labels, string(h.Label))
		}
	}
	if len(labels) == 0 {
		return
	}
	d := &first.Decision
	several := fmt.Sprintf("%d documents lie in the picture", 1+len(labels))
	const all = "--all answers with every one"
	if d.Verdict == decide.Ambiguous { // they are no rivals
		d.Summary = several
		d.Reason = fmt.Sprintf("%s: %s, %s; %s", several, d.Best.Label, strings.Join(labels, ", "), all)
		return
	}
	d.Summary += ", " + several
	d.Reason += fmt.Sprintf("; %s, also %s; %s", several, strings.Join(labels, ", "), all)
}

// claims returns what was found of references that would be accepted.
func (s *search) claims(ctx context.Context, policy decide.Policy) ([]*Hypothesis, error) {
	seen, err := s.run(ctx, nil)
	if err != nil {
		return nil, err
	}
	weigher := policy.Calibration.Proof
	accept := weigher.Threshold(weigher.Alike, policy.FPIR, policy.Labels)
	return slices.DeleteFunc(seen, func(h *Hypothesis) bool {
		return !h.Found.Located || weigher.LLR(h.Found.Weighed) < accept
	}), nil
}

// findPlaces finds the documents in a photo, the most certain ones of each look
// first. look returns the claims that are worth answering of the photo it is
// given: first the whole, then what is left of it with the documents that were
// found painted over, until it has no claim to anything new.
//
// A document that lies on another one is found as well as that one: what
// disagrees with a reference is not taken to be part of it, and what lies below
// something that was found cannot speak against another.
func findPlaces(p *Photo, look func(rest *Photo) ([]*Hypothesis, error), llr func(*Hypothesis) float64) ([]place, error) {
	var places []place
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
			} else if len(places) < maxPlaces {
				places, areas = append(places, place{claims: []*Hypothesis{h}}), append(areas, claimed)
			}
		}
		if len(places) == before || len(places) == maxPlaces {
			return places, nil
		}
	}
}
