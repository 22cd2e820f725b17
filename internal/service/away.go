package service

import (
	"errors"
	"sync"
	"time"

	"exemplar/internal/service/db"
)

// away is what a process goes on with while the database cannot be reached: who may ask,
// and what the collections are like. It is as it was when it was read last.
type away struct {
	keys        remembered[db.Key] // by prefix
	logins      remembered[string] // prefixes of keys, by hash
	collections remembered[db.Collection]
}

// The bounds of what is remembered (by eye): how long a key is let in that may have been
// revoked meanwhile, and of how many.
const (
	rememberTime = 15 * time.Minute
	rememberMost = 10_000
)

// remembered holds rows that were read.
type remembered[T any] struct {
	mu   sync.Mutex
	rows map[string]rememberedRow[T]
}

type rememberedRow[T any] struct {
	value T
	at    time.Time
}

// or remembers the row that was read, or returns the remembered one if the database could
// not be reached.
func (r *remembered[T]) or(name string, row T, err error) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		if r.rows == nil || len(r.rows) >= rememberMost {
			r.rows = map[string]rememberedRow[T]{}
		}
		r.rows[name] = rememberedRow[T]{row, time.Now()}
	case !errors.Is(err, db.ErrUnavailable):
		delete(r.rows, name)
	default:
		if old, known := r.rows[name]; known && time.Since(old.at) < rememberTime {
			return old.value, nil
		}
	}
	return row, err
}
