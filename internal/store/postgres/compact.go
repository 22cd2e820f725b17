package postgres

import (
	"context"
	"fmt"

	"exemplar/internal/store"
)

// Compact writes the tables anew without what was removed, and so frees its space and
// leaves its bytes behind in no file of the tables: see [store.Keeper]. It serves all
// galleries of the database at once, needs as much free space as they take, and nobody
// can read what is not in memory until it is done. The write-ahead log, standbys and
// backups keep removed bytes for as long as the server is told to keep those.
func (g *Store) Compact(ctx context.Context) error {
	const doing = "compact"
	switch {
	case g.closed.Load():
		return g.fail(doing, errClosed)
	case g.readOnly:
		return g.fail(doing, store.ErrReadOnly)
	}
	err := g.pool.try(ctx, func() error {
		conn, err := g.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		if _, err := conn.Exec(ctx, `SET statement_timeout = 0`); err != nil {
			return err
		}
		defer conn.Exec(context.WithoutCancel(ctx), `RESET statement_timeout`)
		for _, table := range []string{"reference", "embedding", "removal"} {
			if err := rewrite(ctx, conn, table); err != nil {
				return err
			}
		}
		_, err = conn.Exec(ctx, `VACUUM gallery`) // small, and read by every search
		return err
	})
	if err != nil {
		return g.fail(doing, g.cause(ctx, err))
	}
	return nil
}

// rewrite writes a table anew. For a table of another owner the server only warns; the
// table is in the same file then.
func rewrite(ctx context.Context, db querier, table string) error {
	var before, after uint32
	const file = `SELECT pg_relation_filenode($1::regclass)`
	if err := db.QueryRow(ctx, file, table).Scan(&before); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, `VACUUM (FULL, ANALYZE) `+table); err != nil {
		return err
	}
	if err := db.QueryRow(ctx, file, table).Scan(&after); err != nil {
		return err
	}
	if before == after {
		return fmt.Errorf("%w (only the owner of the tables can write them anew)", store.ErrReadOnly)
	}
	return nil
}
