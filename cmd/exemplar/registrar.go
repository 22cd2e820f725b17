package main

import (
	"context"

	"exemplar"
)

// registrar stores what is registered: each batch as it comes, or, to replace
// what the labels have, all of it at the end.
type registrar struct {
	gallery     *exemplar.Gallery
	replacement *exemplar.Replacement // nil: each batch as it comes
}

func newRegistrar(ctx context.Context, g *exemplar.Gallery, replace bool) (*registrar, error) {
	r := &registrar{gallery: g}
	if !replace {
		return r, nil
	}
	var err error
	r.replacement, err = g.Replacement(ctx)
	return r, err
}

// put takes a batch, and returns its outcomes if it is stored.
func (r *registrar) put(ctx context.Context, items []exemplar.Item) ([]exemplar.Registration, error) {
	if r.replacement == nil {
		return r.gallery.Register(ctx, items, exemplar.RegisterOptions{})
	}
	return nil, r.replacement.Register(ctx, items)
}

// commit stores what is not stored yet, and returns its outcomes.
func (r *registrar) commit(ctx context.Context) ([]exemplar.Registration, error) {
	if r.replacement == nil {
		return nil, nil
	}
	return r.replacement.Commit(ctx)
}

func (r *registrar) close() {
	if r.replacement != nil {
		r.replacement.Close()
	}
}
