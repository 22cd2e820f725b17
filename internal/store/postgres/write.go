package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// Entries are sent in pieces of at most pieceEntries, and of pieceBytes unless one alone
// has more: a piece is one round trip, and lies in memory twice.
const (
	pieceEntries = 64
	pieceBytes   = 8 << 20
	pieceUpdates = 1000 // of a few bytes
)

// Put stores entries: see [store.Writer].
func (g *Store) Put(ctx context.Context, entries ...store.Entry) ([]store.Added, error) {
	const doing = "register in"
	entries, err := store.Complete(entries)
	if err != nil {
		return nil, g.fail(doing, err)
	}
	var added []store.Added
	err = g.write(ctx, doing, func(c *change) error {
		seq, err := c.seq()
		if err != nil {
			return err
		}
		for i := range entries {
			if err := c.adoptModel(entries[i].Model, entries[i].Dim()); err != nil {
				return fmt.Errorf("%s: %w", entries[i].Source, err)
			}
		}
		added, err = putEntries(ctx, c, "", g.key, seq, entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// putEntries inserts complete entries into the tables whose names begin with into. It
// leaves out an entry whose label has the same image already.
func putEntries(ctx context.Context, db querier, into string, key, seq int64, entries []store.Entry) ([]store.Added, error) {
	query := insertEntry(into, `label = $3 AND hash = $4`)
	added := make([]store.Added, len(entries))
	for start := 0; start < len(entries); {
		b, end, size := new(pgx.Batch), start, 0
		for ; end < len(entries) && end-start < pieceEntries && (end == start || size+sizeOf(&entries[end]) <= pieceBytes); end++ {
			size += sizeOf(&entries[end])
			b.Queue(query, valuesOf(key, seq, &entries[end])...)
		}
		results := db.SendBatch(ctx, b)
		for i := start; i < end; i++ {
			added[i].Reference = entries[i].Reference
			var twin string
			if err := results.QueryRow().Scan(&twin); err != nil {
				return nil, errors.Join(fmt.Errorf("%s: %w", entries[i].Source, err), results.Close())
			}
			if twin != "" {
				added[i].ID, added[i].Duplicate = twin, true
			}
		}
		if err := results.Close(); err != nil {
			return nil, err
		}
		start = end
	}
	return added, nil
}

// sizeOf is what an entry takes in a message, about.
func sizeOf(e *store.Entry) int {
	return len(e.Picture) + 4*len(e.Vectors) + len(e.Features) + len(e.Words.Data)
}

// insertEntry is the statement that inserts an entry into the tables whose names begin
// with into, with its embedding. It does not if a reference satisfies a condition; then
// it returns the id of that one, and else the empty string.
func insertEntry(into, twin string) string {
	return `WITH twin AS (
			SELECT id FROM ` + into + `reference WHERE gallery = $1 AND (` + twin + `) ORDER BY id LIMIT 1
		), put AS (
			INSERT INTO ` + into + `reference (gallery, id, label, hash, source, note, registered, width, height, contents, seq, crc, jpeg, jpeg_crc)
			SELECT $1::bigint, $2::text, $3::text, $4::bytea, $5::bytea, $6::bytea, $7::bigint, $8::int, $9::int, $10::text, $11::bigint, $12::bigint, $13::bytea, $14::bigint
			WHERE NOT EXISTS (SELECT FROM twin)
			RETURNING id
		), made AS (
			INSERT INTO ` + into + `embedding (gallery, reference, model, vectors, vectors_crc, features, features_crc, vocabulary, words, words_crc)
			SELECT $1::bigint, id, $15::text, $16::bytea, $17::bigint, $18::bytea, $19::bigint, $20::text, $21::bytea, $22::bigint FROM put
		)
		SELECT coalesce((SELECT id FROM twin), '')`
}

// valuesOf are the parameters of insertEntry.
func valuesOf(key, seq int64, e *store.Entry) []any {
	values := []any{key, e.ID, string(e.Label), e.Hash[:], []byte(e.Source), []byte(e.Note), e.Registered.UnixMilli(), e.Width, e.Height, string(e.Contents),
		seq, referenceSum(&e.Reference), e.Picture, store.Checksum(e.ID, "", e.Picture)}
	return append(values, derivedValues(e.ID, e.Model, e.Vectors, e.Features, e.Words)...)
}

// referenceSum is the checksum of the row of a reference.
func referenceSum(r *store.Reference) int64 {
	return store.Checksum(r.ID, string(r.Label), r.Hash[:], r.Source, r.Note, r.Registered.UnixMilli(), int64(r.Width), int64(r.Height), string(r.Contents))
}

// derivedValues are the columns of an embedding from its model on. What was not made is
// NULL, and has no checksum.
func derivedValues(id, model string, vectors []float32, features []byte, words store.Words) []any {
	data := store.EncodeVectors(vectors)
	values := []any{model, data, store.Checksum(id, model, data), nil, nil, nil, nil, nil}
	if len(features) > 0 {
		values[3], values[4] = features, store.Checksum(id, model, features)
	}
	if words.Data != nil {
		values[5], values[6], values[7] = words.Vocabulary, words.Data, store.Checksum(id, model, words.Vocabulary, words.Data)
	}
	return values
}

// insertEmbedding stores what a model made of a reference, and replaces what the same
// model made before.
func insertEmbedding(ctx context.Context, c *change, id, model string, vectors []float32, features []byte, words store.Words) error {
	if _, err := c.Exec(ctx, `DELETE FROM embedding WHERE gallery = $1 AND reference = $2 AND model = $3`, c.gallery.key, id, model); err != nil {
		return err
	}
	_, err := c.Exec(ctx, `INSERT INTO embedding (gallery, reference, model, vectors, vectors_crc, features, features_crc, vocabulary, words, words_crc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, append([]any{c.gallery.key, id}, derivedValues(id, model, vectors, features, words)...)...)
	return err
}

// Rename moves the references of a label, and of all labels below it, to another label:
// see [store.Writer].
func (g *Store) Rename(ctx context.Context, from, to store.Label, ids ...string) (renamed int, err error) {
	const doing = "rename in"
	if err := store.ValidateSubtree(from); err != nil {
		return 0, g.fail(doing, err)
	}
	err = g.write(ctx, doing, func(c *change) error {
		references, err := g.list(ctx, c, store.Filter{Under: from})
		if err != nil {
			return err
		}
		references = store.Only(references, ids)
		if len(references) == 0 {
			return fmt.Errorf("label %q: %w", from, store.ErrNoReference)
		}
		for i := range references {
			r := &references[i]
			moved, err := label.Parse(string(to + r.Label[len(from):]))
			if err != nil {
				return fmt.Errorf("rename %q: %w", r.Label, err)
			}
			r.Label = moved
		}
		renamed = len(references)
		return c.update(ctx, references)
	})
	if err != nil {
		return 0, err
	}
	return renamed, nil
}

// update stores the labels and contents of references anew, as one change. The checksum
// of a damaged row stays wrong.
func (c *change) update(ctx context.Context, references []store.Reference) error {
	seq, err := c.seq()
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(references, pieceUpdates) {
		var b pgx.Batch // row by row: see changesQuery
		for i := range piece {
			r := &piece[i]
			var sum *int64
			if !r.Damaged {
				sum = new(referenceSum(r))
			}
			b.Queue(`UPDATE reference SET label = $3, contents = $4, crc = coalesce($5, crc), seq = $6 WHERE gallery = $1 AND id = $2`,
				c.gallery.key, r.ID, string(r.Label), string(r.Contents), sum, seq)
		}
		results := c.SendBatch(ctx, &b)
		for i := range piece {
			done, err := results.Exec()
			if err == nil && done.RowsAffected() != 1 {
				err = fmt.Errorf("%w (%d references have the id %q)", store.ErrCorrupt, done.RowsAffected(), piece[i].ID)
			}
			if err != nil {
				return errors.Join(err, results.Close())
			}
		}
		if err := results.Close(); err != nil {
			return err
		}
	}
	return nil
}

// SetNote replaces the note of a reference.
func (g *Store) SetNote(ctx context.Context, id, note string) error {
	const doing = "write a note in"
	if err := store.ValidateNote(note); err != nil {
		return g.fail(doing, fmt.Errorf("%w: %w", store.ErrInvalid, err))
	}
	return g.write(ctx, doing, func(c *change) error {
		r, err := c.toChange(ctx, id)
		if err != nil {
			return err
		}
		r.Note = note
		var sum *int64
		if !r.Damaged {
			sum = new(referenceSum(&r))
		}
		_, err = c.Exec(ctx, `UPDATE reference SET note = $3, crc = coalesce($4, crc) WHERE gallery = $1 AND id = $2`, g.key, id, []byte(note), sum)
		return err
	})
}

// SetContents says anew whether contents may differ: see [store.Writer].
func (g *Store) SetContents(ctx context.Context, id string, contents store.Contents) error {
	const doing = "write contents in"
	if err := store.ValidateContents(contents); err != nil {
		return g.fail(doing, fmt.Errorf("%w: %w", store.ErrInvalid, err))
	}
	return g.write(ctx, doing, func(c *change) error {
		r, err := c.toChange(ctx, id)
		if err != nil {
			return err
		}
		r.Contents = contents
		return c.update(ctx, []store.Reference{r})
	})
}

// toChange reads a reference whose fields are to be changed, also a damaged one.
func (c *change) toChange(ctx context.Context, id string) (store.Reference, error) {
	r, err := c.gallery.get(ctx, c, id)
	if err != nil && r.Damaged && errors.Is(err, store.ErrDamaged) {
		return r, nil
	}
	return r, err
}
