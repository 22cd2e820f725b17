package vectorindex

import (
	"exemplar/internal/label"
)

// NearestOf returns the reference of a label that is most like an embedding (dim), in
// any rotation. It ignores the reference with the id except, and returns nil if there
// is no other.
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

// SearchBelow is [Index.Search] among the labels below another.
func (x *Index) SearchBelow(above label.Label, embedding []float32, k int) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	p := newProbe(embedding)
	t := tally{index: x, probe: &p, best: map[int32]Hit{}}
	for slot, n := range x.labels {
		if name := x.names[n]; name != above && above.Contains(name) {
			t.compare(slot)
		}
	}
	return t.top(k)
}
