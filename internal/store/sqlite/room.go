package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"exemplar/internal/store"
)

// A change is written to the log first and to the file later, so that for a while
// it takes twice its room. On a disk that is full in between, nothing could be
// written any more, not even a removal.
const (
	// keptFree is what a change that adds something leaves free on the disk: for
	// what the log holds of it and a removal of one reference, which overwrites it:
	// some 250 KB (see encodePicture), the rest for larger ones.
	keptFree = 1 << 20
	// cacheBytes is what SQLite may still hold of a change in memory, and writes to
	// the log when it is committed (its default for PRAGMA cache_size).
	cacheBytes = 2 << 20
	// reserveBytes is the room that is kept for a removal when others have filled the
	// disk: the log's, for one reference, and that of its index (32 KB).
	reserveBytes = 512 << 10
	// checkpointPages is how many pages the log may hold before they are written to
	// the file: little, since keptFree must do for them.
	checkpointPages = 64
	// maxIdleLog is what the log may keep of the disk between changes.
	maxIdleLog = 4 << 20
	// emptyLogTimeout is how long a removal waits for others that read, to have what
	// it removed gone from the file, too. If they take longer, that is ErrLingers: it
	// goes with a later change, or when the last process closes the gallery.
	emptyLogTimeout = 2 * time.Second
)

// checkRoom says, before a change is committed, whether the file can grow by what
// it adds.
func (g *Store) checkRoom(ctx context.Context, tx *sql.Tx) error {
	var pages, size int64
	if err := tx.QueryRowContext(ctx, `SELECT page_count, page_size FROM pragma_page_count, pragma_page_size`).Scan(&pages, &size); err != nil {
		return err
	}
	info, err := os.Stat(g.path)
	if err != nil {
		return err
	}
	grows := pages*size - info.Size()
	needed := grows + min(grows, cacheBytes) + keptFree
	if free := freeBytes(g.path); grows > 0 && free < needed {
		return fmt.Errorf("%w (%d KB are free, %d are needed)", store.ErrDiskFull, free>>10, needed>>10)
	}
	return nil
}

// reserve is the file that keeps room for a removal on a disk that others have
// filled.
func (g *Store) reserve() string { return g.path + "-reserve" }

// keepReserve makes the reserve, if it is not there and there is room for it.
func (g *Store) keepReserve() {
	if info, err := os.Stat(g.reserve()); err == nil && info.Size() == reserveBytes || freeBytes(g.path) < 2*reserveBytes {
		return
	}
	// It need not outlive a power cut, and is no reason to fail.
	err := os.WriteFile(g.reserve(), make([]byte, reserveBytes), 0o600)
	if err == nil {
		err = os.Chmod(g.reserve(), 0o600) // whatever the umask
	}
	if err != nil {
		g.spendReserve()
	}
}

// spendReserve gives its room to the log.
func (g *Store) spendReserve() { _ = os.Remove(g.reserve()) }

// emptyLog writes the log back into the file and cuts it to nothing.
func (g *Store) emptyLog(ctx context.Context) error {
	conn, err := g.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, emptyLogTimeout.Milliseconds())); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf(`PRAGMA busy_timeout = %d`, busyTimeout.Milliseconds()))
	var busy, log, done int
	err = conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done)
	if err == nil && busy != 0 {
		err = store.ErrBusy
	}
	return err
}

// removeAll removes what find selects, all or nothing. On a full disk, where the
// log has no room for all of it, it removes one reference after the other; the
// error says then how many are gone.
func (g *Store) removeAll(ctx context.Context, find func(tx *sql.Tx) ([]string, error)) (removed int, err error) {
	const doing = "remove from"
	var ids []string
	err = g.write(ctx, doing, func(tx *sql.Tx) error {
		if ids, err = find(tx); err != nil {
			return err
		}
		return g.removeIDs(ctx, tx, ids)
	})
	if err == nil {
		return len(ids), g.wipe(ctx, doing)
	}
	if !errors.Is(err, store.ErrDiskFull) {
		return 0, err
	}
	g.spendReserve()
	for i, id := range ids {
		_ = g.emptyLog(ctx)
		if err := g.write(ctx, doing, func(tx *sql.Tx) error { return g.removeIDs(ctx, tx, []string{id}) }); err != nil {
			return i, fmt.Errorf("%d of %d references were removed: %w%s", i, len(ids), err, roomToRemove(err))
		}
	}
	return len(ids), g.wipe(ctx, doing)
}

// roomToRemove says how much room a removal takes, where an error says that there is
// none: what goes is overwritten by way of the log.
func roomToRemove(err error) string {
	if !errors.Is(err, store.ErrDiskFull) {
		return ""
	}
	return fmt.Sprintf("; removing takes %d MB of its disk for a moment, and more for pictures of several MB", keptFree>>20)
}

// wipe has what was removed overwritten in the file, or says that it is not yet.
func (g *Store) wipe(ctx context.Context, doing string) error {
	if err := g.emptyLog(ctx); errors.Is(translate(err), store.ErrBusy) {
		return g.fail(doing, store.ErrLingers)
	}
	return nil // what else is wrong with the log shows with the next change
}
