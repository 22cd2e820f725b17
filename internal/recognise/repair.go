package recognise

import (
	"context"

	"exemplar/internal/store"
)

// Repair makes anew what is damaged in the gallery and can be made of what is
// not. See [store.Keeper].
func (g *Engine) Repair(ctx context.Context) (store.Repaired, error) {
	return g.store.Repair(ctx, g.maker(), CheckPart)
}
