package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/oklog/ulid/v2"

	"exemplar/internal/store"
)

// Store is an open gallery. It is safe for concurrent use, and any number of processes
// on any machines may have the same gallery open.
type Store struct {
	pool     *pool
	name     string // as messages show it: without a password
	key      int64  // of the gallery in all tables
	readOnly bool   // the caller wants no writing
	writing  chan struct{}
	closed   atomic.Bool
}

// errClosed says that a store was used after it was closed.
var errClosed = errors.New("it was closed")

// Open opens the gallery with the given name: see [IsName]. It makes tables, and the
// collection, if opts.Create is set; it never makes a database. A gallery that the user
// of the database may not write can be read, and changes give ErrReadOnly.
func Open(name string, opts store.Options) (*Store, error) {
	a, err := parseAddress(name)
	if err != nil {
		return nil, fmt.Errorf("open gallery: %w", err)
	}
	p, err := usePool(a)
	if err != nil {
		return nil, fmt.Errorf("open gallery %q: %w", a.shown, translate(err))
	}
	g := &Store{pool: p, name: a.shown, readOnly: opts.ReadOnly, writing: make(chan struct{}, 1)}
	if err := g.open(context.Background(), a.collection, opts.Create && !opts.ReadOnly); err != nil {
		p.release()
		return nil, g.fail("open", adviceOf(err, a))
	}
	return g, nil
}

// adviceOf says what to do about an error of opening that is the administrator's.
func adviceOf(err error, a address) error {
	var fault *pgconn.PgError
	if !errors.As(err, &fault) {
		return err
	}
	c := a.config.ConnConfig
	switch fault.Code {
	case "3D000":
		return fmt.Errorf("%w (there is no database %q on the server: make it with createdb --encoding UTF8 --template template0 %s)", store.ErrNoGallery, c.Database, c.Database)
	case "42501":
		return fmt.Errorf("the user %s may not do this in the database (%s): docs/postgres.md lists the permissions that are needed", c.User, fault.Message)
	}
	return err
}

func (g *Store) open(ctx context.Context, collection string, create bool) error {
	if err := g.prepare(ctx, create); err != nil {
		return err
	}
	find := func(db querier) error {
		return db.QueryRow(ctx, `SELECT key FROM gallery WHERE name = $1`, collection).Scan(&g.key)
	}
	err := g.pool.look(ctx, find)
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if !create {
		return store.ErrNoGallery
	}
	s := state{id: ulid.Make().String(), created: time.Now().UnixMilli()}
	_, err = g.pool.Exec(ctx, `INSERT INTO gallery (name, id, created, model, dim, seq, crc) VALUES ($1, $2, $3, '', 0, 0, $4) ON CONFLICT (name) DO NOTHING`,
		collection, s.id, s.created, s.checksum())
	if err != nil {
		return err
	}
	return g.pool.look(ctx, find) // another process may have made it
}

// Close releases the gallery, and the connections with the last gallery of the server.
func (g *Store) Close() error {
	if !g.closed.Swap(true) {
		g.pool.release()
	}
	return nil
}
