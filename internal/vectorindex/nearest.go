package vectorindex

import (
	"exemplar/internal/label"
)

// NearestOf returns the reference of a label, other than except, that is most like
// an embedding (dim), in any rotation; nil if there is none.
func (x *Index) NearestOf(of label.Label, embedding []float32, except string) *Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	number, known := x.numbers[of]
	if !known {
		return nil
	}
	p := newProbe(embedding)
	t := tally{index: x, probe: &p, best: map[int32]Hit{}}
	for slot, n := range x.labels {
		if n == number && x.ids[slot] != except {
			t.compare(slot)
		}
	}
	if c, found := t.best[number]; found {
		return &c
	}
	return nil
}
