// Package journal remembers what became of every page of every file: source page -> outcome.
// It is an SQLite file that one process has at a time.
//
//	j, err := journal.Open(path)
//	batch, err := j.Begin()
//	err = j.Decide(batch, &file) // from here the outcome is certain
//	...                          // put the outputs into their places
//	err = j.Done(file.ID)
//
// Whoever is killed between [Journal.Decide] and [Journal.Done] finds the file in
// [Journal.Undone], and finishes what was decided. Files are known by path and content
// together: one that was changed is another file.
//
// What the outputs are and how they come into their places is the matter of the caller
// (package sorting).
package journal

import (
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// File is a file whose pages have their outcomes.
type File struct {
	ID       int64
	Path     string // under which it is known
	Hash     [32]byte
	Source   string // where it lies
	Removed  bool   // the source goes away when all outputs are in their places
	Size     int64
	Modified time.Time
	Done     bool
	Outputs  []Output
	Pages    []Page
}

// Output is a file that is made of the pages of another.
type Output struct {
	Staged string // name in the folder of unfinished work; "" for what was there already
	Target string // relative to the folder that is sorted into, with forward slashes
	Hash   [32]byte
}

// Page is the outcome of a page, or of one document of several on it.
type Page struct {
	Number     int    // place in the file, from 1, with all its members
	Document   int    // on the page, from 1; 0 if the outcome is that of the page as a whole
	Member     string // of a container
	Page       int    // in the file or member, from 1; 0 for an ordinary picture, and for a file that is refused as a whole
	Decision   string
	Label      string
	Confidence float64
	Reason     string
	Output     int // place in [File].Outputs
}

// The errors.
var (
	// ErrBusy means that another process has the journal.
	ErrBusy = errors.New("another process is at work there: wait for it, or stop it")
	// ErrForeign means that a database is no journal, or one of a newer program.
	ErrForeign = errors.New("it is no journal of this program, or that of a newer one: move it away to begin anew")
	// ErrDamaged means that a file cannot be read as the database that a journal is.
	ErrDamaged = errors.New("it is damaged: move it away and start again; what was sorted stays in its place, " +
		"and what still lies where it came from is sorted once more, without a second copy of a file that is there already")
	// ErrFull means that there is no room.
	ErrFull = errors.New("the disk is full: make room and start again; what is done stays done")
	// ErrReadOnly means that nothing may be written.
	ErrReadOnly = errors.New("it cannot be written")
)

// Journal is an open journal. It is safe for concurrent use.
type Journal struct {
	path string
	db   *sql.DB
}

//go:embed schema.sql
var schema string

// What marks a file as a journal (PRAGMA application_id, user_version).
const (
	application = 0x4558534A // "EXSJ"
	version     = 1
)

// Open opens the journal at path, and makes it if there is none. No other process can open it
// before Close.
func Open(path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// locking_mode(exclusive) and a transaction keep others out, also on network folders, where
	// memory cannot be shared. synchronous(full): what was decided is on the disk.
	query := "_txlock=immediate&_pragma=busy_timeout(0)&_pragma=locking_mode(exclusive)&_pragma=journal_mode(delete)&_pragma=synchronous(full)&" +
		"_pragma=foreign_keys(1)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // a second one would be locked out
	j := &Journal{path: path, db: db}
	if err := j.prepare(); err != nil {
		return nil, errors.Join(j.fail("open", err), db.Close())
	}
	return j, nil
}

// prepare makes the tables of a new file, and checks those of an old one.
func (j *Journal) prepare() error {
	return j.write(func(tx *sql.Tx) error {
		var tables, id, v int
		err := errors.Join(tx.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables),
			tx.QueryRow("PRAGMA application_id").Scan(&id), tx.QueryRow("PRAGMA user_version").Scan(&v))
		switch {
		case err != nil:
			return err
		case tables == 0:
			_, err := tx.Exec(fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d", schema, application, version))
			return err
		case id != application || v != version:
			return ErrForeign
		}
		_, err = tx.Exec("UPDATE batch SET ended = ended WHERE 0") // takes the lock
		return err
	})
}

// Close lets others open the journal.
func (j *Journal) Close() error { return j.fail("close", j.db.Close()) }

// Begin returns the batch that a killed process has left, or a new one.
func (j *Journal) Begin(now time.Time) (batch int64, err error) {
	err = j.write(func(tx *sql.Tx) error {
		err := tx.QueryRow("SELECT id FROM batch WHERE ended IS NULL ORDER BY id DESC LIMIT 1").Scan(&batch)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		made, err := tx.Exec("INSERT INTO batch (begun) VALUES (?)", now.UTC().Format(time.RFC3339))
		if err == nil {
			batch, err = made.LastInsertId()
		}
		return err
	})
	return batch, j.fail("begin a batch in", err)
}

// End ends a batch.
func (j *Journal) End(batch int64, now time.Time) error {
	_, err := j.db.Exec("UPDATE batch SET ended = ? WHERE id = ?", now.UTC().Format(time.RFC3339), batch)
	return j.fail("end a batch in", err)
}

// Find returns the file with a path and a content.
func (j *Journal) Find(path string, hash [32]byte) (*File, bool, error) {
	for f, err := range j.files("path = ? AND hash = ?", path, hash[:]) {
		return f, err == nil, j.fail("look into", err)
	}
	return nil, false, nil
}

// Decide notes a file with its outputs and pages, in one step, and sets its ID. It replaces
// what was noted of the same path and content before.
func (j *Journal) Decide(batch int64, f *File) error {
	return j.fail("write into", j.write(func(tx *sql.Tx) error {
		if _, err := tx.Exec("DELETE FROM file WHERE path = ? AND hash = ?", f.Path, f.Hash[:]); err != nil {
			return err
		}
		made, err := tx.Exec("INSERT INTO file (batch, path, hash, source, removed, size, modified) VALUES (?, ?, ?, ?, ?, ?, ?)",
			batch, f.Path, f.Hash[:], f.Source, f.Removed, f.Size, f.Modified.UnixNano())
		if err != nil {
			return err
		}
		if f.ID, err = made.LastInsertId(); err != nil {
			return err
		}
		for i, o := range f.Outputs {
			if _, err := tx.Exec("INSERT INTO output VALUES (?, ?, ?, ?, ?)", f.ID, i, o.Staged, o.Target, o.Hash[:]); err != nil {
				return err
			}
		}
		for _, p := range f.Pages {
			if _, err := tx.Exec("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				f.ID, p.Number, p.Document, p.Member, p.Page, p.Decision, p.Label, p.Confidence, p.Reason, p.Output); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Retarget notes that an output has another place than was decided, because that was taken
// meanwhile.
func (j *Journal) Retarget(file int64, output int, target string) error {
	_, err := j.db.Exec("UPDATE output SET target = ? WHERE file = ? AND number = ?", target, file, output)
	return j.fail("write into", err)
}

// Done notes that all outputs of a file are in their places.
func (j *Journal) Done(file int64) error {
	_, err := j.db.Exec("UPDATE file SET done = 1 WHERE id = ?", file)
	return j.fail("write into", err)
}

// Undone returns the files that are decided and not done.
func (j *Journal) Undone() (all []*File, err error) {
	for f, err := range j.files("done = 0") {
		if err != nil {
			return nil, j.fail("read", err)
		}
		all = append(all, f)
	}
	return all, nil
}

// Newest returns the files of the newest batch that has any.
func (j *Journal) Newest() (all []*File, err error) {
	for f, err := range j.files("batch = (SELECT max(batch) FROM file)") {
		if err != nil {
			return nil, j.fail("read", err)
		}
		all = append(all, f)
	}
	return all, nil
}

// Shared counts the files of each place that several share, because their outputs are the same.
func (j *Journal) Shared() (map[string]int, error) {
	shared := map[string]int{}
	rows, err := j.db.Query("SELECT target, count(*) FROM output GROUP BY target HAVING count(*) > 1")
	if err != nil {
		return nil, j.fail("read", err)
	}
	_, err = collect(rows, func(*struct{}) error {
		var target string
		var n int
		err := rows.Scan(&target, &n)
		shared[target] = n
		return err
	})
	return shared, j.fail("read", err)
}

// Forget removes what was noted of a file.
func (j *Journal) Forget(file int64) error {
	_, err := j.db.Exec("DELETE FROM file WHERE id = ?", file)
	return j.fail("write into", err)
}

// Batch yields the files of a batch in the order in which they were decided.
func (j *Journal) Batch(batch int64) iter.Seq2[*File, error] {
	return func(yield func(*File, error) bool) {
		var ids []int64
		rows, err := j.db.Query("SELECT id FROM file WHERE batch = ? ORDER BY id", batch)
		if err == nil {
			ids, err = collect(rows, func(id *int64) error { return rows.Scan(id) })
		}
		if err != nil {
			yield(nil, j.fail("read", err))
			return
		}
		for _, id := range ids {
			for f, err := range j.files("id = ?", id) {
				if !yield(f, j.fail("read", err)) {
					return
				}
			}
		}
	}
}

// files yields the files for which a condition holds.
func (j *Journal) files(condition string, args ...any) iter.Seq2[*File, error] {
	return func(yield func(*File, error) bool) {
		rows, err := j.db.Query("SELECT id, path, hash, source, removed, size, modified, done FROM file WHERE "+condition+" ORDER BY id", args...)
		var found []*File
		if err == nil {
			found, err = collect(rows, func(f **File) error {
				*f = &File{}
				var modified int64
				var hash []byte
				err := rows.Scan(&(*f).ID, &(*f).Path, &hash, &(*f).Source, &(*f).Removed, &(*f).Size, &modified, &(*f).Done)
				(*f).Modified = time.Unix(0, modified)
				copy((*f).Hash[:], hash)
				return err
			})
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for _, f := range found {
			if !yield(f, j.parts(f)) {
				return
			}
		}
	}
}

// parts reads the outputs and pages of a file.
func (j *Journal) parts(f *File) error {
	rows, err := j.db.Query("SELECT staged, target, hash FROM output WHERE file = ? ORDER BY number", f.ID)
	if err != nil {
		return err
	}
	f.Outputs, err = collect(rows, func(o *Output) error {
		var hash []byte
		err := rows.Scan(&o.Staged, &o.Target, &hash)
		copy(o.Hash[:], hash)
		return err
	})
	if err != nil {
		return err
	}
	rows, err = j.db.Query("SELECT number, document, member, page, decision, label, confidence, reason, output FROM page WHERE file = ? ORDER BY number, document", f.ID)
	if err != nil {
		return err
	}
	f.Pages, err = collect(rows, func(p *Page) error {
		return rows.Scan(&p.Number, &p.Document, &p.Member, &p.Page, &p.Decision, &p.Label, &p.Confidence, &p.Reason, &p.Output)
	})
	return err
}

// collect reads all rows, and closes them.
func collect[T any](rows *sql.Rows, scan func(*T) error) (all []T, err error) {
	defer rows.Close()
	for rows.Next() {
		var one T
		if err := scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// write runs f in one transaction.
func (j *Journal) write(f func(tx *sql.Tx) error) error {
	tx, err := j.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// fail names the journal in an error, and says what to do about it.
func (j *Journal) fail(doing string, err error) error {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		switch failed.Code() & 0xFF { // without what is more exact
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			err = ErrBusy
		case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
			err = fmt.Errorf("%w (%v)", ErrDamaged, err)
		case sqlite3.SQLITE_FULL:
			err = ErrFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			err = fmt.Errorf("%w (%v)", ErrReadOnly, err)
		}
	}
	if err != nil {
		return fmt.Errorf("%s the journal %q: %w", doing, j.path, err)
	}
	return nil
}
