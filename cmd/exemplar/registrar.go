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
	stored      func([]exemplar.Registration)
}

// newRegistrar makes a registrar, which tells stored what is on the disk as soon as it is.
func newRegistrar(ctx context.Context, g *exemplar.Gallery, replace bool, stored func([]exemplar.Registration)) (*registrar, error) {
	r := &registrar{gallery: g, stored: stored}
	if !replace {
		return r, nil
	}
	var err error
	if r.replacement, err = g.Replacement(ctx); err == nil {
		r.replacement.Stored = stored
	}
	return r, err
}

// put takes a batch, and returns its outcomes if it is stored, even with an error.
func (r *registrar) put(ctx context.Context, items []exemplar.Item) ([]exemplar.Registration, error) {
	if r.replacement == nil {
		return r.gallery.Register(ctx, items, exemplar.RegisterOptions{Stored: r.stored})
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
