package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/store"
)

// SQLite writes a change to the log first and to the file later, so that for a while a
// change takes twice its space. If the disk is full in between, SQLite can write
// nothing more, not even a removal. These limits keep space for one.
const (
	// keptFree is the space on the disk that a change leaves free if it adds something.
	// The log needs it, and so does the removal of one reference, which overwrites the
	// reference: some 250 KB, and more for larger
	// pictures.
	keptFree = 1 << 20
	// cacheBytes is how much of a change SQLite may hold in memory until it commits the
	// change to the log (its default for PRAGMA cache_size).
	cacheBytes = 2 << 20
	// reserveBytes is kept for a removal in case others fill the disk: the log of one
	// reference, and the index of the log (32 KB).
	reserveBytes = 512 << 10
	// checkpointPages is how many pages the log may hold before SQLite writes them to
	// the file. It is small, because keptFree must suffice for them.
	checkpointPages = 64
	// maxIdleLog is how much of the disk the log may keep between changes.
	maxIdleLog = 4 << 20
	// emptyLogTimeout is how long a removal waits for readers, to wipe the removed bytes
	// from the file too. If they take longer, that is ErrLingers: a later change wipes
	// the bytes, or the last process that closes the gallery.
	emptyLogTimeout = 2 * time.Second
)

// checkRoom returns ErrDiskFull, before a change is committed, if the disk has no
// space for the file to grow by it.
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
	if free := fileio.FreeBytes(filepath.Dir(g.path)); grows > 0 && free < needed {
		return fmt.Errorf("%w (%d KB are free, %d are needed)", store.ErrDiskFull, free>>10, needed>>10)
	}
	return nil
}

// reserve is the path of the file that keeps space for a removal, in case others fill
// the disk.
func (g *Store) reserve() string { return g.path + "-reserve" }

// keepReserve makes the reserve, if it is not there and the disk has space for it.
func (g *Store) keepReserve() {
	if info, err := os.Stat(g.reserve()); err == nil && info.Size() == reserveBytes || fileio.FreeBytes(filepath.Dir(g.path)) < 2*reserveBytes {
		return
	}
	// No sync, and no error: the reserve need not survive a power cut, and a change
	// works without it.
	err := os.WriteFile(g.reserve(), make([]byte, reserveBytes), 0o600)
	if err == nil {
		err = os.Chmod(g.reserve(), 0o600) // whatever the umask
	}
	if err != nil {
		g.spendReserve()
	}
}

// spendReserve gives the space of the reserve to the log.
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

// removeAll removes the references that find selects, all or none. If the disk is so
// full that the log has no space for all, it removes one reference after the other,
// and the error says how many are gone.
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

// roomToRemove says how much space a removal takes, if err says that there is none. A
// removal needs space because the log holds the overwritten pages.
func roomToRemove(err error) string {
	if !errors.Is(err, store.ErrDiskFull) {
		return ""
	}
	return fmt.Sprintf("; a removal takes %d MB of the gallery's disk for a moment, and more if a picture has several MB", keptFree>>20)
}

// wipe overwrites the removed bytes in the file, or returns ErrLingers.
func (g *Store) wipe(ctx context.Context, doing string) error {
	if err := g.emptyLog(ctx); errors.Is(translate(err), store.ErrBusy) {
		return g.fail(doing, store.ErrLingers)
	}
	return nil // the next change reports any other error of the log
}
