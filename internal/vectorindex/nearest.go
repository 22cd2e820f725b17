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
	c, found := x.compareThose(embedding, func(slot int, n int32) bool { return n == number && x.ids[slot] != except }).best[number]
	if !found {
		return nil
	}
	return &c
}

// SearchBelow is [Index.Search] among the labels below another.
func (x *Index) SearchBelow(above label.Label, embedding []float32, k int) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.compareThose(embedding, func(_ int, n int32) bool { return x.names[n] != above && above.Contains(x.names[n]) }).top(k)
}

// compareThose compares an embedding with the references that those chooses, by slot and number of
// the label. The index is locked.
func (x *Index) compareThose(embedding []float32, those func(slot int, label int32) bool) *tally {
	p := newProbe(embedding)
	t := &tally{index: x, probe: &p, best: map[int32]Hit{}}
	for slot, n := range x.labels {
		if those(slot, n) {
			t.compare(slot)
		}
	}
	return t
}
