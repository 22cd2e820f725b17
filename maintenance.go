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

// Compact writes the gallery's file anew, as small as it can be. Removing
// overwrites what was removed; what goes with this only are traces of labels and
// file names. It needs as much room again as the file takes.
func (g *Gallery) Compact(ctx context.Context) error { return g.store.Compact(ctx) }
