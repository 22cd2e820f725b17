package sqlite

import (
	"context"
	"errors"

	"exemplar/internal/store"
)

// Compact writes the file anew without the removed references, and so frees their
// space. Remove has overwritten their rows already. Only Compact wipes traces of
// names that SQLite left when it moved rows. Compact needs as much free space as the
// gallery takes.
func (g *Store) Compact(ctx context.Context) error {
	const doing = "compact"
	if g.readOnly {
		return g.fail(doing, store.ErrReadOnly)
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	if _, err := g.db.ExecContext(ctx, `VACUUM`); err != nil {
		return g.fail(doing, err)
	}
	switch err := g.emptyLog(ctx); {
	case errors.Is(translate(err), store.ErrBusy):
		return g.fail(doing, store.ErrLingers)
	case err != nil:
		return g.fail(doing, err)
	}
	return nil
}
