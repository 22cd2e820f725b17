package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// Put stores entries: see [store.Writer]. When it returns they are on the disk.
func (g *Store) Put(ctx context.Context, entries ...store.Entry) ([]store.Added, error) {
	entries, err := store.Complete(entries)
	if err != nil {
		return nil, g.fail("register in", err)
	}
	added := make([]store.Added, len(entries))
	err = g.write(ctx, "register in", func(tx *sql.Tx) error {
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		for i := range entries {
			e := &entries[i]
			if err := g.adoptModel(ctx, tx, e.Model, e.Dim()); err != nil {
				return fmt.Errorf("%s: %w", e.Source, err)
			}
			if added[i], err = putEntry(ctx, tx, "", seq, e); err != nil {
				return fmt.Errorf("%s: %w", e.Source, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// putEntry inserts a complete entry, unless its label has the same image already.
func putEntry(ctx context.Context, db execer, into string, seq int64, e *store.Entry) (store.Added, error) {
	duplicate := store.Added{Reference: e.Reference, Duplicate: true}
	err := db.QueryRowContext(ctx, `SELECT id FROM `+into+`reference WHERE label = ? AND hash = ?`, string(e.Label), e.Hash[:]).Scan(&duplicate.ID)
	if err == nil {
		return duplicate, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return store.Added{}, err
	}
	return store.Added{Reference: e.Reference}, insertEntry(ctx, db, into, seq, e)
}

// nextSeq returns the number of the change that tx makes.
func (g *Store) nextSeq(ctx context.Context, tx *sql.Tx) (seq int64, err error) {
	s, err := g.readStateToChange(ctx, tx)
	if err != nil {
		return 0, err
	}
	s.seq++
	g.made = s.seq
	return s.seq, writeState(ctx, tx, s)
}

// adoptModel makes the model that of a gallery without one, and checks that another
// gallery has the same.
func (g *Store) adoptModel(ctx context.Context, tx *sql.Tx, model string, dim int) error {
	s, err := g.readStateToChange(ctx, tx)
	if err != nil {
		return err
	}
	if s.model != "" {
		return s.checkModel(model, dim)
	}
	s.model, s.dim = model, dim
	return writeState(ctx, tx, s)
}

// insertEntry stores a complete entry in the tables whose names begin with into.
func insertEntry(ctx context.Context, db execer, into string, seq int64, e *store.Entry) error {
	_, err := db.ExecContext(ctx, `INSERT INTO `+into+`reference (id, label, hash, source, note, registered, width, height, contents, seq, crc)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, row_crc(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))`,
		e.ID, string(e.Label), e.Hash[:], e.Source, e.Note, e.Registered.UnixMilli(), e.Width, e.Height, string(e.Contents), seq)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO `+into+`picture (reference, jpeg) VALUES (?, ?)`, e.ID, e.Picture); err != nil {
		return err
	}
	if err := insertChecksum(ctx, db, into, e.ID, store.PartPicture, "", e.Picture); err != nil {
		return err
	}
	return insertEmbedding(ctx, db, into, e.ID, e.Model, e.Vectors, e.Features, e.Words)
}

// insertEmbedding stores what a model made of a reference, and replaces what the same
// model made before.
func insertEmbedding(ctx context.Context, db execer, into string, id, model string, vectors []float32, features []byte, words store.Words) error {
	if len(features) == 0 {
		features = nil
	}
	data := store.EncodeVectors(vectors)
	_, err := db.ExecContext(ctx, `INSERT OR REPLACE INTO `+into+`embedding (reference, model, vectors, features) VALUES (?, ?, ?, ?)`, id, model, data, features)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `DELETE FROM `+into+`checksum WHERE reference = ? AND model = ?`, id, model); err != nil {
		return err
	}
	if err := insertChecksum(ctx, db, into, id, store.PartEmbedding, model, data); err != nil {
		return err
	}
	if features != nil {
		if err := insertChecksum(ctx, db, into, id, store.PartFeatures, model, features); err != nil {
			return err
		}
	}
	if words.Data == nil {
		return nil
	}
	return insertWords(ctx, db, into, id, model, words)
}

func insertWords(ctx context.Context, db execer, into string, id, model string, words store.Words) error {
	_, err := db.ExecContext(ctx, `INSERT OR REPLACE INTO `+into+`words (reference, model, vocabulary, data) VALUES (?, ?, ?, ?)`,
		id, model, words.Vocabulary, words.Data)
	if err != nil {
		return err
	}
	return insertChecksum(ctx, db, into, id, store.PartWords, model, words.Vocabulary, words.Data)
}

// insertChecksum stores the checksum of a part of a reference.
func insertChecksum(ctx context.Context, db execer, into string, id string, part store.Part, model string, values ...any) error {
	_, err := db.ExecContext(ctx, `INSERT OR REPLACE INTO `+into+`checksum (reference, part, model, crc) VALUES (?, ?, ?, ?)`,
		id, string(part), model, rowCRC(append([]any{id, model}, values...)...))
	return err
}

// Remove deletes the references with the given ids, and overwrites their bytes in the
// file: see [store.Writer].
func (g *Store) Remove(ctx context.Context, ids ...string) error {
	_, err := g.removeAll(ctx, func(tx *sql.Tx) ([]string, error) { return ids, nil })
	return err
}

// RemoveLabel deletes the references of a label and of all labels below it: see
// [store.Writer].
func (g *Store) RemoveLabel(ctx context.Context, label store.Label) (int, error) {
	if err := store.ValidateSubtree(label); err != nil {
		return 0, g.fail("remove from", err)
	}
	return g.removeAll(ctx, func(tx *sql.Tx) ([]string, error) {
		references, err := g.list(ctx, tx, store.Filter{Under: label})
		if err == nil && len(references) == 0 {
			err = fmt.Errorf("label %q: %w", label, store.ErrNoReference)
		}
		ids := make([]string, len(references))
		for i, r := range references {
			ids[i] = r.ID
		}
		return ids, err
	})
}

// removeIDs removes references as one change.
func (g *Store) removeIDs(ctx context.Context, tx *sql.Tx, ids []string) error {
	seq, err := g.nextSeq(ctx, tx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := updateOne(ctx, tx, id, `DELETE FROM reference WHERE id = ?`, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO removal (reference, seq, crc) VALUES (?1, ?2, row_crc(?1, ?2))`, id, seq); err != nil {
			return err
		}
	}
	return nil
}

// Rename moves the references of a label, and of all labels below it, to another
// label: see [store.Writer].
func (g *Store) Rename(ctx context.Context, from, to store.Label, ids ...string) (int, error) {
	if err := store.ValidateSubtree(from); err != nil {
		return 0, g.fail("rename in", err)
	}
	renamed := 0
	err := g.write(ctx, "rename in", func(tx *sql.Tx) error {
		references, err := g.list(ctx, tx, store.Filter{Under: from})
		if err != nil {
			return err
		}
		references = store.Only(references, ids)
		if len(references) == 0 {
			return fmt.Errorf("label %q: %w", from, store.ErrNoReference)
		}
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		renamed = len(references)
		for _, r := range references {
			renamed, err := label.Parse(string(to + r.Label[len(from):]))
			if err != nil {
				return fmt.Errorf("rename %q: %w", r.Label, err)
			}
			err = updateOne(ctx, tx, r.ID, `UPDATE reference AS r SET label = ?1, seq = ?2, crc = CASE WHEN `+g.rowIntact()+`
				THEN row_crc(id, ?1, hash, source, note, registered, width, height, contents) ELSE crc END WHERE id = ?3`, string(renamed), seq, r.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return renamed, nil
}

// SetNote replaces the note of a reference.
func (g *Store) SetNote(ctx context.Context, id, note string) error {
	if err := store.ValidateNote(note); err != nil {
		return g.fail("write a note in", fmt.Errorf("%w: %w", store.ErrInvalid, err))
	}
	return g.write(ctx, "write a note in", func(tx *sql.Tx) error {
		return updateOne(ctx, tx, id, `UPDATE reference AS r SET note = ?1, crc = CASE WHEN `+g.rowIntact()+`
			THEN row_crc(id, label, hash, source, ?1, registered, width, height, contents) ELSE crc END WHERE id = ?2`, note, id)
	})
}

// SetContents says anew whether contents may differ: see [store.Writer].
func (g *Store) SetContents(ctx context.Context, id string, contents store.Contents) error {
	if err := store.ValidateContents(contents); err != nil {
		return g.fail("write contents in", fmt.Errorf("%w: %w", store.ErrInvalid, err))
	}
	return g.write(ctx, "write contents in", func(tx *sql.Tx) error {
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		return updateOne(ctx, tx, id, `UPDATE reference AS r SET contents = ?1, seq = ?2, crc = CASE WHEN `+g.rowIntact()+`
			THEN row_crc(id, label, hash, source, note, registered, width, height, ?1) ELSE crc END WHERE id = ?3`, string(contents), seq, id)
	})
}

// updateOne runs a statement that must touch exactly the reference id.
func updateOne(ctx context.Context, tx *sql.Tx, id, statement string, args ...any) error {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return err
	case n == 0:
		return fmt.Errorf("id %q: %w", id, store.ErrNoReference)
	case n > 1:
		return fmt.Errorf("%w (more than one reference has id %q)", store.ErrCorrupt, id)
	}
	return nil
}
