package gallery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"exemplar/internal/label"
)

// Add stores the entries, all or none, and returns their references. Once it
// returns they are on the disk. Entries without an ID or a time get one. The
// first references of a gallery decide its model; later ones with another give
// ErrWrongModel.
func (g *Gallery) Add(ctx context.Context, entries ...Entry) ([]Reference, error) {
	return g.Replace(ctx, nil, entries...)
}

// Replace removes the references with the given ids and adds the entries, as
// one change: nobody sees neither or both.
func (g *Gallery) Replace(ctx context.Context, ids []string, entries ...Entry) ([]Reference, error) {
	now := time.Now()
	entries = slices.Clone(entries) // they are completed below
	added := make([]Reference, len(entries))
	for i := range entries {
		if err := entries[i].complete(now); err != nil {
			return nil, g.fail("register in", err)
		}
		added[i] = entries[i].Reference
	}
	err := g.write(ctx, "register in", func(tx *sql.Tx) error {
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		if err := removeIDs(ctx, tx, seq, ids); err != nil {
			return err
		}
		return insert(ctx, tx, seq, entries)
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// nextSeq returns the number of the change that tx makes.
func nextSeq(ctx context.Context, tx *sql.Tx) (seq int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE gallery SET seq = seq + 1 RETURNING seq`).Scan(&seq)
	return seq, err
}

// insert stores complete entries.
func insert(ctx context.Context, tx *sql.Tx, seq int64, entries []Entry) error {
	for i := range entries {
		e := &entries[i]
		if i == 0 || e.Model != entries[i-1].Model || e.dim() != entries[i-1].dim() {
			if err := adoptModel(ctx, tx, e.Model, e.dim()); err != nil {
				return err
			}
		}
		if err := insertEntry(ctx, tx, seq, e); err != nil {
			return fmt.Errorf("%s: %w", e.Source, err)
		}
	}
	return nil
}

// adoptModel makes the model the gallery's if it has none, and else checks
// that it is.
func adoptModel(ctx context.Context, tx *sql.Tx, model string, dim int) error {
	_, err := tx.ExecContext(ctx, `UPDATE gallery SET model = ?, dim = ? WHERE model = ''`, model, dim)
	if err != nil {
		return err
	}
	s, err := readState(ctx, tx)
	if err != nil {
		return err
	}
	return s.checkModel(model, dim)
}

func insertEntry(ctx context.Context, tx *sql.Tx, seq int64, e *Entry) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO reference (id, label, hash, source, note, registered, width, height, seq)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, string(e.Label), e.Hash[:], e.Source, e.Note, e.Registered.UnixMilli(), e.Width, e.Height, seq)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO picture (reference, jpeg) VALUES (?, ?)`, e.ID, e.Picture); err != nil {
		return err
	}
	return insertEmbedding(ctx, tx, e.ID, e.Model, e.Vectors, e.Features, e.Words)
}

// insertEmbedding stores what a model made of a reference, in place of what it
// made before.
func insertEmbedding(ctx context.Context, tx *sql.Tx, id, model string, vectors []float32, features []byte, words Words) error {
	_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO embedding (reference, model, vectors, features) VALUES (?, ?, ?, ?)`,
		id, model, encodeVectors(vectors), features)
	if err != nil || words.Data == nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO words (reference, model, vocabulary, data) VALUES (?, ?, ?, ?)`,
		id, model, words.Vocabulary, words.Data)
	return err
}

// Remove deletes the references with the given ids, all or none.
func (g *Gallery) Remove(ctx context.Context, ids ...string) error {
	return g.write(ctx, "remove from", func(tx *sql.Tx) error {
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		return removeIDs(ctx, tx, seq, ids)
	})
}

// RemoveLabel deletes the references of a label and of all labels below it, and
// returns how many they were.
func (g *Gallery) RemoveLabel(ctx context.Context, label Label) (int, error) {
	removed := 0
	err := g.write(ctx, "remove from", func(tx *sql.Tx) error {
		references, err := list(ctx, tx, Filter{Under: label})
		if err != nil {
			return err
		}
		if len(references) == 0 {
			return fmt.Errorf("label %q: %w", label, ErrNoReference)
		}
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		removed = len(references)
		ids := make([]string, len(references))
		for i, r := range references {
			ids[i] = r.ID
		}
		return removeIDs(ctx, tx, seq, ids)
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

func removeIDs(ctx context.Context, tx *sql.Tx, seq int64, ids []string) error {
	for _, id := range ids {
		if err := updateOne(ctx, tx, id, `DELETE FROM reference WHERE id = ?`, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO removal (reference, seq) VALUES (?, ?)`, id, seq); err != nil {
			return err
		}
	}
	return nil
}

// RenameLabel moves the references of a label, and of all labels below it, to
// another label, and returns how many they were. Where the new label exists
// the two merge: its references stay, and the moved ones join them.
func (g *Gallery) RenameLabel(ctx context.Context, from, to Label) (int, error) {
	renamed := 0
	err := g.write(ctx, "rename in", func(tx *sql.Tx) error {
		references, err := list(ctx, tx, Filter{Under: from})
		if err != nil {
			return err
		}
		if len(references) == 0 {
			return fmt.Errorf("label %q: %w", from, ErrNoReference)
		}
		seq, err := nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		renamed = len(references)
		for _, r := range references {
			renamed, err := label.Parse(string(to + r.Label[len(from):]))
			if err != nil {
				return fmt.Errorf("rename %q: %w", r.Label, err)
			}
			if err := updateOne(ctx, tx, r.ID, `UPDATE reference SET label = ?, seq = ? WHERE id = ?`, string(renamed), seq, r.ID); err != nil {
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
func (g *Gallery) SetNote(ctx context.Context, id, note string) error {
	if len(note) > MaxTextBytes {
		return g.fail("write a note in", fmt.Errorf("%w: note of %d bytes, at most %d", ErrInvalid, len(note), MaxTextBytes))
	}
	return g.write(ctx, "write a note in", func(tx *sql.Tx) error {
		return updateOne(ctx, tx, id, `UPDATE reference SET note = ? WHERE id = ?`, note, id)
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
		return fmt.Errorf("id %q: %w", id, ErrNoReference)
	case n > 1:
		return errors.New("more than one reference has id " + id)
	}
	return nil
}
