package recognise

import (
	"context"

	"exemplar/internal/gallery"
	"exemplar/internal/wordindex"
)

// Repair makes anew what is damaged in the gallery and can be made of what is
// not. See [gallery.Gallery.Repair].
func (g *Engine) Repair(ctx context.Context) (gallery.Repaired, error) {
	return g.store.Repair(ctx, gallery.Maker{
		Model: g.model.Fingerprint, Dim: g.model.Dim(), Vocabulary: wordindex.Vocabulary(), Derive: g.derive,
	}, CheckPart)
}
