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
	Words    []byte    // of the features
}

// Reembed replaces what was derived of all references' pictures by what embed
// makes of them, with the given model and vocabulary, a batch at a time and in
// order. References that have it already are left as they are.
// The gallery stays as it is, and usable, until all are there and it changes
// over at once. Interrupted, it goes on where it stopped when called again.
// References that others add meanwhile are taken in; once it has changed over,
// they get ErrWrongModel. progress, if not nil, is told how many are done.
func (g *Gallery) Reembed(ctx context.Context, model string, dim int, vocabulary string,
	embed func(ctx context.Context, batch []Stored) ([]Derived, error), progress func(done, total int)) error {
	if g.readOnly {
		return g.fail("embed", ErrReadOnly)
	}
	after, done := "", 0
	for {
		batch, left, err := g.lacking(ctx, model, vocabulary, after)
		if err != nil {
			return err
		}
		if len(batch) == 0 { // but some may have come in behind
			complete, err := g.changeOver(ctx, model, dim, vocabulary)
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
		if err := g.stage(ctx, model, dim, vocabulary, batch, derived); err != nil {
			return err
		}
		after = batch[len(batch)-1].ID
		done += len(batch)
		if progress != nil {
			progress(done, done-len(batch)+left)
		}
	}
}

// lacks is the condition of references r that have no embeddings of a model
// with words of a vocabulary.
const lacks = `NOT EXISTS (SELECT 1 FROM words w WHERE w.reference = r.id AND w.model = ? AND w.vocabulary = ?) `

// lacking returns some references after the id that lack embeddings of the
// model, or their words, and how many there are in all.
func (g *Gallery) lacking(ctx context.Context, model, vocabulary, after string) (batch []Stored, left int, err error) {
	const behind = `r.id > ? AND ` + lacks
	err = g.read(ctx, "embed", func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM reference r WHERE `+behind, after, model, vocabulary).Scan(&left); err != nil {
			return err
		}
		references, err := g.query(ctx, tx, `WHERE `+behind+`ORDER BY r.id LIMIT ?`, after, model, vocabulary, reembedBatch)
		if err != nil {
			return err
		}
		for _, r := range references {
			picture, err := g.readPart(ctx, tx, r.ID, "", PartPicture)
			if err != nil {
				return err
			}
			batch = append(batch, Stored{r, picture.data})
		}
		return nil
	})
	return batch, left, err
}

// stage stores embeddings of the next model beside those in use.
func (g *Gallery) stage(ctx context.Context, model string, dim int, vocabulary string, batch []Stored, derived []Derived) error {
	if len(derived) != len(batch) {
		return g.fail("embed", fmt.Errorf("%d pictures gave %d embeddings", len(batch), len(derived)))
	}
	return g.write(ctx, "embed", func(tx *sql.Tx) error {
		for i, d := range derived {
			words := Words{vocabulary, d.Words}
			if err := derivedFault(d, dim, words); err != nil {
				return fmt.Errorf("%s: %w: %w", batch[i].Source, ErrInvalid, err)
			}
			if err := stageOne(ctx, tx, batch[i].ID, model, d, words); err != nil {
				return err
			}
		}
		return nil
	})
}

// derivedFault says what about something derived cannot be stored.
func derivedFault(d Derived, dim int, words Words) error {
	if len(d.Vectors) != Rotations*dim {
		return fmt.Errorf("%d numbers", len(d.Vectors))
	}
	if d.Words == nil { // it would be lacking for ever
		return fmt.Errorf("no visual words")
	}
	if err := featuresFault(d.Features, words); err != nil {
		return err
	}
	return vectorsFault(d.Vectors)
}

// stageOne stores the embeddings of a reference unless it was removed
// meanwhile.
func stageOne(ctx context.Context, tx *sql.Tx, id, model string, d Derived, words Words) error {
	var there bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ?)`, id).Scan(&there)
	if err != nil || !there {
		return err
	}
	return insertEmbedding(ctx, tx, "", id, model, d.Vectors, d.Features, words)
}

// changeOver makes the model the gallery's and drops the embeddings of others,
// if no reference lacks what it is to have.
func (g *Gallery) changeOver(ctx context.Context, model string, dim int, vocabulary string) (complete bool, err error) {
	err = g.write(ctx, "embed", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM reference r WHERE `+lacks+`)`, model, vocabulary).Scan(&complete)
		if err != nil || !complete {
			return err
		}
		s, err := g.readState(ctx, tx)
		if err != nil {
			return err
		}
		s.model, s.dim = model, dim
		s.seq++
		if err := writeState(ctx, tx, s); err != nil {
			return err
		}
		for _, statement := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE reference SET seq = ?`, []any{s.seq}},
			{`DELETE FROM embedding WHERE model <> ?`, []any{model}},
			{`DELETE FROM checksum WHERE model <> ? AND part <> 'picture'`, []any{model}},
		} {
			if _, err := tx.ExecContext(ctx, statement.sql, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return complete, err
}
