// Package open is the one place where the name that a user gives becomes an open
// store. Today every name is the path of a SQLite file; another kind of store is
// another package beside store/sqlite, and a case here.
package open

import (
	"exemplar/internal/store"
	"exemplar/internal/store/sqlite"
)

// Store opens the gallery of the given name; see [store.Options]. What cannot be
// written is opened for reading, and changes then give [store.ErrReadOnly].
func Store(name string, opts store.Options) (store.Store, error) {
	gallery, err := sqlite.Open(name, opts)
	if err != nil {
		return nil, err
	}
	return gallery, nil
}
