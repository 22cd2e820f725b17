package service

import (
	"context"
	"errors"
	"fmt"
)

// Load opens all galleries and reads them into memory, so that the first requests need not
// wait for that. The error joins those of the collections that cannot be served; the
// others can.
func (s *Service) Load(ctx context.Context) (collections, references int, err error) {
	list, err := s.db.Read().Collections(ctx)
	if err != nil {
		return 0, 0, err
	}
	var failed []error
	for _, c := range list {
		n, err := s.load(ctx, c.Name)
		if ctx.Err() != nil {
			return collections, references, ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("the collection %q cannot be served: %w", c.Name, err))
			continue
		}
		collections++
		references += n
	}
	return collections, references, errors.Join(failed...)
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
