package exemplar

import (
	"context"
	"errors"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// ErrNothingToExplain says that no reference was looked for in a picture, so
// that there is nothing to show.
var ErrNothingToExplain = errors.New("nothing was looked for in the picture: it cannot be used, nothing is registered, or geometry is off")

// Explain draws, as a PNG, why a picture is, or is not, taken for the best
// candidate: the two side by side, the points that agree, the places that agree
// and those that do not, and the decision in words.
func (g *Gallery) Explain(ctx context.Context, data []byte) ([]byte, error) {
	picture, _, err := imaging.DecodeAtLeast(data, proof.PhotoSide, imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	picture = imaging.FitWithin(picture, proof.PhotoSide)
	w, err := g.weigh(ctx, picture, consideredLabels)
	if err != nil {
		return nil, err
	}
	decision := decide.Decide(w.candidates, w.policy)
	best, looked := w.seen[decision.Best.Reference]
	if !looked {
		return nil, ErrNothingToExplain
	}
	reference, err := g.picture(ctx, best.id)
	if err != nil {
		return nil, err
	}
	return imaging.EncodePNG(proof.Explain(proof.NewPhoto(picture, g.model.network, g.model.bundle.Arch), proof.Compared{
		Reference: best.shape, Picture: reference, Label: string(best.label), Found: best.found, Decision: decision,
	})), nil
}
