package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"exemplar/internal/store"
)

// Repair makes anew what is damaged: the gallery's own row, and the embeddings, features
// and words of pictures. Pages that the server cannot read are the server's to restore.
// See [store.Keeper].
func (g *Store) Repair(ctx context.Context, maker store.Maker, content store.Content) (done store.Repaired, err error) {
	const doing = "repair"
	if err := g.write(ctx, doing, func(c *change) (err error) {
		done.Rebuilt, err = c.repairState(ctx)
		return err
	}); err != nil {
		return store.Repaired{}, err
	}
	var own state
	var damaged []damagedPart
	err = g.read(ctx, doing, func(tx querier) error {
		if own, err = g.readState(ctx, tx); err != nil {
			return err
		}
		damaged, err = g.inspect(ctx, tx, own, content)
		return err
	})
	for len(damaged) > 0 && err == nil {
		n := slices.IndexFunc(damaged, func(d damagedPart) bool { return d.ID != damaged[0].ID })
		if n < 0 {
			n = len(damaged)
		}
		err = g.repairOne(ctx, own, maker, damaged[:n], &done)
		damaged = damaged[n:]
	}
	return done, err
}

// repairOne makes anew the damaged parts of a reference, and notes the result in done.
func (g *Store) repairOne(ctx context.Context, own state, maker store.Maker, damaged []damagedPart, done *store.Repaired) error {
	made, err := g.repairReference(ctx, own, maker, damaged)
	if err != nil {
		return err
	}
	for _, f := range damaged {
		if made {
			done.Made = append(done.Made, f.Damage)
		} else {
			done.Left = append(done.Left, f.Damage)
		}
		if f.Why == whyPages {
			done.Pages = append(done.Pages, f.Problem())
		}
	}
	return nil
}

// repairState makes the gallery's own row anew if that, or the record of a removal, is
// damaged, and says what it made. The gallery then gets another id, so that all readers
// load it again.
func (c *change) repairState(ctx context.Context) (rebuilt []string, err error) {
	problems, err := c.gallery.changeProblems(ctx, c, c.own)
	if err != nil {
		return nil, err
	}
	switch {
	case c.own.damaged:
		rebuilt = append(rebuilt, fmt.Sprintf("the gallery's own row was damaged, and is made anew: its embeddings are of model %s with %d numbers", c.own.model, c.own.dim))
	case len(problems) > 0:
		rebuilt = append(rebuilt, "the records of changes and removals were damaged, and are made anew")
	default:
		return nil, nil
	}
	fresh := state{id: ulid.Make().String(), created: time.Now().UnixMilli()}
	// After a guess that was not possible: the model that most embeddings are of.
	err = c.QueryRow(ctx, `SELECT coalesce((SELECT model FROM embedding WHERE gallery = $1 GROUP BY model ORDER BY count(*) DESC LIMIT 1), ''),
		coalesce((SELECT octet_length(vectors) FROM embedding WHERE gallery = $1 GROUP BY model, octet_length(vectors) ORDER BY count(*) DESC LIMIT 1), 0) / $2::int,
		coalesce((SELECT min(registered) FROM reference WHERE gallery = $1), $3),
		greatest((SELECT max(seq) FROM reference WHERE gallery = $1), (SELECT max(seq) FROM removal WHERE gallery = $1), 0) + 1`,
		c.gallery.key, 4*store.Rotations, fresh.created).Scan(&fresh.model, &fresh.dim, &fresh.created, &fresh.seq)
	if err != nil {
		return nil, err
	}
	// A reader with the old id loads everything, and needs no removals.
	if _, err := c.Exec(ctx, `DELETE FROM removal WHERE gallery = $1`, c.gallery.key); err != nil {
		return nil, err
	}
	c.own, c.counted, c.dirty = fresh, true, true
	return rebuilt, nil
}

// repairReference makes anew the damaged parts of a reference, all or none.
func (g *Store) repairReference(ctx context.Context, own state, maker store.Maker, damaged []damagedPart) (made bool, err error) {
	id, hit := damaged[0].ID, map[store.Part]bool{}
	for _, d := range damaged {
		if !d.next {
			hit[d.Part] = true
		}
	}
	if len(hit) == 0 {
		err := g.write(ctx, "repair", func(c *change) error { return c.dropNext(ctx, own.model, id) })
		return err == nil, err
	}
	if hit[store.PartReference] || hit[store.PartPicture] {
		return false, nil
	}
	if own.checkModel(maker.Model, maker.Dim) != nil {
		for _, d := range damaged {
			d.Why += "; it was made with another model: repair with that one"
		}
		return false, nil
	}
	derived, err := g.deriveAnew(ctx, maker, damaged[0].Damage)
	if err != nil {
		return false, err
	}
	err = g.write(ctx, "repair", func(c *change) error { return c.putDerived(ctx, own.model, maker, id, hit, derived) })
	if isCorrupt(err) { // the old row is in unreadable pages and cannot be deleted
		for _, d := range damaged {
			d.Why = whyPages
		}
		return false, nil
	}
	return err == nil, err
}

// deriveAnew makes the derived parts of a reference from its picture.
func (g *Store) deriveAnew(ctx context.Context, maker store.Maker, of *store.Damage) (store.Derived, error) {
	s := store.Stored{Reference: store.Reference{ID: of.ID, Label: of.Label}}
	err := g.look(ctx, "repair", func(db querier) error {
		picture, err := g.readPart(ctx, db, of.ID, "", store.PartPicture)
		s.Picture = picture.data
		return err
	})
	if err != nil {
		return store.Derived{}, err
	}
	derived, err := maker.Derive(ctx, []store.Stored{s})
	if err == nil && len(derived) != 1 {
		err = fmt.Errorf("one picture gave %d embeddings", len(derived))
	}
	if err != nil {
		return store.Derived{}, g.fail("repair", err)
	}
	return derived[0], nil
}

// dropNext drops the parts of a reference that a next model made. Reembed makes them
// again.
func (c *change) dropNext(ctx context.Context, model, id string) error {
	_, err := c.Exec(ctx, `DELETE FROM embedding WHERE gallery = $1 AND reference = $2 AND model <> $3`, c.gallery.key, id, model)
	return err
}

// putDerived replaces the damaged parts of a reference by the derived ones. Readers of
// changes load the reference again.
func (c *change) putDerived(ctx context.Context, model string, maker store.Maker, id string, hit map[store.Part]bool, d store.Derived) error {
	if err := d.Validate(maker.Dim, maker.Vocabulary); err != nil {
		return fmt.Errorf("reference %s: %w: %w", id, store.ErrInvalid, err)
	}
	vectors := d.Vectors
	if !hit[store.PartEmbedding] {
		kept, err := c.gallery.readVectors(ctx, c, id, model, maker.Dim)
		if err != nil {
			return err
		}
		vectors = kept
	}
	seq, err := c.seq()
	if err != nil {
		return err
	}
	done, err := c.Exec(ctx, `UPDATE reference SET seq = $3 WHERE gallery = $1 AND id = $2`, c.gallery.key, id, seq)
	if err != nil {
		return err
	}
	if done.RowsAffected() == 0 { // it was removed meanwhile
		return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
	}
	if err := insertEmbedding(ctx, c, id, model, vectors, d.Features, store.Words{Vocabulary: maker.Vocabulary, Data: d.Words}); err != nil {
		return err
	}
	return c.dropNext(ctx, model, id)
}
