package recognise

import (
	"context"
	"fmt"

	"exemplar/internal/gallery"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/wordindex"
)

// Reembed replaces the embeddings and the local features of all references by
// those that this program makes of their pictures with the engine's model. It
// leaves out the references that have them. See [gallery.Gallery.Reembed].
func (g *Engine) Reembed(ctx context.Context, progress func(done, total int)) error {
	return g.store.Reembed(ctx, g.model.Fingerprint, g.model.Dim(), wordindex.Vocabulary(), g.derive, progress)
}

// derive makes of kept pictures what the model makes of them.
func (g *Engine) derive(ctx context.Context, batch []gallery.Stored) ([]gallery.Derived, error) {
	return parallel.Map(ctx, 0, batch, func(_ context.Context, stored gallery.Stored) (gallery.Derived, error) {
		picture, _, err := imaging.Decode(stored.Picture, imaging.DefaultLimits)
		if err != nil {
			return gallery.Derived{}, fmt.Errorf("picture of reference %s (%s): %w", stored.ID, stored.Label, err)
		}
		made := NewReference(g.model.Embedder, picture)
		features, words := made.Features()
		return gallery.Derived{Vectors: made.Vectors, Features: features, Words: words}, nil
	})
}
