package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"exemplar/internal/store"
)

// Reembed embeds the gallery anew: see [store.Keeper].
func (g *Store) Reembed(ctx context.Context, maker store.Maker, progress func(done, total int)) error {
	if g.readOnly {
		return g.fail("embed", store.ErrReadOnly)
	}
	after, done, total := "", 0, 0
	for {
		if after == "" {
			left, all, err := g.countPending(ctx, maker)
			if err != nil {
				return err
			}
			if done, total = all-left, all; left > 0 && progress != nil {
				progress(done, total)
			}
		}
		batch, err := g.pending(ctx, maker, after)
		if err != nil {
			return err
		}
		if len(batch) == 0 { // references with smaller ids may have been imported meanwhile
			complete, err := g.commitModel(ctx, maker)
			if err != nil || complete {
				return err
			}
			after = ""
			continue
		}
		derived, err := maker.Derive(ctx, batch)
		if err != nil {
			return g.fail("embed", err)
		}
		if err := g.stageEmbeddings(ctx, maker, batch, derived); err != nil {
			return err
		}
		after = batch[len(batch)-1].ID
		done += len(batch)
		if progress != nil {
			progress(done, total)
		}
	}
}

// isPending is the SQL condition that a reference r has no embeddings of a model with
// words of a vocabulary.
const isPending = `NOT EXISTS (SELECT 1 FROM words w WHERE w.reference = r.id AND w.model = ? AND w.vocabulary = ?) `

// countPending counts the references that lack embeddings of the maker's model, or their
// words, and all references.
func (g *Store) countPending(ctx context.Context, maker store.Maker) (left, all int, err error) {
	err = g.read(ctx, "embed", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM reference r WHERE `+isPending+`), (SELECT count(*) FROM reference)`, maker.Model, maker.Vocabulary).Scan(&left, &all)
	})
	return left, all, err
}

// pending returns a batch of the references after an id that lack embeddings of the
// maker's model, or their words.
func (g *Store) pending(ctx context.Context, maker store.Maker, after string) (batch []store.Stored, err error) {
	err = g.read(ctx, "embed", func(tx *sql.Tx) error {
		references, err := g.query(ctx, tx, `WHERE r.id > ? AND `+isPending+`ORDER BY r.id LIMIT ?`, after, maker.Model, maker.Vocabulary, maker.AtOnce())
		if err != nil {
			return err
		}
		for _, r := range references {
			picture, err := g.readPart(ctx, tx, r.ID, "", store.PartPicture)
			if err != nil {
				return err
			}
			batch = append(batch, store.Stored{Reference: r, Picture: picture.data})
		}
		return nil
	})
	return batch, err
}

// stageEmbeddings stores embeddings of the next model beside the current ones.
func (g *Store) stageEmbeddings(ctx context.Context, maker store.Maker, batch []store.Stored, derived []store.Derived) error {
	if len(derived) != len(batch) {
		return g.fail("embed", fmt.Errorf("%d pictures gave %d embeddings", len(batch), len(derived)))
	}
	return g.write(ctx, "embed", func(tx *sql.Tx) error {
		for i, d := range derived {
			if err := d.Validate(maker.Dim, maker.Vocabulary); err != nil {
				return fmt.Errorf("%s: %w: %w", batch[i].Source, store.ErrInvalid, err)
			}
			if err := stageOne(ctx, tx, batch[i].ID, maker, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// stageOne stores the embeddings of a reference, unless it was removed meanwhile.
func stageOne(ctx context.Context, tx *sql.Tx, id string, maker store.Maker, d store.Derived) error {
	var there bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ?)`, id).Scan(&there)
	if err != nil || !there {
		return err
	}
	return insertEmbedding(ctx, tx, "", id, maker.Model, d.Vectors, d.Features, store.Words{Vocabulary: maker.Vocabulary, Data: d.Words})
}

// commitModel makes the maker's model the gallery's, and drops the embeddings of other
// models. It does neither while a reference still lacks embeddings of that model.
func (g *Store) commitModel(ctx context.Context, maker store.Maker) (complete bool, err error) {
	err = g.write(ctx, "embed", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM reference r WHERE `+isPending+`)`, maker.Model, maker.Vocabulary).Scan(&complete)
		if err != nil || !complete {
			return err
		}
		s, err := g.readStateToChange(ctx, tx)
		if err != nil {
			return err
		}
		s.model, s.dim = maker.Model, maker.Dim
		s.seq++
		if err := writeState(ctx, tx, s); err != nil {
			return err
		}
		for _, statement := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE reference SET seq = ?`, []any{s.seq}},
			{`DELETE FROM embedding WHERE model <> ?`, []any{maker.Model}},
			{`DELETE FROM checksum WHERE model <> ? AND part <> 'picture'`, []any{maker.Model}},
		} {
			if _, err := tx.ExecContext(ctx, statement.sql, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return complete, err
}
