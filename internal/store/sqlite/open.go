package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"exemplar/internal/store"
)

// busyTimeout is how long a call waits for another process that writes. A write takes
// milliseconds, and the import of a large gallery takes seconds.
const busyTimeout = 15 * time.Second

// Store is an open gallery file. It is safe for concurrent use, and any
// number of processes may have the same file open.
type Store struct {
	path     string
	db       *sql.DB
	readOnly bool       // the caller wants no writing, or it is impossible
	version  int        // of the file when it was opened
	filled   int64      // bytes that its end lacked when it was opened to be repaired
	writing  sync.Mutex // one writer of this process at a time; SQLite's lock is between processes
	made     int64      // number of the change that the writer makes; 0 if it makes none
}

// Open opens the gallery at path. If the file or its folder cannot be written, Open
// opens it for reading, and changes give ErrReadOnly. Open brings a file of an older
// version up to date.
func Open(path string, opts store.Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open gallery %q: %w", path, err)
	}
	g := &Store{path: path}
	if err := g.open(opts); err != nil {
		if err = g.fail("open", err); !opts.ReadOnly {
			err = fmt.Errorf("%w%s", err, roomToRemove(err))
		}
		return nil, err
	}
	return g, nil
}

// Close releases the file.
func (g *Store) Close() error {
	if err := g.db.Close(); err != nil {
		return g.fail("close", err)
	}
	return nil
}

func (g *Store) open(opts store.Options) error {
	if opts.Create {
		if err := createFile(g.path); err != nil {
			return err
		}
	}
	info, err := os.Stat(g.path)
	if err != nil {
		return err
	}
	if err := g.checkFile(info, opts.Create); err != nil {
		return err
	}
	if err := g.checkLog(context.Background(), opts.Damaged); err != nil {
		return err
	}
	if opts.Damaged {
		if g.filled, err = fillEnd(g.path, info.Size()); err != nil {
			return err
		}
	}
	g.readOnly = opts.ReadOnly
	return g.connectAsPossible()
}

// checkFile refuses what is no gallery by its kind and its size.
func (g *Store) checkFile(info fs.FileInfo, mayBeEmpty bool) error {
	switch size := info.Size(); {
	case info.IsDir():
		return fmt.Errorf("%w (it is a folder)", store.ErrNotGallery)
	case !info.Mode().IsRegular(): // opening a pipe would wait for its writer
		return fmt.Errorf("%w (it is a device or a pipe)", store.ErrNotGallery)
	case size == 0 && !nothingPending(g.path): // SQLite, which writes the file first, would remove the log
		return fmt.Errorf("%w (the file is empty, and the log beside it, %s, belongs to what it was)", store.ErrCorrupt, filepath.Base(g.path)+"-wal")
	case size == 0 && !mayBeEmpty: // SQLite would make one of it
		return fmt.Errorf("%w (the file is empty)", store.ErrNoGallery)
	case size > 0 && size < smallestPage: // SQLite would take it for an empty file, and overwrite it
		return fmt.Errorf("%w (it has %d bytes)", store.ErrNotGallery, size)
	}
	return nil
}

// connectAsPossible connects for writing, or for reading where that is impossible.
func (g *Store) connectAsPossible() error {
	err := g.connect("")
	if errors.Is(translate(err), store.ErrDiskFull) && !g.readOnly {
		g.spendReserve()
		err = g.connect("")
	}
	if errors.Is(translate(err), store.ErrDiskFull) && g.readOnly && nothingPending(g.path) {
		err = g.connect("mode=ro&immutable=1") // without the files beside it, for which there is no room
	}
	if errors.Is(translate(err), store.ErrReadOnly) {
		g.readOnly = true
		if err = g.connect("mode=ro"); err != nil && nothingPending(g.path) {
			err = g.connect("mode=ro&immutable=1")
		}
	}
	if err == nil && !g.readOnly {
		g.keepReserve()
	}
	return err
}

// smallestPage is the size of the smallest page of a database, in bytes (SQLite's
// database file format, section 1.3.2).
const smallestPage = 512

// createFile makes an empty file, unless there is one already. Only its owner can
// read it, because documents are private.
func createFile(path string) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	// O_EXCL never opens an existing gallery. Closing one would release the locks that
	// SQLite holds on it, because fcntl locks belong to the process.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close()) // whatever the umask
}

// makeFolder makes a folder and the missing folders above it, for their owner alone,
// whatever the umask.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	switch err := os.Mkdir(path, 0o700); {
	case errors.Is(err, fs.ErrExist): // another process made it, or it is a file
		return os.MkdirAll(path, 0o700)
	case err != nil:
		return err
	}
	return os.Chmod(path, 0o700)
}

// nothingPending reports whether the file alone holds the whole gallery. Only then
// may it be read without the files beside it, which SQLite cannot make in a
// read-only folder.
func nothingPending(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err != nil || info.Size() == 0
}

// connect opens the database with the given parameters and checks what it is.
func (g *Store) connect(parameters string) error {
	// synchronous(full): a commit is on the disk before it is reported.
	// secure_delete: deleted rows are overwritten.
	// trusted_schema: definitions that somebody put into the file do nothing.
	// cell_size_check: pages are checked before they are used.
	// journal_size_limit: the write-ahead log shrinks again after a large change.
	always := fmt.Sprintf("_txlock=immediate&_pragma=busy_timeout(%d)&_pragma=foreign_keys(1)&_pragma=synchronous(full)&"+
		"_pragma=secure_delete(1)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=journal_size_limit(%d)&_pragma=wal_autocheckpoint(%d)&_pragma=query_only(%t)&",
		busyTimeout.Milliseconds(), maxIdleLog, checkpointPages, g.readOnly)
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(g.path), RawQuery: always + parameters}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return err
	}
	g.db = db
	if err := g.prepare(context.Background()); err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

// read runs f in one consistent view of the gallery.
func (g *Store) read(ctx context.Context, doing string, f func(tx *sql.Tx) error) error {
	tx, err := g.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return g.fail(doing, err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return g.fail(doing, err)
	}
	return nil
}

// write runs f in one transaction. If write returns no error the whole transaction is
// durable, and otherwise none of it has happened.
func (g *Store) write(ctx context.Context, doing string, f func(tx *sql.Tx) error) error {
	return g.writeOn(ctx, g.db, doing, f)
}

// beginner is what *sql.DB and *sql.Conn have in common.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

func (g *Store) writeOn(ctx context.Context, db beginner, doing string, f func(tx *sql.Tx) error) error {
	if g.readOnly {
		return g.fail(doing, store.ErrReadOnly)
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return g.fail(doing, err)
	}
	defer tx.Rollback()
	g.made = 0
	err = f(tx)
	if err == nil {
		err = g.checkRoom(ctx, tx)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err == nil {
		g.keepReserve()
		if g.made > 0 {
			store.Made(ctx, g.made)
		}
		return nil
	}
	err = g.fail(doing, err)
	if errors.Is(err, store.ErrDiskFull) { // free the space that the failed change took in the log
		_ = tx.Rollback()
		_ = g.emptyLog(ctx)
	}
	return err
}
