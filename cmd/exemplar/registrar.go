package main

import (
	"context"

	"exemplar"
)

// registrar stores registered pictures: each batch at once, or with --replace all
// batches at the end.
type registrar struct {
	gallery     *exemplar.Gallery
	replacement *exemplar.Replacement // nil if each batch is stored at once
	stored      func([]exemplar.Registration)
}

// newRegistrar makes a registrar. It calls stored with outcomes as soon as they are on
// the disk.
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

// put takes a batch, and returns the outcomes of a stored batch, even with an error.
func (r *registrar) put(ctx context.Context, items []exemplar.Item) ([]exemplar.Registration, error) {
	if r.replacement == nil {
		return r.gallery.Register(ctx, items, exemplar.RegisterOptions{Stored: r.stored})
	}
	return nil, r.replacement.Register(ctx, items)
}

// commit stores the batches that are not stored yet, and returns their outcomes.
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
