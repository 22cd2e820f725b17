package db

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The patience with a server (by eye). After doubtAfter without an answer another
// connection asks whether the server answers at all: one that is at much work does, and
// one that is silent does not. After answerTimeout a call gives up in any case. retryAfter
// is the time between two attempts to reach a server that is away.
const (
	doubtAfter    = 2 * time.Second
	answerTimeout = time.Minute
	retryAfter    = 200 * time.Millisecond
)

// errSilent ends the calls that wait for a server that does not answer.
var errSilent = errors.New("it gave no answer")

// reach knows whether a server can be reached. While it cannot, calls fail at once, and
// one goroutine tries until it can.
type reach struct {
	config  *pgx.ConnConfig
	forget  func() // drops the connections that are not in use
	mu      sync.Mutex
	era     context.Context // ends, with what waits for an answer, when the server is lost
	end     context.CancelCauseFunc
	asking  bool // whether the server is there
	closed  context.Context
	closing context.CancelFunc
}

func newReach(config *pgx.ConnConfig, forget func()) *reach {
	r := &reach{config: config, forget: forget}
	r.closed, r.closing = context.WithCancel(context.Background())
	r.era, r.end = context.WithCancelCause(r.closed)
	return r
}

// lost reports whether the server cannot be reached, as far as is known.
func (r *reach) lost() bool { return r.current().Err() != nil }

func (r *reach) current() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.era
}

// lose notes that the server cannot be reached, ends what waits for it, and tries until it
// can be reached again.
func (r *reach) lose() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.era.Err() != nil {
		return
	}
	r.end(errSilent)
	go func() {
		for {
			select {
			case <-r.closed.Done():
				return
			case <-time.After(retryAfter):
			}
			if r.ask() == nil {
				r.mu.Lock()
				r.era, r.end = context.WithCancelCause(r.closed)
				r.mu.Unlock()
				return
			}
		}
	}()
}

// broken notes that a connection broke, or could not be made. That is no proof that the
// server is away: a caller who goes away has its connection closed, and its dial cut short.
func (r *reach) broken() {
	go func() {
		r.forget() // what lies in the pool may be of a server that was started anew
		r.doubt()
	}()
}

// doubt asks whether the server is there, if nobody does at the moment.
func (r *reach) doubt() {
	r.mu.Lock()
	asking := r.asking
	r.asking = true
	r.mu.Unlock()
	if asking {
		return
	}
	err := r.ask()
	r.mu.Lock()
	r.asking = false
	r.mu.Unlock()
	if err != nil && r.closed.Err() == nil {
		r.lose()
	}
}

// ask makes a connection of its own, and asks. A server whose queue is full is there.
func (r *reach) ask() error {
	ctx, cancel := context.WithTimeout(r.closed, r.config.ConnectTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, r.config)
	for errors.Is(err, syscall.EAGAIN) && ctx.Err() == nil {
		time.Sleep(retryAfter / 10)
		conn, err = pgx.ConnectConfig(ctx, r.config)
	}
	if err != nil {
		return err
	}
	err = conn.Ping(ctx)
	conn.Close(ctx)
	return err
}

// bound returns a context that ends with the server's reach as well. The caller calls
// release, and end to give up.
func (db *DB) bound(ctx context.Context) (_ context.Context, end context.CancelCauseFunc, release func()) {
	if db.reach == nil {
		return ctx, func(error) {}, func() {}
	}
	ctx, end = context.WithCancelCause(ctx)
	stop := context.AfterFunc(db.reach.current(), func() { end(errSilent) })
	return ctx, end, func() { stop(); end(nil) }
}

// timed bounds how long the server may take for a call, which end gives up.
func (db *DB) timed(end context.CancelCauseFunc) (stop func()) {
	if db.reach == nil {
		return func() {}
	}
	doubt := time.AfterFunc(doubtAfter, db.reach.doubt)
	limit := time.AfterFunc(answerTimeout, func() { end(errSilent) })
	return func() { doubt.Stop(); limit.Stop() }
}

// limited is a context for one call: bound, and timed.
func (db *DB) limited(ctx context.Context) (context.Context, func()) {
	ctx, end, release := db.bound(ctx)
	stop := db.timed(end)
	return ctx, func() { stop(); release() }
}

// failed translates the error of a call under a context of bound. The connection of a
// caller who went away is closed in the middle of what it does: its error says nothing
// about the server.
func (db *DB) failed(ctx context.Context, err error) error {
	switch gone := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(gone, errSilent):
		return fmt.Errorf("%w (%v)", ErrUnavailable, err)
	case gone != nil && db.reach != nil:
		return fmt.Errorf("%w (%v)", gone, err)
	}
	err = db.translate(err)
	if errors.Is(err, ErrFull) {
		db.full.Store(time.Now().Unix())
	}
	return err
}
