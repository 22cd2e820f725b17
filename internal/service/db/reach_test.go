package db

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/pgtest"
)

// Callers that go away, wherever their calls are then, do not make the server one that
// cannot be reached for others.
func TestCallersThatGoAway(t *testing.T) {
	db, err := OpenServer(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var ended atomic.Bool
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for !ended.Load() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(3000))*time.Microsecond)
				db.Write(ctx, func(tx *Tx) error {
					for range 3 {
						if err := tx.Beat(ctx, "x"); err != nil {
							return err
						}
					}
					return nil
				})
				cancel()
				// One that is answered: a server that has more connections to make than it can is slow.
				if _, err := db.Read().Nodes(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 500 {
		if _, err := db.Read().Nodes(t.Context()); err != nil {
			t.Error(err)
			break
		}
	}
	ended.Store(true)
	all.Wait()
}
