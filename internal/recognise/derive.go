package recognise

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"exemplar/internal/gallery"
	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// Reembed replaces the embeddings and the local features of all references by
// those that this program makes of their pictures with the engine's model. It
// leaves out the references that have them. See [gallery.Gallery.Reembed].
func (g *Engine) Reembed(ctx context.Context, progress func(done, total int)) error {
	return g.store.Reembed(ctx, g.model.Fingerprint, g.model.Dim(), geometry.Vocabulary(), g.derive, progress)
}

// derive makes of kept pictures what the model makes of them.
func (g *Engine) derive(ctx context.Context, batch []gallery.Stored) ([]gallery.Derived, error) {
	derived := make([]gallery.Derived, len(batch))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, stored := range batch {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			picture, _, err := imaging.Decode(stored.Picture, imaging.DefaultLimits)
			if err != nil {
				return fmt.Errorf("picture of reference %s (%s): %w", stored.ID, stored.Label, err)
			}
			made := NewReference(g.model.Embedder, picture)
			derived[i].Vectors = made.Vectors
			derived[i].Features, derived[i].Words, err = made.Features()
			return err
		})
	}
	return derived, group.Wait()
}
