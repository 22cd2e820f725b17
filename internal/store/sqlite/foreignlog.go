package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"exemplar/internal/store"
)

// errForeignLog says that the log beside a file is not the file's: it was copied, or put back from a
// backup, without what lay beside it. SQLite does not notice. It takes the pages of the log for newer
// ones of the file, and writes them into it, at the latest when the file is closed.
var errForeignLog = errors.New("belongs to another gallery, or to another state of this one, and would overwrite it; nothing was changed: move that log elsewhere, and try again")

// checkLog refuses a log that is not the file's. It compares the gallery that the file holds alone with
// what it is under the log, and opens both so that neither is written. What cannot be told is not
// refused.
func (g *Store) checkLog(ctx context.Context, damaged bool) error {
	if nothingPending(g.path) {
		return nil
	}
	alone, err := g.looked(ctx, "mode=ro&immutable=1", damaged) // first: a log that grows meanwhile is newer
	if err != nil || alone.own.damaged {
		return nil
	}
	logged, err := g.looked(ctx, "mode=ro", damaged)
	unreadable := isAny(translate(err), store.ErrCorrupt, store.ErrNotGallery)
	if err != nil && !unreadable {
		return nil
	}
	if unreadable || alone.contradicts(logged) {
		return fmt.Errorf("the log beside it, %s, %w", filepath.Base(g.path)+"-wal", errForeignLog)
	}
	return nil
}

// glimpse is what a file is seen to be.
type glimpse struct {
	own   state
	sound bool // its pages are; false if they were not looked at
}

// contradicts reports whether a file cannot have become what it is under a log. A repair gives a
// gallery another id, and leaves the time when it was made.
func (alone glimpse) contradicts(logged glimpse) bool {
	other := logged.own.id != alone.own.id && logged.own.created != alone.own.created
	older := logged.own.id == alone.own.id && logged.own.seq < alone.own.seq && !logged.own.damaged
	return other || older || alone.sound && !logged.sound
}

// looked looks at the gallery without changing anything, with its pages if they are wanted.
func (g *Store) looked(ctx context.Context, parameters string, pages bool) (seen glimpse, err error) {
	view := &Store{path: g.path, readOnly: true}
	if err := view.connect(parameters); err != nil {
		return seen, err
	}
	defer view.db.Close()
	err = view.read(ctx, "open", func(tx *sql.Tx) error {
		if seen.own, err = view.readState(ctx, tx); err != nil || !pages {
			return err
		}
		problems, err := view.pageProblems(ctx, tx)
		seen.sound = len(problems) == 0
		return err
	})
	return seen, err
}

// isAny reports whether an error is one of some.
func isAny(err error, of ...error) bool {
	for _, one := range of {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
