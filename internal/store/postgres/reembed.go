package postgres

import (
	"context"
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

// isPending is the SQL condition that a reference r has no embeddings of the model $2
// with words of the vocabulary $3. It is no NOT EXISTS, so that the server looks them up
// one by one: see changesQuery.
const isPending = `(SELECT true FROM embedding e WHERE e.gallery = r.gallery AND e.reference = r.id AND e.model = $2 AND e.vocabulary = $3 AND e.words IS NOT NULL) IS NULL `

// pendingBehind is isPending of the references after the id $4.
const pendingBehind = `r.id > $4 AND ` + isPending

const countPending = `SELECT (SELECT count(*) FROM reference r WHERE r.gallery = $1 AND ` + isPending + `), (SELECT count(*) FROM reference WHERE gallery = $1)`

// countPending counts the references that lack embeddings of the maker's model, or their
// words, and all references.
func (g *Store) countPending(ctx context.Context, maker store.Maker) (left, all int, err error) {
	err = g.read(ctx, "embed", func(tx querier) error {
		return tx.QueryRow(ctx, countPending, g.key, maker.Model, maker.Vocabulary).Scan(&left, &all)
	})
	return left, all, err
}

// pending returns a batch of the references after an id that lack embeddings of the
// maker's model, or their words.
func (g *Store) pending(ctx context.Context, maker store.Maker, after string) (batch []store.Stored, err error) {
	err = g.read(ctx, "embed", func(tx querier) error {
		references, err := g.query(ctx, tx, fmt.Sprintf(`AND %sORDER BY r.id LIMIT %d`, pendingBehind, maker.AtOnce()), g.key, maker.Model, maker.Vocabulary, after)
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
	return g.write(ctx, "embed", func(c *change) error {
		for i, d := range derived {
			if err := d.Validate(maker.Dim, maker.Vocabulary); err != nil {
				return fmt.Errorf("%s: %w: %w", batch[i].Source, store.ErrInvalid, err)
			}
			if err := c.stageOne(ctx, batch[i].ID, maker, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// stageOne stores the embeddings of a reference, unless it was removed meanwhile.
func (c *change) stageOne(ctx context.Context, id string, maker store.Maker, d store.Derived) error {
	var there bool
	err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM reference WHERE gallery = $1 AND id = $2)`, c.gallery.key, id).Scan(&there)
	if err != nil || !there {
		return err
	}
	return insertEmbedding(ctx, c, id, maker.Model, d.Vectors, d.Features, store.Words{Vocabulary: maker.Vocabulary, Data: d.Words})
}

// commitModel makes the maker's model the gallery's, and drops the embeddings of other
// models. It does neither while a reference still lacks embeddings of that model.
func (g *Store) commitModel(ctx context.Context, maker store.Maker) (complete bool, err error) {
	err = g.write(ctx, "embed", func(c *change) error {
		err := c.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM reference r WHERE r.gallery = $1 AND `+isPending+`)`, g.key, maker.Model, maker.Vocabulary).Scan(&complete)
		if err != nil || !complete {
			return err
		}
		seq, err := c.seq()
		if err != nil {
			return err
		}
		c.own.model, c.own.dim = maker.Model, maker.Dim
		if _, err := c.Exec(ctx, `UPDATE reference SET seq = $2 WHERE gallery = $1`, g.key, seq); err != nil {
			return err
		}
		_, err = c.Exec(ctx, `DELETE FROM embedding WHERE gallery = $1 AND model <> $2`, g.key, maker.Model)
		return err
	})
	return complete, err
}
