package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"exemplar/internal/store"
)

// querier is what connections and transactions have in common.
type querier interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// attempts is how often a call is tried if the server gave it up because of others, or
// closed a connection that lay in the pool.
const attempts = 3

// look runs f on a connection, outside of a transaction. f may be called again if its
// connection was lost, because a restarted server leaves connections in the pool that
// are of no use.
func (p *pool) look(ctx context.Context, f func(db querier) error) error {
	return p.try(ctx, func() error { return f(p) })
}

// try calls f until it succeeds, or fails for a reason that another attempt does not
// change. If the server cannot be reached, it returns at once.
func (p *pool) try(ctx context.Context, f func() error) error {
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.reachable(); err != nil {
			return err
		}
		err := f()
		var final *finalError
		switch {
		case errors.As(err, &final):
			return final.err
		case ctx.Err() != nil || !isAgain(err) && !isLost(err):
			return err
		case attempt == attempts && isLost(err):
			p.lost(err)
			return err
		case attempt == attempts:
			return err
		case isLost(err):
			p.Reset()
		}
	}
}

// finalError is an error after which a call must not be tried again.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

// final marks an error as one after which a call must not be tried again.
func final(err error) error {
	if err == nil {
		return nil
	}
	return &finalError{err}
}

// look runs f, which makes one query, and may be called again.
func (g *Store) look(ctx context.Context, doing string, f func(db querier) error) error {
	if g.closed.Load() {
		return g.fail(doing, errClosed)
	}
	if err := g.pool.look(ctx, f); err != nil {
		return g.fail(doing, g.cause(ctx, err))
	}
	return nil
}

// cause is the error of a call: that of the context if it ended, which the driver
// reports as a lost connection at times.
func (g *Store) cause(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return ended
	}
	return err
}

// view is a reading transaction. After an error of the server it can go on where
// goOn was called.
type view struct{ pgx.Tx }

// goOn makes a view usable again after pages could not be read. It sees the same moment.
func goOn(ctx context.Context, db querier) {
	if v, ok := db.(view); ok {
		_, _ = v.Exec(ctx, `ROLLBACK TO SAVEPOINT sound`) // the next query reports an error of it
	}
}

// read runs f in one consistent view of the gallery. f is called once.
func (g *Store) read(ctx context.Context, doing string, f func(tx querier) error) error {
	if g.closed.Load() {
		return g.fail(doing, errClosed)
	}
	err := g.pool.try(ctx, func() error {
		tx, err := g.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer tx.Rollback(context.WithoutCancel(ctx))
		// The moment of the view is that of the first query.
		if _, err := tx.Conn().PgConn().Exec(ctx, `SELECT 1; SAVEPOINT sound`).ReadAll(); err != nil {
			return err
		}
		return final(f(view{tx}))
	})
	if err != nil {
		return g.fail(doing, g.cause(ctx, err))
	}
	return nil
}

// change is a transaction that changes a gallery. It holds the lock of the gallery's own
// row: nobody else changes the gallery meanwhile.
type change struct {
	pgx.Tx
	gallery *Store
	own     state
	counted bool // own.seq is the number of this change
	dirty   bool // own was changed
}

// write runs f in one transaction. If write returns no error the whole transaction is
// durable, and otherwise none of it has happened, unless the error is errUnanswered. f
// may be called again, from its beginning.
func (g *Store) write(ctx context.Context, doing string, f func(c *change) error) error {
	return g.writeOn(ctx, g.pool, doing, f)
}

// writeOnce is write for an f that cannot be called again.
func (g *Store) writeOnce(ctx context.Context, doing string, f func(c *change) error) error {
	return g.writeOn(ctx, g.pool, doing, func(c *change) error { return final(f(c)) })
}

// beginner is what pools and connections have in common.
type beginner interface {
	BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error)
}

// beginChange begins a transaction. A writer that stops in the middle of it, because its
// machine hangs, loses it after a minute, so that others can write.
const beginChange = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL idle_in_transaction_session_timeout = '60s'`

func (g *Store) writeOn(ctx context.Context, db beginner, doing string, f func(c *change) error) error {
	switch {
	case g.closed.Load():
		return g.fail(doing, errClosed)
	case g.readOnly:
		return g.fail(doing, store.ErrReadOnly)
	}
	select { // one writer of this process at a time: others would hold connections while they wait
	case g.writing <- struct{}{}:
		defer func() { <-g.writing }()
	case <-ctx.Done():
		return g.fail(doing, ctx.Err())
	}
	err := g.pool.try(ctx, func() error {
		tx, err := db.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginChange})
		if err != nil {
			return err
		}
		defer tx.Rollback(context.WithoutCancel(ctx))
		c := &change{Tx: tx, gallery: g}
		if c.own, err = g.readStateBy(ctx, tx, `SELECT `+ownColumns+` FROM gallery g WHERE g.key = $1 FOR NO KEY UPDATE`); err != nil {
			return err
		}
		if err := f(c); err != nil {
			return err
		}
		if err := c.commit(ctx); err != nil {
			return err
		}
		if c.counted {
			store.Made(ctx, c.own.seq)
		}
		return nil
	})
	if err != nil {
		return g.fail(doing, g.cause(ctx, err))
	}
	return nil
}

// commitTimeout is how long a server may take to commit: a slow disk, or a standby that
// must confirm, and not a server that is gone.
const commitTimeout = 30 * time.Second

// errUnanswered says that the connection was lost while a change was committed.
var errUnanswered = errors.New("the connection was lost while the change was made, so that it may have been made or not: look, and repeat it if it was not")

func (c *change) commit(ctx context.Context) error {
	var last pgx.Batch
	if c.dirty {
		s := c.own
		last.Queue(`UPDATE gallery SET id = $2, created = $3, model = $4, dim = $5, seq = $6, crc = $7 WHERE key = $1`,
			c.gallery.key, s.id, s.created, s.model, s.dim, s.seq, s.checksum())
	}
	if c.counted {
		last.Queue(`SELECT pg_notify($1, $2)`, channel, notice(c.gallery.key))
	}
	if err := c.SendBatch(ctx, &last).Close(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // the last moment at which nothing has changed for sure
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	err := c.Commit(ctx)
	var fault *pgconn.PgError
	if err != nil && !errors.As(err, &fault) && !errors.Is(err, pgx.ErrTxCommitRollback) {
		return final(fmt.Errorf("%w (%w: %w)", store.ErrUnavailable, errUnanswered, err))
	}
	return err
}

// checkOwn returns an error if the gallery's own row is damaged: a change must not rest
// on a guess.
func (c *change) checkOwn() error {
	if c.own.damaged {
		return errOwnRow
	}
	return nil
}

// seq returns the number of the change that the transaction makes.
func (c *change) seq() (int64, error) {
	if err := c.checkOwn(); err != nil {
		return 0, err
	}
	if !c.counted {
		c.own.seq++
		c.counted, c.dirty = true, true
	}
	return c.own.seq, nil
}

// adoptModel makes the model that of a gallery without one, and checks that another
// gallery has the same.
func (c *change) adoptModel(model string, dim int) error {
	if err := c.checkOwn(); err != nil {
		return err
	}
	if c.own.model != "" {
		return c.own.checkModel(model, dim)
	}
	c.own.model, c.own.dim, c.dirty = model, dim, true
	return nil
}
