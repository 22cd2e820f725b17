package postgres

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

var collections atomic.Int64

// sharedDatabase is the address of a database that the tests of this package share.
func sharedDatabase(t testing.TB) string {
	t.Helper()
	sharedOnce.Do(func() { sharedName = pgtest.Database(t) })
	if sharedName == "" {
		pgtest.Database(t) // skips the test, or says why not
	}
	return sharedName
}

var (
	sharedOnce sync.Once
	sharedName string
)

// collectionOf is the name of a new collection in a database.
func collectionOf(database string) string {
	return inCollection(database, fmt.Sprintf("c%d", collections.Add(1)))
}

func inCollection(database, name string) string {
	u, err := url.Parse(database)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	q.Set("collection", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// asNode is the name of a gallery for a process of its own: with its own connections.
func asNode(name string, n int) string { return name + fmt.Sprintf("&application_name=node%d", n) }

// histories is how many random histories a run tries. Each has hundreds of transactions,
// and each run has others.
const histories = "25"

func TestStore(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set(histories); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { checks.Value.Set(checks.DefValue) })
	}
	database := sharedDatabase(t)
	openGallery(t, collectionOf(database)) // keeps the connections open
	storetest.Run(t, func(t testing.TB) storetest.Instance {
		name := collectionOf(database)
		return storetest.Instance{
			Open: func(opts store.Options) (store.Store, error) {
				g, err := Open(name, opts)
				if err != nil {
					return nil, err
				}
				return g, nil
			},
			Spoil: func(id string, part store.Part) error { return spoil(name, id, part) },
		}
	})
}

// openGallery opens a gallery, and makes it if there is none. It is closed with the test.
func openGallery(t testing.TB, name string) *Store {
	t.Helper()
	g, err := Open(name, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// spoil changes the bytes of a part of a reference in the database.
func spoil(name, id string, part store.Part) error {
	return execute(name, map[store.Part]string{
		store.PartReference: `UPDATE reference SET note = note || 'x'::bytea WHERE id = $1`,
		store.PartPicture:   `UPDATE reference SET jpeg = jpeg || '\x00'::bytea WHERE id = $1`,
		store.PartEmbedding: `UPDATE embedding SET vectors = set_byte(vectors, 7, get_byte(vectors, 7) # 1) WHERE reference = $1`,
		store.PartFeatures:  `UPDATE embedding SET features = '\x00' WHERE reference = $1`,
		store.PartWords:     `UPDATE embedding SET words = '\x00' WHERE reference = $1`,
	}[part], id)
}

// execute runs a statement behind the store's back.
func execute(name, statement string, args ...any) error {
	a, err := parseAddress(name)
	if err != nil {
		return err
	}
	ctx := context.Background()
	conn, err := pgx.ConnectConfig(ctx, a.config.ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `SET search_path = `+schema); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement, args...)
	return err
}
