package sqlite

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"exemplar/internal/store"
)

// fail wraps err in the sentinel of package store that it amounts to, and names the
// gallery.
func (g *Store) fail(doing string, err error) error {
	err = translate(err)
	if errors.Is(err, store.ErrCorrupt) {
		err = explainEnd(g.path, err)
	}
	return fmt.Errorf("%s gallery %q: %w", doing, g.path, err)
}

// translate wraps an error of SQLite or of the file system in the sentinel that it
// amounts to.
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
	case fault.Code() == sqlite3.SQLITE_IOERR_SHORT_READ: // the file ends within a page
		return store.ErrCorrupt
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
