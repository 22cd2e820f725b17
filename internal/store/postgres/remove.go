package postgres

import (
	"context"
	"fmt"

	"exemplar/internal/store"
)

// Remove deletes the references with the given ids: see [store.Writer]. PostgreSQL
// overwrites nothing in place: nobody can read what was removed, but its bytes stay in
// the files until [Store.Compact].
func (g *Store) Remove(ctx context.Context, ids ...string) error {
	return g.write(ctx, "remove from", func(c *change) error { return c.remove(ctx, ids) })
}

// RemoveLabel deletes the references of a label and of all labels below it: see
// [store.Writer].
func (g *Store) RemoveLabel(ctx context.Context, label store.Label) (removed int, err error) {
	const doing = "remove from"
	if err := store.ValidateSubtree(label); err != nil {
		return 0, g.fail(doing, err)
	}
	err = g.write(ctx, doing, func(c *change) error {
		references, err := g.list(ctx, c, store.Filter{Under: label})
		if err == nil && len(references) == 0 {
			err = fmt.Errorf("label %q: %w", label, store.ErrNoReference)
		}
		if err != nil {
			return err
		}
		ids := make([]string, len(references))
		for i, r := range references {
			ids[i] = r.ID
		}
		removed = len(ids)
		return c.remove(ctx, ids)
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// remove deletes references, as one change. An unknown id is an error, and so is one that
// is named twice.
func (c *change) remove(ctx context.Context, ids []string) error {
	seq, err := c.seq()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
		}
		seen[id] = true
	}
	deleted, err := texts(ctx, c, `DELETE FROM reference WHERE gallery = $1 AND id = ANY($2) RETURNING id`, c.gallery.key, ids)
	if err != nil {
		return err
	}
	for _, id := range deleted {
		delete(seen, id)
	}
	for _, id := range ids {
		if seen[id] {
			return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
		}
	}
	return c.noteRemovals(ctx, seq, ids)
}

// noteRemovals records what followers must forget.
func (c *change) noteRemovals(ctx context.Context, seq int64, ids []string) error {
	sums := make([]int64, len(ids))
	for i, id := range ids {
		sums[i] = store.Checksum(id, seq)
	}
	_, err := c.Exec(ctx, `INSERT INTO removal (gallery, reference, seq, crc) SELECT $1, n.id, $2, n.crc FROM unnest($3::text[], $4::bigint[]) AS n (id, crc)
		ON CONFLICT (gallery, reference) DO UPDATE SET seq = excluded.seq, crc = excluded.crc`, c.gallery.key, seq, ids, sums)
	return err
}
