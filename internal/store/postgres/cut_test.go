package postgres

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// cutter passes connections on to a server, until a message of the client holds a text.
type cutter struct {
	text  atomic.Pointer[string]
	after atomic.Bool // the message still reaches the server
}

// newCutter returns a cutter and the folder of its socket.
func newCutter(t *testing.T, server string) (*cutter, string) {
	t.Helper()
	c := &cutter{}
	return c, pgtest.Between(t, server, c.pass)
}

func (c *cutter) pass(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	go func() { io.Copy(client, server); client.Close() }()
	buffer := make([]byte, 1<<20)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		text := c.text.Load()
		cut := text != nil && bytes.Contains(buffer[:n], []byte(*text)) && c.text.CompareAndSwap(text, nil)
		if cut && c.after.Load() {
			client.Close() // the answer goes nowhere
		}
		if !cut || c.after.Load() {
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
		}
		if cut {
			server.(*net.UnixConn).CloseWrite() // it learns that nobody is there any more
			io.Copy(io.Discard, server)         // until it has done what it got
			return
		}
	}
}

// A connection is lost in the middle of a change. It is made again where it certainly was
// not made; where that cannot be known the error says so, and to repeat it is safe.
func TestConnectionLostInAChange(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(sharedDatabase(t))
	direct := openGallery(t, name)
	a, err := parseAddress(name)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		name, text string
		after      bool
		unanswered bool
		made       int // references after the call
	}{
		{"before the entries", "WITH twin", false, false, 1},
		{"after the entries", "WITH twin", true, false, 2},
		{"before the commit", "commit", false, true, 2},
		{"after the commit", "commit", true, true, 4},
	} {
		cut, folder := newCutter(t, a.config.ConnConfig.Host)
		g := openGallery(t, strings.Replace(name, "host=", "host="+folder+"&application_name=", 1))
		cut.after.Store(c.after)
		cut.text.Store(&c.text)
		e := storetest.Entry("a", uint64(i))
		_, err := g.Put(ctx, e)
		if c.unanswered != errors.Is(err, errUnanswered) || c.unanswered != errors.Is(err, store.ErrUnavailable) || !c.unanswered && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if cut.text.Load() != nil {
			t.Errorf("%s: nothing was cut", c.name)
		}
		n := 0
		for deadline := time.Now().Add(time.Minute); n != c.made && time.Now().Before(deadline); { // the server may be at it
			n = len(storetest.List(t, direct, store.Filter{}))
		}
		if n != c.made {
			t.Errorf("%s: %d references, want %d", c.name, n, c.made)
		}
		for range 2 {
			if _, err := g.Put(ctx, e); err != nil {
				t.Errorf("%s, again: %v", c.name, err)
			}
		}
	}
	if n := len(storetest.List(t, direct, store.Filter{})); n != 4 {
		t.Errorf("%d references in the end", n)
	}
	storetest.MustBeSound(t, direct)
}

// A caller whose time is up while a connection is being made is told that, and not that the
// server cannot be reached; nor is anybody else.
func TestTimeIsUpWhileConnecting(t *testing.T) {
	name := collectionOf(sharedDatabase(t))
	a, err := parseAddress(name)
	if err != nil {
		t.Fatal(err)
	}
	var silent atomic.Bool
	folder := pgtest.Between(t, a.config.ConnConfig.Host, func(client, server net.Conn) {
		defer client.Close()
		defer server.Close()
		if silent.Load() {
			io.Copy(io.Discard, client)
			return
		}
		go io.Copy(client, server)
		io.Copy(server, client)
	})
	g := openGallery(t, strings.Replace(name, "host=", "host="+folder+"&application_name=", 1))
	silent.Store(true)
	g.pool.Reset()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for call, err := range map[string]error{"List": second(g.List(ctx, store.Filter{})), "Put": second(g.Put(ctx, storetest.Entry("a", 1)))} {
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", call, err)
		}
	}
	silent.Store(false)
	if _, err := g.Put(t.Context(), storetest.Entry("a", 1)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
