package postgres

import (
	"context"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// connectTimeout is how long a server may take to accept a connection, unless the
	// name says otherwise (connect_timeout).
	connectTimeout = 5 * time.Second
	// askTimeout is how long the question whether something changed may take, which is
	// one row. Every search begins with it.
	askTimeout = 3 * time.Second
	// retryAfter is the time between two attempts to reach a server that is away.
	retryAfter = 200 * time.Millisecond
	// closeTimeout is how long Close waits for calls that are not done.
	closeTimeout = 2 * time.Second
	// leastConnections are needed by one process at least: a stage or a snapshot holds
	// one while others work, a migration two.
	leastConnections = 4
)

// settings are those of every connection. A writer that waits for another one gives up
// after 15 s, as with a file; what hangs ends. The keepalives tell a server that a
// client's machine is gone, so that its transaction ends and others can write. Plans fit
// the values at hand: one for few changes would be bad for many. Compiling them costs more
// than it saves.
const settings = `SET search_path = ` + schema + `;
	SET lock_timeout = '15s';
	SET statement_timeout = '10min';
	SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
	SET plan_cache_mode = force_custom_plan; SET jit = off;
	SET client_min_messages = warning`

// dialer gives up a connection whose other machine is gone after half a minute: 15 s of
// silence, and three questions without an answer.
var dialer = net.Dialer{
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	Control:         limitUnanswered,
}

// pool is the connections of this process to one server. The galleries that are open on
// it share it.
type pool struct {
	*pgxpool.Pool
	server string
	users  int // guarded by pools.mu
	feed   feed

	away  atomic.Pointer[error] // why the server cannot be reached; nil while it can
	ended chan struct{}         // is closed when the pool is
	conns sync.Map              // the open connections: *pgx.Conn
}

// pools are the open pools by what they were made from.
var pools struct {
	mu   sync.Mutex
	open map[string]*pool
}

// usePool returns the pool for an address. The caller must release it.
func usePool(a address) (*pool, error) {
	pools.mu.Lock()
	defer pools.mu.Unlock()
	if p := pools.open[a.server]; p != nil {
		p.users++
		return p, nil
	}
	c := a.config
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	if !a.limited {
		c.MaxConns = int32(leastConnections + 2*runtime.GOMAXPROCS(0))
	}
	c.MaxConns = max(c.MaxConns, leastConnections)
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "exemplar"
	}
	p := &pool{server: a.server, users: 1, ended: make(chan struct{})}
	p.feed.pool = p
	c.ConnConfig.DialFunc = dialer.DialContext
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		p.conns.Store(conn, nil)
		_, err := conn.PgConn().Exec(ctx, settings).ReadAll()
		return err
	}
	c.BeforeClose = func(conn *pgx.Conn) { p.conns.Delete(conn) }
	made, err := pgxpool.NewWithConfig(context.Background(), c)
	if err != nil {
		return nil, err
	}
	p.Pool = made
	if pools.open == nil {
		pools.open = map[string]*pool{}
	}
	pools.open[a.server] = p
	return p, nil
}

// release closes the pool with its last user.
func (p *pool) release() {
	pools.mu.Lock()
	p.users--
	last := p.users == 0
	if last {
		delete(pools.open, p.server)
	}
	pools.mu.Unlock()
	if last {
		close(p.ended)
		closed := make(chan struct{})
		go func() { p.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(closeTimeout): // a stage that nobody closed holds a connection: it ends with the process
		}
	}
}

// reachable returns at once with the reason if the server is known to be away. Without
// it every search would wait for a connection that does not come.
func (p *pool) reachable() error {
	if why := p.away.Load(); why != nil {
		return *why
	}
	return nil
}

// lost notes that the server cannot be reached, and tries in the background until it
// can. Calls that wait for an answer end.
func (p *pool) lost(why error) {
	if !p.away.CompareAndSwap(nil, &why) {
		return
	}
	p.conns.Range(func(conn, _ any) bool {
		_ = conn.(*pgx.Conn).PgConn().Conn().SetDeadline(time.Now())
		return true
	})
	go func() {
		for {
			select {
			case <-p.ended:
				return
			case <-time.After(retryAfter):
			}
			ctx, cancel := context.WithTimeout(context.Background(), p.Config().ConnConfig.ConnectTimeout)
			p.Reset() // what the pool holds is of the server that went away
			err := p.Ping(ctx)
			cancel()
			if err == nil {
				p.away.Store(nil)
				return
			}
		}
	}()
}
