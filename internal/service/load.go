package service

import (
	"context"
	"errors"
	"fmt"
)

// Load opens all galleries and reads their embeddings into memory, so that the first requests
// need not wait for that; their features follow in the background. The error joins those of the collections that cannot be served; the
// others can.
func (s *Service) Load(ctx context.Context) (collections, references int, err error) {
	list, err := s.db.Read().Collections(ctx)
	if err != nil {
		return 0, 0, err
	}
	var failed []error
	var loaded []string
	for _, c := range list {
		n, err := s.load(ctx, c.Name)
		if ctx.Err() != nil {
			return len(loaded), references, ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("the collection %q cannot be served: %w", c.Name, err))
			continue
		}
		loaded = append(loaded, c.Name)
		references += n
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.background.Go(func() { s.loadFeatures(loaded) })
	}
	return len(loaded), references, errors.Join(failed...)
}

// load loads a gallery and returns how many references it has.
func (s *Service) load(ctx context.Context, collection string) (int, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return 0, err
	}
	if err := g.Load(ctx); err != nil {
		return 0, err
	}
	stats, err := g.Stats(ctx)
	return stats.References, err
}

// loadFeatures reads the features of galleries. One that cannot be read says so to the first
// who asks it.
func (s *Service) loadFeatures(collections []string) {
	for _, name := range collections {
		g, err := s.gallery(s.ending, name)
		if err == nil {
			err = g.LoadFeatures(s.ending)
		}
		if err != nil && s.ending.Err() == nil {
			s.log.Warn("read the features of a collection", "collection", name, "error", err)
		}
	}
}
