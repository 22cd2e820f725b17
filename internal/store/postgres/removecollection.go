package postgres

import (
	"context"
	"errors"
	"fmt"

	"exemplar/internal/store"
)

// Remove removes the gallery with the given name and all that it holds; one that is not
// there is none to remove. Who has it open gets ErrNoGallery from then on.
func Remove(ctx context.Context, name string) error {
	a, err := parseAddress(name)
	if err != nil {
		return fmt.Errorf("remove gallery: %w", err)
	}
	g, err := Open(name, store.Options{})
	if errors.Is(err, store.ErrNoGallery) {
		return nil
	}
	if err != nil {
		return err
	}
	defer g.Close()
	_, err = g.pool.Exec(ctx, `DELETE FROM gallery WHERE name = $1`, a.collection)
	if err == nil { // those who have it open find out at once
		_, err = g.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, notice(g.key))
	}
	if err != nil {
		return g.fail("remove", err)
	}
	return nil
}
