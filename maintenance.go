package exemplar

import (
	"context"

	"exemplar/internal/recognise"
)

// Check reads every byte of the gallery, and every kept picture, and says in
// words what is wrong with it; an empty answer means that all is well.
func (g *Gallery) Check(ctx context.Context) ([]string, error) {
	return g.store.Check(ctx, recognise.CheckPart)
}
