// Package open opens the store that a user names. The root package, eval/harness and
// the benchmarks call it, so that none of them knows an implementation. Today every
// name is the path of a SQLite file. Another kind of store needs another package
// beside store/sqlite, and a case here.
package open

import (
	"exemplar/internal/store"
	"exemplar/internal/store/sqlite"
)

// Store opens the gallery with the given name; see [store.Options]. A gallery that
// cannot be written is opened for reading, and changes then give
// [store.ErrReadOnly].
func Store(name string, opts store.Options) (store.Store, error) {
	gallery, err := sqlite.Open(name, opts)
	if err != nil {
		return nil, err
	}
	return gallery, nil
}
