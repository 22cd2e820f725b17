package recognise

import (
	"context"

	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
)

// reversal is a way in which a picture can be the reverse of what it shows.
type reversal struct {
	mirrored, inverted bool
	of                 func(*imaging.Image) *imaging.Image
	says               string
	condition          condition.Kind
}

// reversedSide is the longer side at which the reverse of a photo is looked at first,
// so that an unknown picture costs little more. By eye.
const reversedSide = 448

// reversals are what front cameras and scanners of film leave behind.
var reversals = []reversal{
	{mirrored: true, of: (*imaging.Image).Mirror, says: "the picture looks mirrored", condition: condition.Mirrored},
	{inverted: true, of: (*imaging.Image).Invert, says: "the picture looks like a negative", condition: condition.DarkMode},
}

const (
	// Of what lies as it should hardly any has so few inliers, or up to fewInliers of which so
	// little agrees. What is symmetric, as a frame or a form of lines, agrees a little in a mirror.
	// Of mirrored pictures of drawn documents of 18 kinds three seemed to lie as they
	// should, with 5 to 11 inliers, and one with 27, of which 55 % agrees.
	fewInliers  = 2 * enoughInliers
	littleAgree = 0.7
	// plainerLLR is by how much the reverse must speak more for itself. By eye.
	plainerLLR = 0.5
)

// mayBeReversed are the reversals that are worth a look: all of them where nothing was found,
// and the mirror where little was.
func (s *search) mayBeReversed(first *Finding) []reversal {
	best := first.Decision.Best.Evidence
	switch {
	case s.inliers < enoughInliers && first.Decision.Outcome == decide.Unknown:
		return reversals
	case best == nil || !best.Located:
		return nil
	case s.inliers < enoughInliers || s.inliers < fewInliers && best.LocallyConsistent < littleAgree:
		return reversals[:1]
	}
	return nil
}

// isPlainer says that the reverse shows more of a document than the picture as it is.
func isPlainer(reverse, first *Finding) bool {
	d, e := &first.Decision, first.Decision.Best.Evidence
	return d.Outcome == decide.Unknown && d.Basis != decide.ByExact || e == nil || !e.Located || reverse.Decision.LLR >= d.LLR+plainerLLR
}

// reversed looks, by coarse matches alone, whether the reverse of a photo in which
// hardly anything was found shows a document. It returns nil if not.
func (s *search) reversed(ctx context.Context, first *evidenceSet, of []reversal) (*Photo, *Finding, error) {
	small := imaging.FitWithin(s.photo.picture, reversedSide)
	for _, r := range of {
		coarse := s.in(NewPhoto(s.photo.embedder, r.of(small)))
		embedding := s.photo.embedder.Embed(coarse.photo.picture)
		alike := candidatesOf(s.vectors.Search(embedding, maxVerified))
		if n, err := coarse.mostInliers(ctx, alike); err != nil || n < fewShared {
			if err != nil {
				return nil, nil, err
			}
			continue
		}
		photo := NewPhoto(s.photo.embedder, r.of(s.photo.picture))
		photo.scaleX, photo.scaleY, photo.mirrored = s.photo.scaleX, s.photo.scaleY, r.mirrored
		found, err := s.in(photo).runCoarsely(ctx, alike)
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			continue
		}
		e := &evidenceSet{vectors: first.vectors, policy: first.policy, seen: map[string]*Hypothesis{}, photo: photo}
		e.nearestOf = nearestIn(s.vectors.Index, embedding)
		for _, h := range found {
			e.add(h)
		}
		f := e.decide()
		if f.Decision.Outcome != decide.Match || f.Decision.Basis != decide.ByGeometry {
			continue
		}
		f.Mirrored, f.Inverted = r.mirrored, r.inverted
		f.Conditions = append(f.Conditions, Condition{Kind: r.condition, Share: 1})
		f.Decision.Summary += ", " + r.says
		f.Decision.Reason = r.says + "; " + f.Decision.Reason
		return photo, &f, nil
	}
	return nil, nil, nil
}

// matchCoarsely is the first half of run.
func (s *search) matchCoarsely(ctx context.Context, candidates []decide.Candidate) ([]*Hypothesis, error) {
	index := s.engine.references.featureIndex()
	list := s.shortlist(candidates, func() []string { return index.Query(s.photo.probe.CoarseFeatures(), byFeatures) })
	return s.match(ctx, list, s.coarse, s.photo.CoarseMatch)
}

// mostInliers returns the inliers of the candidate that has most.
func (s *search) mostInliers(ctx context.Context, candidates []decide.Candidate) (int, error) {
	only := *s
	only.mode = SearchLikely
	seen, err := only.matchCoarsely(ctx, candidates)
	if err != nil || len(seen) == 0 {
		return 0, err
	}
	return seen[0].inliers, nil
}

// runCoarsely is run without the fine match. It finds nothing where the coarse match
// does not convince.
func (s *search) runCoarsely(ctx context.Context, candidates []decide.Candidate) ([]*Hypothesis, error) {
	seen, err := s.matchCoarsely(ctx, candidates)
	if err != nil || len(seen) == 0 || seen[0].inliers < enoughInliers {
		return nil, err
	}
	return s.verifyBest(ctx, seen)
}
