package recognise

import (
	"context"
	"fmt"
	"runtime"

	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/store"
	"exemplar/internal/wordindex"
)

// Reembed replaces the embeddings and the local features of all references by
// those that this program makes of their pictures with the engine's model. It
// leaves out the references that have them. See [store.Keeper].
func (g *Engine) Reembed(ctx context.Context, progress func(done, total int)) error {
	return g.store.Reembed(ctx, g.maker(), progress)
}

// maker makes anew what the engine's model makes of kept pictures.
func (g *Engine) maker() store.Maker {
	return store.Maker{Model: g.model.Fingerprint, Dim: g.model.Dim(), Vocabulary: wordindex.Vocabulary(), Derive: g.derive, Batch: derivedPerCore * runtime.GOMAXPROCS(0)}
}

// derivedPerCore is how many pictures a core makes anew before they are made durable (by eye): they
// take about a second, which is what a killed process loses, and no core waits long for the last one.
const derivedPerCore = 4

// derive makes of kept pictures what the model makes of them.
func (g *Engine) derive(ctx context.Context, batch []store.Stored) ([]store.Derived, error) {
	return parallel.Map(ctx, 0, batch, func(_ context.Context, stored store.Stored) (store.Derived, error) {
		picture, _, err := imaging.Decode(stored.Picture, imaging.DefaultLimits)
		if err != nil {
			return store.Derived{}, fmt.Errorf("picture of reference %s (%s): %w", stored.ID, stored.Label, err)
		}
		made := NewReference(g.model.Embedder, picture)
		features, words := made.Features()
		return store.Derived{Vectors: made.Vectors, Features: features, Words: words}, nil
	})
}
