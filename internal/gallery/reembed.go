package gallery

import (
	"context"
	"database/sql"
	"fmt"
)

// reembedBatch is how many references are embedded, and made durable, at once.
const reembedBatch = 64

// Stored is a reference with the picture that is kept of it.
type Stored struct {
	Reference
	Picture []byte // JPEG
}

// Derived is what a model makes of a picture.
type Derived struct {
	Vectors  []float32 // (Rotations,dim), as in Entry
	Features []byte    // may be nil
}

// Reembed replaces the embeddings of all references by those of another model,
// which embed makes of their pictures, a batch at a time and in order.
// The gallery stays as it is, and usable, until all are there and it changes
// over at once. Interrupted, it goes on where it stopped when called again.
// References that others add meanwhile are taken in; once it has changed over,
// they get ErrWrongModel. progress, if not nil, is told how many are done.
func (g *Gallery) Reembed(ctx context.Context, model string, dim int,
	embed func(ctx context.Context, batch []Stored) ([]Derived, error), progress func(done, total int)) error {
	after, done := "", 0
	for {
		batch, left, err := g.lacking(ctx, model, after)
		if err != nil {
			return err
		}
		if len(batch) == 0 { // but some may have come in behind
			complete, err := g.changeOver(ctx, model, dim)
			if err != nil || complete {
				return err
			}
			after = ""
			continue
		}
		derived, err := embed(ctx, batch)
		if err != nil {
			return g.fail("embed", err)
		}
		if err := g.stage(ctx, model, dim, batch, derived); err != nil {
			return err
		}
		after = batch[len(batch)-1].ID
		done += len(batch)
		if progress != nil {
			progress(done, done-len(batch)+left)
		}
	}
}

// lacking returns some references after the id that have no embeddings of the
// model, and how many there are in all.
func (g *Gallery) lacking(ctx context.Context, model, after string) (batch []Stored, left int, err error) {
	const lacks = `r.id > ? AND NOT EXISTS (SELECT 1 FROM embedding WHERE reference = r.id AND embedding.model = ?) `
	err = g.read(ctx, "embed", func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM reference r WHERE `+lacks, after, model).Scan(&left); err != nil {
			return err
		}
		references, err := query(ctx, tx, `WHERE `+lacks+`ORDER BY r.id LIMIT ?`, after, model, reembedBatch)
		if err != nil {
			return err
		}
		for _, r := range references {
			picture, err := readPicture(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			batch = append(batch, Stored{r, picture})
		}
		return nil
	})
	return batch, left, err
}

// stage stores embeddings of the next model beside those in use.
func (g *Gallery) stage(ctx context.Context, model string, dim int, batch []Stored, derived []Derived) error {
	if len(derived) != len(batch) {
		return g.fail("embed", fmt.Errorf("%d pictures gave %d embeddings", len(batch), len(derived)))
	}
	return g.write(ctx, "embed", func(tx *sql.Tx) error {
		for i, d := range derived {
			if len(d.Vectors) != Rotations*dim || len(d.Features) > MaxFeaturesBytes {
				return fmt.Errorf("%s: %w: %d numbers, %d bytes of features", batch[i].Source, ErrInvalid, len(d.Vectors), len(d.Features))
			}
			if err := vectorsFault(d.Vectors); err != nil {
				return fmt.Errorf("%s: %w: %w", batch[i].Source, ErrInvalid, err)
			}
			if err := stageOne(ctx, tx, batch[i].ID, model, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// stageOne stores the embeddings of a reference unless it was removed
// meanwhile.
func stageOne(ctx context.Context, tx *sql.Tx, id, model string, d Derived) error {
	var there bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ?)`, id).Scan(&there)
	if err != nil || !there {
		return err
	}
	return insertEmbedding(ctx, tx, id, model, d.Vectors, d.Features)
}

// changeOver makes the model the gallery's and drops the embeddings of others,
// if all references have embeddings of it.
func (g *Gallery) changeOver(ctx context.Context, model string, dim int) (complete bool, err error) {
	err = g.write(ctx, "embed", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM reference r WHERE NOT EXISTS
			(SELECT 1 FROM embedding WHERE reference = r.id AND embedding.model = ?))`, model).Scan(&complete)
		if err != nil || !complete {
			return err
		}
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		for _, statement := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE gallery SET model = ?, dim = ?`, []any{model, dim}},
			{`UPDATE reference SET seq = ?`, []any{seq}},
			{`DELETE FROM embedding WHERE model <> ?`, []any{model}},
		} {
			if _, err := tx.ExecContext(ctx, statement.sql, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return complete, err
}
