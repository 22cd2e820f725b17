package exemplar

import (
	"context"
	"errors"

	"exemplar/internal/explain"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// ErrNothingToExplain says that no reference was looked for in a picture, so
// that there is nothing to show.
var ErrNothingToExplain = errors.New("nothing was looked for in the picture: it cannot be used, nothing is registered, or geometry is off")

// Classify says what a picture file shows. A file that cannot be used gives an
// answer, [Refused], and not an error; an error means that the gallery cannot
// be read.
func (g *Gallery) Classify(ctx context.Context, data []byte) (Answer, error) {
	answers, err := g.classify(ctx, data, false)
	if err != nil {
		return Answer{}, err
	}
	return answers[0], nil
}

// ClassifyAll answers with every document in a picture, the most certain first,
// each with its place. Where none is found it answers once, as [Classify] does.
func (g *Gallery) ClassifyAll(ctx context.Context, data []byte) ([]Answer, error) {
	return g.classify(ctx, data, true)
}

func (g *Gallery) classify(ctx context.Context, data []byte, all bool) ([]Answer, error) {
	result, err := g.engine.Recognise(ctx, data, g.options(all))
	if err != nil {
		return nil, err
	}
	var answers []Answer
	for i := range result.Findings {
		answers = append(answers, newAnswer(&result.Findings[i], result.Photo))
	}
	return answers, nil
}

func (g *Gallery) options(all bool) recognise.Options {
	return recognise.Options{FPIR: g.fpir, Exact: g.exact, Search: recognise.SearchMode(g.geometry), All: all}
}

// Explain draws, as a PNG, why a picture is, or is not, taken for the best
// candidate: the two side by side, the points that agree, the places that agree
// and those that do not, and the decision in words.
func (g *Gallery) Explain(ctx context.Context, data []byte) ([]byte, error) {
	result, err := g.engine.Recognise(ctx, data, g.options(false))
	if err != nil {
		return nil, err
	}
	first := &result.Findings[0]
	if first.Best == nil {
		return nil, ErrNothingToExplain
	}
	picture, err := g.engine.Picture(ctx, first.Best.ID)
	if err != nil {
		return nil, err
	}
	return imaging.EncodePNG(explain.Photo(result.Photo, first, picture)), nil
}

// Scores is for the judging of this program itself: see [recognise.Engine.Scores].
func (g *Gallery) Scores(ctx context.Context, data []byte) (map[string]float64, error) {
	return g.engine.Scores(ctx, data)
}
