package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	"exemplar/internal/sqlitecopy"
)

// Lock is held by one process at a time, and let go of however that ends: it is a
// transaction of an empty SQLite file, which works on every system.
type Lock struct {
	db   *sql.DB
	held *sql.Tx
}

// ErrLocked says that another process has a lock.
var ErrLocked = errors.New("another process has the lock")

// TakeLock takes the lock of a file, or gives [ErrLocked] if another process has it.
func TakeLock(ctx context.Context, path string) (*Lock, error) {
	options := url.Values{"_txlock": {"exclusive"}, "_pragma": {"busy_timeout(500)"}}
	db, err := sql.Open("sqlite", sqlitecopy.Address(path, options))
	if err != nil {
		return nil, err
	}
	held, err := db.BeginTx(context.WithoutCancel(ctx), nil) // the end of ctx would let go of it
	if err != nil {
		db.Close()
		if errors.Is(translateFile(err), ErrBusy) {
			err = ErrLocked
		}
		return nil, err
	}
	return &Lock{db, held}, nil
}

// Release lets go of the lock.
func (l *Lock) Release() {
	l.held.Rollback()
	l.db.Close()
}
