package exemplar

import (
	"context"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
)

// consideredLabels is how many labels a decision looks at: enough to see every
// rival within the margin in galleries of look-alikes.
const consideredLabels = 32

// Classify says what a picture file shows. A file that cannot be used gives an
// answer, [Refused], and not an error; an error means that the gallery cannot
// be read.
func (g *Gallery) Classify(ctx context.Context, data []byte) (Answer, error) {
	picture, _, err := imaging.DecodeAtLeast(data, g.model.decodeSide(), imaging.DefaultLimits)
	if err != nil {
		return newAnswer(decide.Refuse(err.Error()), nil), nil
	}
	if problem := imaging.Inspect(picture); problem != "" {
		return newAnswer(decide.Refuse(problem), nil), nil
	}
	view, err := g.follow(ctx)
	if err != nil {
		return Answer{}, err
	}
	candidates, err := view.Search(ctx, g.model.EmbedImage(picture), consideredLabels)
	if err != nil {
		return Answer{}, err
	}
	policy, err := decide.NewPolicy(g.model.calibration, g.fpir, view.Index().Labels())
	if err != nil {
		return Answer{}, err
	}
	return newAnswer(decide.Decide(candidates, policy), candidates), nil
}
