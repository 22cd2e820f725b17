package exemplar

import (
	"context"
	"math"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// consideredLabels is how many labels a decision looks at: enough to see every
// rival within the margin in galleries of look-alikes.
const consideredLabels = 32

// Classify says what a picture file shows. A file that cannot be used gives an
// answer, [Refused], and not an error; an error means that the gallery cannot
// be read.
func (g *Gallery) Classify(ctx context.Context, data []byte) (Answer, error) {
	picture, info, err := imaging.DecodeAtLeast(data, g.decodeSide(), imaging.DefaultLimits)
	if err != nil {
		return newAnswer(decide.Refuse(err.Error()), nil), nil
	}
	if problem := imaging.Inspect(picture); problem != "" {
		return newAnswer(decide.Refuse(problem), nil), nil
	}
	if g.geometry != GeometryOff {
		picture = imaging.FitWithin(picture, proof.PhotoSide)
	}
	w, err := g.weigh(ctx, picture, consideredLabels)
	if err != nil {
		return Answer{}, err
	}
	return w.answer(float64(info.W)/float64(picture.W), float64(info.H)/float64(picture.H)), nil
}

// decodeSide is the longer side from which on a probe is decoded: a little less
// than what is worked on will do, and often spares three quarters of the pixels.
func (g *Gallery) decodeSide() int {
	if g.geometry == GeometryOff {
		return g.model.decodeSide()
	}
	return proof.PhotoSide * 7 / 8
}

// weighing is everything that a decision is taken from.
type weighing struct {
	candidates []decide.Candidate // one for each label, by falling score
	policy     decide.Policy
	seen       map[string]sighting // by reference
}

// Scores returns how much speaks for each registered label, on one scale: the
// likelihood ratio (log10) of a document that was found in the picture, and for
// all other labels the cosine less 20, which is below any ratio. It is for
// judging the whole decision with many thresholds; the error says why a picture
// cannot be used, too.
func (g *Gallery) Scores(ctx context.Context, data []byte) (map[string]float64, error) {
	picture, _, err := imaging.DecodeAtLeast(data, g.decodeSide(), imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	w, err := g.weigh(ctx, imaging.FitWithin(picture, proof.PhotoSide), math.MaxInt)
	if err != nil {
		return nil, err
	}
	scores := map[string]float64{}
	for _, c := range w.candidates {
		scores[string(c.Label)] = float64(c.Score)
		if w.policy.Calibration.Proof == nil {
			continue
		}
		if c.Geometry != nil && c.Geometry.Located {
			scores[string(c.Label)] = w.policy.Calibration.Proof.LLR(c.Geometry)
		} else {
			scores[string(c.Label)] -= 20
		}
	}
	return scores, nil
}

// weigh gathers the evidence for an upright picture from the best labels.
func (g *Gallery) weigh(ctx context.Context, picture *imaging.Image, labels int) (weighing, error) {
	w := weighing{seen: map[string]sighting{}}
	view, err := g.follow(ctx)
	if err != nil {
		return w, err
	}
	candidates, err := view.Search(ctx, g.model.EmbedImage(picture), labels)
	if err != nil {
		return w, err
	}
	w.candidates = candidates
	if w.policy, err = decide.NewPolicy(g.model.calibration, g.fpir, view.Index().Labels()); err != nil {
		return w, err
	}
	w.policy.Exact = g.exact
	if g.geometry == GeometryOff || g.model.calibration.Proof == nil {
		return w, nil
	}
	photo := proof.NewPhoto(picture, g.model.network, g.model.bundle.Arch)
	seen, err := g.look(ctx, view, photo, candidates)
	if err != nil {
		return w, err
	}
	for _, s := range seen {
		w.add(s)
	}
	return w, nil
}

// answer decides. The scales are from the picture that was worked on to the one
// as sent.
func (w *weighing) answer(scaleX, scaleY float64) Answer {
	decision := decide.Decide(w.candidates, w.policy)
	answer := newAnswer(decision, w.policy.Rank(w.candidates))
	if best, ok := w.seen[decision.Best.Reference]; ok && best.found.Located {
		answer.Geometry = newGeometry(best, decision, scaleX, scaleY)
	}
	return answer
}

// add gives the sighting's label its evidence, if that is the label's best.
func (w *weighing) add(s sighting) {
	w.seen[s.id] = s
	c := decide.Candidate{Label: s.label, Reference: s.id, Score: s.score, Geometry: s.found.Weighed}
	if s.found.Located {
		c.Score, c.Rotation = float32(s.found.Weighed.Score), s.found.Weighed.Turn
	}
	for i := range w.candidates {
		old := &w.candidates[i]
		if old.Label != s.label {
			continue
		}
		llr := w.policy.Calibration.Proof.LLR
		if old.Geometry == nil || llr(c.Geometry) > llr(old.Geometry) {
			if !s.found.Located {
				c.Score, c.Rotation = old.Score, old.Rotation
			}
			*old = c
		}
		return
	}
	w.candidates = append(w.candidates, c)
}
