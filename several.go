package exemplar

import (
	"context"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// ClassifyAll answers with every document in a picture, the most certain first,
// each with its place. Where none is found it answers once, as [Classify] does.
func (g *Gallery) ClassifyAll(ctx context.Context, data []byte) ([]Answer, error) {
	first, err := g.Classify(ctx, data)
	if err != nil || first.Decision == Refused || first.Geometry == nil {
		return []Answer{first}, err
	}
	picture, info, err := imaging.DecodeAtLeast(data, g.decodeSide(), imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	picture = imaging.FitWithin(picture, proof.PhotoSide)
	view, err := g.follow(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := decide.NewPolicy(g.model.calibration, g.fpir, view.Index().Labels())
	if err != nil {
		return nil, err
	}
	places, err := proof.Several(proof.NewPhoto(picture, g.model.network, g.model.bundle.Arch),
		func(rest *proof.Photo) ([]proof.Claim[sighting], error) { return g.claims(ctx, view, rest, policy) })
	if err != nil {
		return nil, err
	}
	var answers []Answer
	scaleX, scaleY := float64(info.W)/float64(picture.W), float64(info.H)/float64(picture.H)
	for _, place := range places {
		if a := newPlaceAnswer(place, policy, scaleX, scaleY); a.Decision != Unknown {
			answers = append(answers, a)
		}
	}
	if len(answers) == 0 {
		return []Answer{first}, nil
	}
	return answers, nil
}

// claims looks for documents in what is left of a photo.
func (g *Gallery) claims(ctx context.Context, view *gallery.View, rest *proof.Photo, policy decide.Policy) ([]proof.Claim[sighting], error) {
	seen, err := g.look(ctx, view, rest, nil)
	if err != nil {
		return nil, err
	}
	weigher := policy.Calibration.Proof
	accept := weigher.Threshold(weigher.Alike, policy.FPIR, policy.Labels)
	var claims []proof.Claim[sighting]
	for _, s := range seen {
		if llr := weigher.LLR(s.found.Weighed); s.found.Located && llr >= accept {
			claims = append(claims, proof.Claim[sighting]{Of: s, Reference: s.shape, Found: s.found, LLR: llr})
		}
	}
	return claims, nil
}

// newPlaceAnswer decides between the claims to one place.
func newPlaceAnswer(place proof.Place[sighting], policy decide.Policy, scaleX, scaleY float64) Answer {
	w := weighing{policy: policy, seen: map[string]sighting{}}
	for _, claim := range append([]proof.Claim[sighting]{place.Claim}, place.Rivals...) {
		s := claim.Of
		s.found = claim.Found
		w.add(s)
	}
	return w.answer(scaleX, scaleY)
}
