package sqlite

import (
	"context"
	"database/sql"

	"exemplar/internal/store"
)

// position is the position of a reader who knows this state.
func (s state) position() store.Position {
	return store.Position{Gallery: s.id, Model: s.model, Seq: s.seq}
}

// ChangesSince visits the changes after a position: see [store.Reader]. If there are
// none it reads one row.
func (g *Store) ChangesSince(ctx context.Context, since store.Position, model string, dim int, visit func(store.Change)) (store.Position, error) {
	now, err := g.readState(ctx, g.db)
	if err != nil {
		return since, g.fail("follow", err)
	}
	if now.position() == since {
		return since, nil
	}
	err = g.read(ctx, "follow", func(tx *sql.Tx) error {
		if now, err = g.readState(ctx, tx); err != nil {
			return err
		}
		if err := now.checkModel(model, dim); err != nil {
			return err
		}
		return g.visitChanges(ctx, tx, now, since, model, dim, visit)
	})
	if err != nil {
		return since, err
	}
	return now.position(), nil
}

// visitChanges visits the changes after a position. It visits all references if the
// position is not one of this state: the first time, with another model, and when
// the file was put back to an earlier state.
func (g *Store) visitChanges(ctx context.Context, tx *sql.Tx, now state, since store.Position, model string, dim int, visit func(store.Change)) error {
	if now.id != since.Gallery || now.model != since.Model || now.seq < since.Seq {
		visit(store.Change{Reset: true})
		return g.visitReferences(ctx, tx, -1, model, dim, visit)
	}
	// Removals come first: a reference that was removed and imported again is in both.
	removed, err := removals(ctx, tx, since.Seq)
	if err != nil {
		return err
	}
	for _, id := range removed {
		visit(store.Change{ID: id})
	}
	return g.visitReferences(ctx, tx, since.Seq, model, dim, visit)
}

// removals returns the ids that were removed after change seq.
func removals(ctx context.Context, tx *sql.Tx, seq int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT reference FROM removal WHERE seq > ?`, seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// visitReferences visits every reference that changed after change seq.
func (g *Store) visitReferences(ctx context.Context, tx *sql.Tx, seq int64, model string, dim int, visit func(store.Change)) error {
	err := g.visitWhere(ctx, tx, `r.seq > ?`, seq, model, dim, visit)
	if !isCorrupt(err) {
		return err
	}
	// Some pages cannot be read. Visit one by one to find their references.
	references, err := g.query(ctx, tx, `WHERE r.seq > ?`, seq)
	if err != nil {
		return err
	}
	for _, r := range references {
		err := g.visitWhere(ctx, tx, `r.id = ?`, r.ID, model, dim, visit)
		if isCorrupt(err) {
			visit(damagedChange(r.ID, r.Label, store.PartEmbedding, whyPages))
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// damagedChange says that a reference cannot be used.
func damagedChange(id string, label store.Label, part store.Part, why string) store.Change {
	return store.Change{ID: id, Label: label, Damage: &store.Damage{ID: id, Label: label, Part: part, Why: why}}
}

// visitWhere visits every reference r that satisfies an SQL condition on one value.
func (g *Store) visitWhere(ctx context.Context, tx *sql.Tx, where string, value any, model string, dim int, visit func(store.Change)) error {
	rows, err := tx.QueryContext(ctx, `SELECT r.id, r.label, `+g.contents()+`, `+g.rowIntact()+`, e.vectors, `+g.crcOf(store.PartEmbedding, "r.id", "e.model")+`
		FROM reference r LEFT JOIN embedding e ON e.reference = r.id AND e.model = ? WHERE `+where, model, value)
	if err != nil {
		return err
	}
	defer rows.Close()
	vectors := make([]float32, store.Rotations*dim) // of each row in turn
	for rows.Next() {
		var id, name, contents text
		var intact bool
		var data sql.RawBytes
		var crc sql.NullInt64
		if err := rows.Scan(&id, &name, &contents, &intact, &data, &crc); err != nil {
			return err
		}
		reference, label := string(id), store.Label(name)
		err := store.DecodeVectorsTo(vectors, data)
		switch {
		case !intact:
			visit(damagedChange(reference, label, store.PartReference, whyChecksum))
		case data == nil:
			visit(damagedChange(reference, label, store.PartEmbedding, whyMissing))
		case err != nil || !g.isIntact(crc, reference, model, []byte(data)):
			visit(damagedChange(reference, label, store.PartEmbedding, whyChecksum))
		default:
			visit(store.Change{ID: reference, Label: label, Contents: store.Contents(contents), Vectors: vectors})
		}
	}
	return rows.Err()
}
