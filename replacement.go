package exemplar

import (
	"context"
	"slices"

	"exemplar/internal/store"
)

// Replacement gathers references that are to take the place of what their labels
// have. Until [Replacement.Commit] the gallery is as it was; what is gathered
// waits on the disk, not in memory, and is gone with the process. It is used by
// one goroutine at a time.
type Replacement struct {
	gallery *Gallery
	stage   store.Stage

	// Stored is [RegisterOptions.Stored] of the commit.
	Stored func([]Registration)

	entries []*store.Entry // without what is staged of them
	results []Registration
}

// Replacement begins a replacement; it must be closed.
func (g *Gallery) Replacement(ctx context.Context) (*Replacement, error) {
	if err := g.writable(); err != nil {
		return nil, err
	}
	stage, err := g.store.Stage(ctx)
	if err != nil {
		return nil, g.fail(err)
	}
	return &Replacement{gallery: g, stage: stage}, nil
}

// Register gathers items.
func (r *Replacement) Register(ctx context.Context, items []Item) error {
	return r.gallery.fail(r.register(ctx, items, RegisterOptions{Replace: true}))
}

func (r *Replacement) register(ctx context.Context, items []Item, opts RegisterOptions) error {
	entries, results, err := r.gallery.newEntries(ctx, items, opts)
	if err != nil {
		return err
	}
	if err := r.gallery.refuseTwins(ctx, entries, results); err != nil {
		return err
	}
	if err := r.gallery.skipCopies(ctx, entries, results, opts); err != nil {
		return err
	}
	err = addEntries(entries, results, func(kept ...store.Entry) ([]store.Added, error) { return r.stage.Put(ctx, kept...) })
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry != nil {
			entry.Picture, entry.Features, entry.Words.Data = nil, nil, nil
		}
	}
	r.entries, r.results = append(r.entries, entries...), append(r.results, results...)
	return nil
}

// Commit removes the references that the labels of the gathered items have
// themselves, not those of their sub-labels, and puts the gathered ones in their
// place, as one change. The outcomes are in the order of the items.
func (r *Replacement) Commit(ctx context.Context) ([]Registration, error) {
	if _, err := r.stage.Commit(ctx); err != nil {
		return nil, r.gallery.fail(err)
	}
	RegisterOptions{Stored: r.Stored}.stored(slices.Clone(r.results))
	return r.results, r.gallery.fail(r.gallery.noteNeighbours(ctx, r.entries, r.results))
}

// Close forgets what was not committed.
func (r *Replacement) Close() error { return r.stage.Close() }

// replace replaces with items that are all in memory.
func (g *Gallery) replace(ctx context.Context, items []Item, opts RegisterOptions) ([]Registration, error) {
	r, err := g.Replacement(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	r.Stored = opts.Stored
	if err := r.register(ctx, items, opts); err != nil {
		return nil, err
	}
	return r.Commit(ctx)
}
