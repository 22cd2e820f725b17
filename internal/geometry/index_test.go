package geometry

import (
	"errors"
	"testing"
)

func TestIndexFindsAddedAndForgetsRemoved(t *testing.T) {
	x := NewIndex()
	refs := map[int64]*Reference{}
	for id := range int64(12) {
		refs[id] = NewReference(page(t, 100+uint64(id), -1))
		x.Add(id, refs[id])
	}
	m := placed(480, 640, 33, 0.8, 320, 320, 2e-4)
	p := NewProbe(capture(page(t, 105, -1), &m, 640, 640, 4))
	if got := x.Query(p, 3); len(got) == 0 || got[0].ID != 5 {
		t.Fatalf("candidates %v, want 5 first", got)
	}
	load := func(id int64) (*Reference, error) { return refs[id], nil }
	found, err := Search(p, x, nil, 5, load)
	if err != nil || len(found) == 0 || found[0].ID != 5 {
		t.Fatalf("found %v, error %v", found, err)
	}
	for id := range int64(6) {
		x.Remove(id)
	}
	x.Remove(77)
	if x.Len() != 6 {
		t.Errorf("%d references left, want 6", x.Len())
	}
	for _, c := range x.Query(p, 12) {
		if c.ID < 6 {
			t.Errorf("candidate %d was removed", c.ID)
		}
	}
	x.Add(5, refs[5])
	x.Add(5, refs[5])
	if got := x.Query(p, 1); x.Len() != 7 || len(got) == 0 || got[0].ID != 5 {
		t.Errorf("%d references, candidates %v after adding 5 again", x.Len(), got)
	}
}

func TestSearchReportsWhatCannotBeLoaded(t *testing.T) {
	lost := errors.New("lost")
	_, err := Search(NewProbe(noise(100, 100)), NewIndex(), []int64{3}, 1, func(int64) (*Reference, error) { return nil, lost })
	if !errors.Is(err, lost) {
		t.Errorf("error %v", err)
	}
}
