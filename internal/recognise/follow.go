package recognise

import (
	"context"
	"errors"
	"time"

	"exemplar/internal/store"
	"exemplar/internal/vectorindex"
)

// followEvery is how often Follow asks a store that cannot tell when it changes, or that
// cannot be reached.
const followEvery = time.Second

// Load reads the embeddings into memory, which the first search would do.
func (g *Engine) Load(ctx context.Context) error {
	_, err := g.synced(ctx)
	return err
}

// LoadFeatures reads the words of the features into memory, which the first search of a
// large gallery would do. A search meanwhile waits for it.
func (g *Engine) LoadFeatures(ctx context.Context) error {
	vectors, err := g.follow(ctx)
	if err == nil {
		_, err = g.references.follow(ctx, g, vectors.Index())
	}
	return err
}

// synced is the index of embeddings as the store is now.
func (g *Engine) synced(ctx context.Context) (*vectorindex.SyncedIndex, error) {
	vectors, err := g.follow(ctx)
	if err == nil {
		err = vectors.Sync(ctx)
	}
	return vectors, err
}

// Version is the number of the store's last change. With the embeddings in memory it is one
// short question, however many there are.
func (g *Engine) Version(ctx context.Context) (int64, error) {
	vectors, err := g.synced(ctx)
	if errors.Is(err, store.ErrWrongModel) { // of no use for a search, and counted all the same
		stats, err := g.store.Stats(ctx)
		return stats.Changes, err
	}
	if err != nil {
		return 0, err
	}
	return vectors.Version(), nil
}

// CheckModel returns store.ErrWrongModel if nothing can be looked up by the engine's model.
func (g *Engine) CheckModel(ctx context.Context) error {
	return g.store.CheckModel(ctx, g.model.Fingerprint, g.model.Dim())
}

// Follow keeps the index of embeddings equal to the store until ctx ends. No answer needs
// it, because every search asks for the changes: it makes them be there before the search.
// While the store cannot be reached it tries again.
func (g *Engine) Follow(ctx context.Context) error {
	waiter, tells := g.store.(store.Waiter)
	for {
		vectors, err := g.synced(ctx)
		if err == nil && tells {
			err = waiter.Wait(ctx, vectors.Position())
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, store.ErrUnavailable):
			return err
		case err == nil && tells:
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(followEvery):
		}
	}
}
