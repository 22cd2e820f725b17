package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgxpool"

	"exemplar/internal/store"
)

// stage gathers references in temporary tables of one connection. The server drops them
// with the connection, and so with the process.
type stage struct {
	gallery *Store
	conn    *pgxpool.Conn // has the temporary tables; nil after Close
	broken  error         // why the stage cannot be committed

	model string // of what is staged; '' before the first
	dim   int
}

// staged is the prefix of the tables of a stage.
const staged = "pg_temp.staged_"

// Stage begins a stage: see [store.Writer].
func (g *Store) Stage(ctx context.Context) (store.Stage, error) {
	const doing = "register in"
	switch {
	case g.closed.Load():
		return nil, g.fail(doing, errClosed)
	case g.readOnly:
		return nil, g.fail(doing, store.ErrReadOnly)
	}
	s := &stage{gallery: g}
	err := g.pool.try(ctx, func() (err error) {
		if s.conn, err = g.pool.Acquire(ctx); err != nil {
			return err
		}
		_, err = s.conn.Exec(ctx, `CREATE TEMP TABLE staged_reference (LIKE reference INCLUDING STORAGE)`)
		if err == nil {
			_, err = s.conn.Exec(ctx, `CREATE TEMP TABLE staged_embedding (LIKE embedding INCLUDING STORAGE)`)
		}
		if err == nil {
			_, err = s.conn.Exec(ctx, `CREATE INDEX ON staged_reference (label, hash)`)
		}
		if err != nil {
			s.Close()
		}
		return err
	})
	if err != nil {
		return nil, g.fail(doing, g.cause(ctx, err))
	}
	return s, nil
}

// Put adds entries to the stage.
func (s *stage) Put(ctx context.Context, entries ...store.Entry) ([]store.Added, error) {
	const doing = "register in"
	entries, err := store.Complete(entries)
	if err == nil {
		err = s.usable()
	}
	if err != nil {
		return nil, s.gallery.fail(doing, err)
	}
	var added []store.Added
	for i := range entries {
		if err == nil {
			err = s.adoptModel(ctx, &entries[i])
		}
	}
	if err == nil {
		added, err = putEntries(ctx, s.conn, staged, s.gallery.key, 0, entries)
	}
	if err != nil {
		s.broken = s.gallery.cause(ctx, err)
		return nil, s.gallery.fail(doing, s.broken)
	}
	return added, nil
}

// usable returns why the stage takes nothing more.
func (s *stage) usable() error {
	if s.broken == nil && (s.conn == nil || s.gallery.closed.Load()) {
		return errClosed
	}
	return s.broken
}

// adoptModel checks the model of an entry now, so that Commit need not fail later.
func (s *stage) adoptModel(ctx context.Context, e *store.Entry) error {
	if s.model != "" {
		return state{model: s.model, dim: s.dim}.checkModel(e.Model, e.Dim())
	}
	own, err := s.gallery.readState(ctx, s.conn)
	if err == nil && own.damaged {
		err = errOwnRow
	}
	if err != nil {
		return err
	}
	s.model, s.dim = e.Model, e.Dim()
	return own.checkModel(s.model, s.dim)
}

// Commit replaces the references of the staged labels, as one change.
func (s *stage) Commit(ctx context.Context) (removed int, err error) {
	const doing = "register in"
	if err := s.usable(); err != nil {
		return 0, s.gallery.fail(doing, err)
	}
	err = s.gallery.writeOn(ctx, s.conn, doing, func(c *change) error {
		removed, err = s.commit(ctx, c)
		return final(err)
	})
	if err != nil {
		return 0, err
	}
	s.broken = errors.New("it was committed already")
	return removed, nil
}

func (s *stage) commit(ctx context.Context, c *change) (removed int, err error) {
	if s.model == "" {
		return 0, nil // nothing is staged
	}
	if err := c.adoptModel(s.model, s.dim); err != nil {
		return 0, err
	}
	seq, err := c.seq()
	if err != nil {
		return 0, err
	}
	replaced, err := texts(ctx, c, `DELETE FROM reference WHERE gallery = $1 AND label IN (SELECT label FROM `+staged+`reference) RETURNING id`, c.gallery.key)
	if err != nil {
		return 0, err
	}
	if err := c.noteRemovals(ctx, seq, replaced); err != nil {
		return 0, err
	}
	const but = `gallery, id, label, hash, source, note, registered, width, height, contents, crc, jpeg, jpeg_crc`
	if _, err := c.Exec(ctx, `INSERT INTO reference (`+but+`, seq) SELECT `+but+`, $1::bigint FROM `+staged+`reference`, seq); err != nil {
		return 0, err
	}
	const all = `gallery, reference, model, vectors, vectors_crc, features, features_crc, vocabulary, words, words_crc`
	_, err = c.Exec(ctx, `INSERT INTO embedding (`+all+`) SELECT `+all+` FROM `+staged+`embedding`)
	return len(replaced), err
}

// Close forgets what was not committed.
func (s *stage) Close() error {
	if s.conn == nil {
		return nil
	}
	conn := s.conn.Hijack() // the pool must not give the connection, with its tables, to others
	s.conn = nil
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx) // the server drops the tables whether it hears of it or not
	return nil
}
