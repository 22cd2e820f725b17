package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"exemplar/internal/store"
)

// stage gathers references in temporary tables of one connection. SQLite keeps them in
// a file that vanishes with the process.
type stage struct {
	gallery *Store
	conn    *sql.Conn // has the temporary tables
	broken  error     // why the stage cannot be committed

	model string // of what is staged; '' before the first
	dim   int
}

// stagedTables are the tables with the rows of a reference. Each has a temporary copy
// whose name begins with staged.
var stagedTables = []string{"reference", "picture", "embedding", "words", "checksum"}

// staged is the prefix of the tables of a stage.
const staged = "staged_"

// Stage begins a stage: see [store.Writer].
func (g *Store) Stage(ctx context.Context) (store.Stage, error) {
	if g.readOnly {
		return nil, g.fail("register in", store.ErrReadOnly)
	}
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return nil, g.fail("register in", err)
	}
	s := &stage{gallery: g, conn: conn}
	var statements []string
	for _, table := range stagedTables {
		statements = append(statements, fmt.Sprintf(`CREATE TEMP TABLE %[1]s%[2]s AS SELECT * FROM %[2]s WHERE false`, staged, table))
	}
	statements = append(statements, `CREATE INDEX temp.staged_twin ON staged_reference (label, hash)`)
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			s.Close()
			return nil, g.fail("register in", err)
		}
	}
	return s, nil
}

// Put adds entries to the stage.
func (s *stage) Put(ctx context.Context, entries ...store.Entry) ([]store.Added, error) {
	entries, err := store.Complete(entries)
	if err == nil {
		err = s.broken
	}
	if err != nil {
		return nil, s.gallery.fail("register in", err)
	}
	added := make([]store.Added, len(entries))
	for i := range entries {
		e := &entries[i]
		if err = s.adoptModel(ctx, e); err == nil {
			added[i], err = putEntry(ctx, s.conn, staged, 0, e)
		}
		if err != nil {
			s.broken = fmt.Errorf("%s: %w", e.Source, err)
			return nil, s.gallery.fail("register in", s.broken)
		}
	}
	return added, nil
}

// adoptModel checks the model of an entry now, so that Commit need not fail later.
func (s *stage) adoptModel(ctx context.Context, e *store.Entry) error {
	if s.model == "" {
		own, err := s.gallery.readStateToChange(ctx, s.conn)
		if err != nil {
			return err
		}
		s.model, s.dim = e.Model, e.Dim()
		return own.checkModel(s.model, s.dim)
	}
	return state{model: s.model, dim: s.dim}.checkModel(e.Model, e.Dim())
}

// Commit replaces the references of the staged labels, as one change.
func (s *stage) Commit(ctx context.Context) (removed int, err error) {
	g := s.gallery
	if s.broken != nil {
		return 0, g.fail("register in", s.broken)
	}
	err = g.writeOn(ctx, s.conn, "register in", func(tx *sql.Tx) error {
		removed, err = s.commit(ctx, tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.broken = errors.New("it was committed already")
	if removed > 0 {
		_ = g.emptyLog(ctx) // see emptyLogTimeout
	}
	return removed, nil
}

func (s *stage) commit(ctx context.Context, tx *sql.Tx) (removed int, err error) {
	g := s.gallery
	if s.model == "" {
		return 0, nil // nothing is staged
	}
	if err := g.adoptModel(ctx, tx, s.model, s.dim); err != nil {
		return 0, err
	}
	seq, err := g.nextSeq(ctx, tx)
	if err != nil {
		return 0, err
	}
	const replaced = ` FROM reference WHERE label IN (SELECT label FROM staged_reference)`
	if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO removal (reference, seq, crc) SELECT id, ?1, row_crc(id, ?1)`+replaced, seq); err != nil {
		return 0, err
	}
	result, err := tx.ExecContext(ctx, `DELETE`+replaced)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE staged_reference SET seq = ?`, seq); err != nil {
		return 0, err
	}
	for _, table := range stagedTables {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %[2]s SELECT * FROM %[1]s%[2]s`, staged, table)); err != nil {
			return 0, err
		}
	}
	return int(n), nil
}

// Close forgets what was not committed.
func (s *stage) Close() error {
	// ErrBadConn makes database/sql close the connection, and its temporary tables.
	err := s.conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}
