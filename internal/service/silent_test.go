package service

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"exemplar/internal/pgtest"
)

// mute passes connections on to a server. While it is silent it takes all that comes, and
// nothing gets through: no connection is refused or closed.
type mute struct {
	mu     sync.Mutex
	cond   *sync.Cond
	silent bool
}

// newMute puts itself before a server, and returns the address of its database there.
func newMute(t *testing.T, database string) (*mute, string) {
	t.Helper()
	_, after, found := strings.Cut(database, "host=")
	server, _, _ := strings.Cut(after, "&")
	if !found {
		t.Fatalf("%q names no socket", database)
	}
	m := &mute{}
	m.cond = sync.NewCond(&m.mu)
	folder := pgtest.Between(t, server, func(client, up net.Conn) {
		go m.pass(client, up)
		m.pass(up, client)
	})
	return m, strings.Replace(database, "host="+server, "host="+folder, 1)
}

func (m *mute) pass(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		m.mu.Lock()
		for m.silent {
			m.cond.Wait()
		}
		m.mu.Unlock()
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			if err != nil && !errors.Is(err, io.EOF) {
				from.Close()
			}
			return
		}
	}
}

func (m *mute) set(silent bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.silent = silent
	m.cond.Broadcast()
}

// A database that takes connections and gives no answer ends no call by itself: those that
// wait get an error within seconds, the next ones at once, and all goes on when it answers
// again. A query that takes long is none of that.
func TestTheDatabaseIsSilent(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for time limits")
	}
	ctx := t.Context()
	m, address := newMute(t, pgtest.Database(t))
	s, err := Open(ctx, Options{Store: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	id := register(t, s, "ticket", ticket).Results[0].ID
	s.labelOf(t, ticket)
	calls := map[string]func() error{
		"make a key": func() error {
			_, err := s.CreateKey(ctx, anna, NewKey{Name: "x", Role: Admin})
			return err
		},
		"list": func() error {
			_, err := s.Decisions(ctx, "mailroom", DecisionFilter{Limit: 1})
			return err
		},
		"register": func() error {
			_, err := s.Register(ctx, anna, "mailroom", Registering{Label: "x", Files: []File{{"x.png", ticket}}})
			return err
		},
		"remove": func() error { _, err := s.RemoveReference(ctx, anna, "mailroom", id); return err },
	}
	ask := func(within time.Duration) {
		t.Helper()
		var all sync.WaitGroup
		for name, call := range calls {
			all.Go(func() {
				start := time.Now()
				err := call()
				var e *Error
				if took := time.Since(start); !errors.As(Explained(err), &e) || e.Kind != Unavailable || e.After == 0 || took > within {
					t.Errorf("%s: after %v: %v", name, took, err)
				}
			})
		}
		all.Wait()
	}
	m.set(true)
	ask(doubtWait)
	ask(doubtWait / 4) // no doubt is left
	if a := s.labelOf(t, ticket); a.Label != "ticket" || a.Status != StatusUnkept {
		t.Errorf("from memory: %s %s, %s", a.Decision, a.Label, a.Status)
	}
	m.set(false)
	retry(t, calls["make a key"])
	retry(t, calls["remove"])
	mustBeSound(t, s)
}

// doubtWait is how long a call may wait for a server that is silent: the doubt, and the
// attempt to connect, on a machine that others use too. Without them it would wait for ever.
const doubtWait = 40 * time.Second
