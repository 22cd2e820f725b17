package gallery

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What can be wrong with a gallery, each with what to do about it.
var (
	ErrNoGallery   = errors.New("there is no gallery: register something first, or name another one")
	ErrNotGallery  = errors.New("the file is no gallery, or its beginning is damaged: name another one, or restore it from a copy")
	ErrNewer       = errors.New("the gallery was written by a newer version of exemplar: install that version")
	ErrCorrupt     = errors.New("the gallery is damaged: restore it from a copy or an export")
	ErrReadOnly    = errors.New("the gallery cannot be written: check the permissions of the file and its folder")
	ErrDiskFull    = errors.New("no space is left for the gallery, nothing was changed: free some and try again")
	ErrBusy        = errors.New("another process is writing to the gallery: try again when it is done")
	ErrWrongModel  = errors.New("the gallery was made with another model: use that model, or embed the gallery anew")
	ErrNoReference = errors.New("there is no such reference")
	ErrInvalid     = errors.New("the reference cannot be stored")
	ErrExport      = errors.New("the file is no export of a gallery, or damaged")
)

// fail says what went wrong with the gallery, in terms of the sentinels.
func (g *Gallery) fail(doing string, err error) error {
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
		return ErrNoGallery
	case errors.Is(err, fs.ErrPermission):
		return ErrReadOnly
	case !errors.As(err, &fault):
		return nil
	case fault.Code() == sqlite3.SQLITE_IOERR_SHMSIZE: // the shared memory file cannot grow
		return ErrDiskFull
	}
	switch fault.Code() & 0xff { // the primary code
	case sqlite3.SQLITE_NOTADB:
		return ErrNotGallery
	case sqlite3.SQLITE_CORRUPT:
		return ErrCorrupt
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_FULL:
		return ErrDiskFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	}
	return nil
}
