package exemplar

import (
	"context"
	"errors"
	"fmt"

	"exemplar/internal/explain"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// ErrNotAlike says that of two references one is not found in the other, so that
// there is nothing to show.
var ErrNotAlike = errors.New("the two have too little in common to be laid on each other")

// Rival is another label with a reference that resembles a registered one:
// captures of the two look alike.
type Rival struct {
	Label     string  `json:"label"`
	Reference string  `json:"reference"` // id of its reference
	Score     float64 `json:"score"`     // cosine of the two, in [-1, 1]
	Reason    string  `json:"reason"`    // how the registered one differs from it, in words

	// ContentsAlone says that the two are copies of one form, and differ in what is filled
	// in alone.
	ContentsAlone bool `json:"contents_alone,omitempty"`
	// Drawing is a PNG of where the two differ, if it was asked for.
	Drawing []byte `json:"drawing,omitempty"`

	// What follows is known where the two could be laid on each other.
	Compared  int      `json:"compared,omitempty"`  // blocks that could be compared
	Agreement float64  `json:"agreement,omitempty"` // share of them that agrees
	Regions   []Region `json:"regions,omitempty"`   // where the two differ
}

// Region is a rectangle of the registered picture, upright, in pixels of the
// picture as sent.
type Region struct {
	X int `json:"x"` // of its left side
	Y int `json:"y"` // of its upper side
	W int `json:"w"`
	H int `json:"h"`
}

// Rivals returns the labels, neither above nor below its own, whose references
// resemble a reference, the most alike first. These are the references that are found
// in its picture. Where geometry has no say, because there are too few features, it
// is the one whose embedding is close.
func (g *Gallery) Rivals(ctx context.Context, id string) ([]Rival, error) {
	neighbours, err := g.engine.Neighbours(ctx, id)
	if err != nil {
		return nil, g.fail(err)
	}
	var rivals []Rival
	for _, n := range neighbours {
		rivals = append(rivals, newRival(n))
	}
	return rivals, nil
}

func newRival(n recognise.Neighbour) Rival {
	r := Rival{Label: string(n.Label), Reference: n.Reference, Score: float64(n.Score)}
	if n.Pair == nil {
		r.Reason = fmt.Sprintf("is close to %s (similarity %.2f): captures of one may be answered %q", n.Label, n.Score, Ambiguous)
		return r
	}
	r.Reason = explain.Difference(n.Pair, r.Label)
	r.ContentsAlone = n.Pair.OnlyContentsDiffer()
	r.Compared, r.Agreement = n.Pair.Found.Comparable, n.Pair.Found.LocallyConsistent
	for _, b := range n.Pair.RegionsAsSent() {
		r.Regions = append(r.Regions, Region{b[0], b[1], b[2] - b[0], b[3] - b[1]})
	}
	return r
}

// ExplainContents draws, as a PNG, what of a reference is taken for form, which is
// printed alike on every copy, and what for contents, which may be other.
func (g *Gallery) ExplainContents(ctx context.Context, id string) ([]byte, error) {
	r, err := g.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, err := g.engine.Picture(ctx, id)
	if err != nil {
		return nil, g.fail(err)
	}
	return imaging.EncodePNG(explain.Contents(picture, recognise.OwnPrint(picture.Gray()), r.Label)), nil
}

// ExplainRival draws, as a PNG, where a reference differs from another one: the
// two side by side, the other one laid on the first, with the regions that differ
// framed and enlarged: in one colour where contents differ, in another where the form
// does.
func (g *Gallery) ExplainRival(ctx context.Context, id, rival string) ([]byte, error) {
	first, err := g.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	second, err := g.Get(ctx, rival)
	if err != nil {
		return nil, err
	}
	if g.model.inner.Calibration.LLRModel == nil {
		return nil, ErrNotAlike
	}
	overlay, err := g.engine.Align(ctx, rival, id)
	if err != nil {
		return nil, g.fail(err)
	}
	if !overlay.Found.Located {
		return nil, fmt.Errorf("%s and %s: %w", first.Label, second.Label, ErrNotAlike)
	}
	return imaging.EncodePNG(explain.Neighbours(overlay, first.Label, second.Label)), nil
}
