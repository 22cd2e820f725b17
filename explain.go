package exemplar

import (
	"context"
	"errors"
	"fmt"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// ErrNothingToExplain says that no reference was looked for in a picture, so
// that there is nothing to show.
var ErrNothingToExplain = errors.New("nothing was looked for in the picture: it cannot be used, nothing is registered, or geometry is off")

// ErrNotAlike says that of two references one is not found in the other, so that
// there is nothing to show.
var ErrNotAlike = errors.New("the two have too little in common to be laid on each other")

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

// ExplainRival draws, as a PNG, where a reference differs from another one: the
// two side by side, the other one laid on the first, with the regions that differ
// framed and enlarged.
func (g *Gallery) ExplainRival(ctx context.Context, id, rival string) ([]byte, error) {
	n, err := g.newcomer(ctx, id)
	if err != nil {
		return nil, err
	}
	other, err := g.Get(ctx, rival)
	if err != nil {
		return nil, err
	}
	if g.model.calibration.Proof == nil {
		return nil, ErrNotAlike
	}
	o, err := g.lay(ctx, n, rival)
	if err != nil {
		return nil, err
	}
	if !o.found.Located {
		return nil, fmt.Errorf("%s and %s: %w", n.Label, other.Label, ErrNotAlike)
	}
	return imaging.EncodePNG(proof.ExplainRivals(n.photo, proof.Rivals{
		Labels: [2]string{n.Label, other.Label}, Reference: o.shape, Picture: o.picture, Found: o.found,
		Difference: o.Difference, Title: o.title(), Says: n.Label + " " + o.reason(other.Label),
	})), nil
}
