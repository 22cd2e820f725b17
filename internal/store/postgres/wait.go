package postgres

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/store"
)

// channel is the channel of the notices that a gallery was changed.
const channel = "exemplar_gallery"

// pollEvery is how often Wait asks, whatever notices come: they only shorten the wait. A
// notice may be lost with its connection, and some poolers between program and server
// let none through.
const pollEvery = 500 * time.Millisecond

// notice is the payload of the notice that a gallery was changed. The server sends it
// when the change is committed.
func notice(key int64) string { return strconv.FormatInt(key, 10) }

// Wait returns when the gallery has changed since a position: see [store.Waiter].
func (g *Store) Wait(ctx context.Context, since store.Position) error {
	g.pool.feed.start()
	for {
		changed := g.pool.feed.next(g.key)
		now, err := g.ask(ctx)
		if err != nil {
			return g.fail("follow", err)
		}
		if now.position() != since {
			return nil
		}
		select {
		case <-changed:
		case <-time.After(pollEvery):
		case <-ctx.Done():
			return g.fail("follow", ctx.Err())
		case <-g.pool.ended:
			return g.fail("follow", errClosed)
		}
	}
}

// feed receives the notices of a server, on a connection of its own, and passes them to
// those who wait.
type feed struct {
	pool    *pool
	once    sync.Once
	mu      sync.Mutex
	waiting map[int64]chan struct{} // by the key of a gallery; closed by a notice
}

// next returns a channel that is closed when the gallery is changed next.
func (f *feed) next(key int64) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == nil {
		f.waiting = map[int64]chan struct{}{}
	}
	if f.waiting[key] == nil {
		f.waiting[key] = make(chan struct{})
	}
	return f.waiting[key]
}

// tell wakes those who wait for a gallery.
func (f *feed) tell(key int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if changed := f.waiting[key]; changed != nil {
		close(changed)
		delete(f.waiting, key)
	}
}

// start listens until the pool is closed, if nobody does yet.
func (f *feed) start() {
	f.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-f.pool.ended; cancel() }()
		go func() {
			for ctx.Err() == nil {
				_ = f.listen(ctx) // while there is no connection those who wait poll
				select {
				case <-ctx.Done():
				case <-time.After(retryAfter):
				}
			}
		}()
	})
}

// listen passes notices on until its connection is lost.
func (f *feed) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, f.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		if key, err := strconv.ParseInt(n.Payload, 10, 64); err == nil {
			f.tell(key)
		}
	}
}
