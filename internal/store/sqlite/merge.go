package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"exemplar/internal/store"
)

// Merge adds entries of another store: see [store.Writer]. It holds one entry at a
// time in memory.
func (g *Store) Merge(ctx context.Context, entries iter.Seq2[*store.Entry, error]) (store.Merged, error) {
	var done store.Merged
	err := g.write(ctx, "import into", func(tx *sql.Tx) error {
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		for e, err := range entries {
			if err != nil {
				return err
			}
			added, err := g.mergeOne(ctx, tx, seq, e)
			if err != nil {
				return fmt.Errorf("reference %q: %w", e.ID, err)
			}
			if added {
				done.Added++
			} else {
				done.Skipped++
			}
		}
		return nil
	})
	if err != nil {
		return store.Merged{}, err
	}
	return done, nil
}

// mergeOne stores an entry, unless its id is there, or its image was there under its
// label before the merge.
func (g *Store) mergeOne(ctx context.Context, tx *sql.Tx, seq int64, e *store.Entry) (added bool, err error) {
	if err := e.Validate(); err != nil {
		return false, fmt.Errorf("%w: %w", store.ErrInvalid, err)
	}
	var there bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ? OR label = ? AND hash = ? AND seq < ?)`,
		e.ID, string(e.Label), e.Hash[:], seq).Scan(&there)
	if err != nil || there {
		return false, err
	}
	if err := g.adoptModel(ctx, tx, e.Model, e.Dim()); err != nil {
		return false, err
	}
	return true, insertEntry(ctx, tx, "", seq, e)
}
