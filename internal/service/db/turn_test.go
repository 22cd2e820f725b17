package db

import (
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Writers without pauses write in turns: none has to wait for another to end all its work.
func TestWritersTakeTurns(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var left atomic.Int64
	left.Store(200)
	var all sync.WaitGroup
	var wrote [4]int
	for i := range wrote {
		all.Go(func() {
			for ; left.Add(-1) >= 0; wrote[i]++ {
				err := db.Write(t.Context(), func(tx *Tx) error {
					time.Sleep(3 * time.Millisecond)
					return tx.EndMark(t.Context(), "x")
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if least, most := slices.Min(wrote[:]), slices.Max(wrote[:]); least < most/4 { // without turns, some hardly write before others are through
		t.Errorf("they wrote %v times", wrote)
	}
}
