// Package open opens the store that a user names. The root package, eval/harness and
// the benchmarks call it, so that none of them knows an implementation. A name that
// begins with postgres:// is that of a gallery in a PostgreSQL database, every other one
// is the path of a SQLite file. Another kind of store needs another package beside
// these, and a case here.
package open

import (
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
