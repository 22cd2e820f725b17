// Package open opens the store that a user names. The root package, eval/harness and
// the benchmarks call it, so that none of them knows an implementation. A name that
// begins with postgres:// is that of a gallery in a PostgreSQL database, every other one
// is the path of a SQLite file. Another kind of store needs another package beside
// these, and a case here.
package open

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/store"
	"exemplar/internal/store/postgres"
	"exemplar/internal/store/sqlite"
)

// Store opens the gallery with the given name; see [store.Options]. A gallery that
// cannot be written is opened for reading, and changes then give
// [store.ErrReadOnly].
func Store(name string, opts store.Options) (store.Store, error) {
	if postgres.IsName(name) {
		gallery, err := postgres.Open(name, opts)
		if err != nil {
			return nil, err
		}
		return gallery, nil
	}
	gallery, err := sqlite.Open(name, opts)
	if err != nil {
		return nil, err
	}
	return gallery, nil
}

// IsFile reports whether a name is the path of a file.
func IsFile(name string) bool { return !postgres.IsName(name) }

// Shown is a name as messages may show it: without a password.
func Shown(name string) string {
	if postgres.IsName(name) {
		return postgres.Shown(name)
	}
	return name
}

// ShownDatabase is the address of a database as messages may show it.
func ShownDatabase(address string) string { return postgres.ShownDatabase(address) }

// Collection is the name of a gallery in the database with the given address, which
// names none itself.
func Collection(database, collection string) (string, error) {
	return postgres.Name(database, collection)
}

// Remove removes a gallery that nobody in this process has open, with all that it holds;
// one that is not there is none to remove.
func Remove(ctx context.Context, name string) error {
	if postgres.IsName(name) {
		return postgres.Remove(ctx, name)
	}
	folder, file := filepath.Split(name)
	found, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return err
	}
	for _, entry := range found {
		if strings.HasPrefix(entry.Name(), file) { // also what the store keeps beside it
			if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
