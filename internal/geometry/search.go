package geometry

import (
	"cmp"
	"fmt"
	"slices"
)

// Found is a reference and what speaks for it.
type Found struct {
	ID       int64
	Evidence Evidence
}

// Search verifies the candidates of an index and those given, at most n of
// each, and returns those that were located, the best first. Only if none of
// them convinces does it look closer. load fetches a reference.
func Search(p *Probe, x *Index, given []int64, n int, load func(id int64) (*Reference, error)) ([]Found, error) {
	s := searcher{p: p, load: load, done: map[int64]bool{}}
	for _, c := range x.Query(p, n) {
		given = append(given, c.ID)
	}
	if err := s.verify(given, Glance); err != nil {
		return nil, err
	}
	if len(s.found) > 0 && s.found[0].Evidence.convincing(p) {
		return s.found, nil
	}
	// Again, all of them, and what the closer look proposes.
	for _, c := range x.QueryCloser(p, n) {
		given = append(given, c.ID)
	}
	s.found, s.done = nil, map[int64]bool{}
	err := s.verify(given, Verify)
	return s.found, err
}

type searcher struct {
	p     *Probe
	load  func(id int64) (*Reference, error)
	done  map[int64]bool
	found []Found
}

func (s *searcher) verify(ids []int64, how func(*Probe, *Reference) Evidence) error {
	for _, id := range ids {
		if s.done[id] {
			continue
		}
		s.done[id] = true
		r, err := s.load(id)
		if err != nil {
			return fmt.Errorf("load reference %d: %w", id, err)
		}
		if e := how(s.p, r); e.Located {
			s.found = append(s.found, Found{ID: id, Evidence: e})
		}
	}
	slices.SortFunc(s.found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Evidence.Score(), a.Evidence.Score()), cmp.Compare(a.ID, b.ID))
	})
	return nil
}
