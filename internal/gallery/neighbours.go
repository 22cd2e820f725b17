package gallery

import (
	"context"

	"exemplar/internal/decide"
)

// Neighbours is what a gallery holds that is close to an image: what to tell
// whoever registers it. Which scores are too close is the caller's policy.
type Neighbours struct {
	Twins []Reference       // of the very same file, whatever their label
	Same  *decide.Candidate // the most alike reference of the same label
	Other *decide.Candidate // the most alike reference of any other label
}

// Neighbours looks for references that are close to an image of the given
// label, by its hash and its embedding. The reference with id except is left
// out: the image itself, if it is registered already.
func (v *View) Neighbours(ctx context.Context, label Label, hash Hash, embedding []float32, except string) (Neighbours, error) {
	candidates, err := v.Search(ctx, embedding, 2)
	if err != nil {
		return Neighbours{}, err
	}
	var n Neighbours
	for _, c := range candidates {
		if c.Label != label {
			n.Other = &c
			break
		}
	}
	n.Same = v.index.best(label, embedding, except)
	twins, err := v.gallery.List(ctx, Filter{Hash: &hash})
	if err != nil {
		return Neighbours{}, err
	}
	for _, twin := range twins {
		if twin.ID != except {
			n.Twins = append(n.Twins, twin)
		}
	}
	return n, nil
}

// best returns the reference of a label, other than except, that is most like
// the embedding; nil if there is none.
func (x *Index) best(label Label, embedding []float32, except string) *decide.Candidate {
	x.mu.RLock()
	defer x.mu.RUnlock()
	number, known := x.numbers[label]
	if !known {
		return nil
	}
	p := newProbe(embedding)
	t := tally{index: x, probe: &p, best: map[int32]decide.Candidate{}}
	for slot, of := range x.labels {
		if of == number && x.ids[slot] != except {
			t.compare(slot)
		}
	}
	if c, found := t.best[number]; found {
		return &c
	}
	return nil
}
