package sqlite

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"exemplar/internal/store"
)

// fail says what went wrong with the gallery, in terms of the sentinels.
func (g *Store) fail(doing string, err error) error {
	return fmt.Errorf("%s gallery %q: %w", doing, g.path, translate(err))
}

// translate wraps errors of SQLite and of the file system in the sentinel they
// amount to.
func translate(err error) error {
	if is := sentinelOf(err); is != nil {
		return fmt.Errorf("%w (%w)", is, err)
	}
	return err
}

func sentinelOf(err error) error {
	var fault *sqlite.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return store.ErrNoGallery
	case errors.Is(err, fs.ErrPermission):
		return store.ErrReadOnly
	case !errors.As(err, &fault):
		return nil
	case fault.Code() == sqlite3.SQLITE_IOERR_SHMSIZE: // the shared memory file cannot grow
		return store.ErrDiskFull
	}
	switch fault.Code() & 0xff { // the primary code
	case sqlite3.SQLITE_NOTADB:
		return store.ErrNotGallery
	case sqlite3.SQLITE_CORRUPT:
		return store.ErrCorrupt
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return store.ErrReadOnly
	case sqlite3.SQLITE_FULL:
		return store.ErrDiskFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return store.ErrBusy
	}
	return nil
}
