package exemplar

import (
	"context"
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/gallery"
	"exemplar/internal/proof"
)

// keptShapes bounds the references that stay ready to be looked for; one takes
// about a megabyte.
const keptShapes = 256

// shapes holds what is needed to look for references in photos: an index of
// the features of all, and the references that were looked for lately. It
// follows the gallery as its view does.
type shapes struct {
	mu      sync.Mutex
	members map[string]decide.Label // as of version
	version uint64
	index   *proof.Index
	kept    map[string]*proof.Reference
	order   []string // of kept, by age
}

// follow takes in what changed in the gallery and returns its references.
func (s *shapes) follow(ctx context.Context, g *Gallery, view *gallery.View) (map[string]decide.Label, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	members, version := view.Index().Members(s.version)
	if members == nil {
		return s.members, nil
	}
	if s.index == nil {
		s.index, s.kept = proof.NewIndex(), map[string]*proof.Reference{}
	}
	for id := range s.members {
		if _, still := members[id]; !still {
			s.index.Remove(id)
			delete(s.kept, id)
		}
	}
	if len(members) > fewReferences { // a smaller gallery is looked through
		for id := range members {
			if s.index.Has(id) {
				continue
			}
			if err := s.addToIndex(ctx, g, id); err != nil {
				return nil, err
			}
		}
	}
	s.members, s.version = members, version
	return members, nil
}

func (s *shapes) addToIndex(ctx context.Context, g *Gallery, id string) error {
	features, err := g.store.Features(ctx, id)
	if err != nil {
		return err
	}
	if len(features) == 0 { // of a gallery from before there were any
		return nil
	}
	return s.index.Add(id, features)
}

// query returns the references that share features with the photo, best first.
func (s *shapes) query(photo *proof.Photo, n int) []string {
	s.mu.Lock()
	index := s.index
	s.mu.Unlock()
	return index.Query(photo, n)
}

// queryCloser is query by the features of the closer look.
func (s *shapes) queryCloser(photo *proof.Photo, n int) []string {
	s.mu.Lock()
	index := s.index
	s.mu.Unlock()
	return index.QueryCloser(photo, n)
}

// get returns a reference ready to be looked for.
func (s *shapes) get(ctx context.Context, g *Gallery, id string) (*proof.Reference, error) {
	s.mu.Lock()
	shape := s.kept[id]
	s.mu.Unlock()
	if shape != nil {
		return shape, nil
	}
	shape, err := g.newShape(ctx, id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[id] == nil {
		s.kept[id] = shape
		s.order = append(s.order, id)
	}
	if len(s.order) > keptShapes {
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
	return shape, nil
}
