// Package sqlitecopy copies SQLite files that others are writing.
//
//	held, err := sqlitecopy.Hold(ctx, "service.db") // the moment whose state is copied
//	defer held.Release()
//	err = held.Copy(ctx, "copy.db")
//
// Several files that are held at one moment are copied as they were at that moment. Writers
// go on meanwhile; SQLite only cannot shorten their write-ahead logs.
package sqlitecopy

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// Held is the state of a file at one moment. It is for one goroutine at a time.
type Held struct {
	path string
	db   *sql.DB
	conn *sql.Conn
}

// Address is what the driver opens. A path may hold characters that mean something in
// addresses.
func Address(path string, options url.Values) string {
	escaped := (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	return (&url.URL{Scheme: "file", Opaque: escaped, RawQuery: options.Encode()}).String()
}

// Hold begins to read a file. What others write from now on is not copied.
func Hold(ctx context.Context, path string) (*Held, error) {
	db, err := sql.Open("sqlite", Address(path, url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(10000)", "query_only(1)"}}))
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	h := &Held{path: path, db: db}
	if h.conn, err = db.Conn(ctx); err == nil {
		_, err = h.conn.ExecContext(ctx, `BEGIN`)
	}
	if err == nil { // the first read is the moment
		err = h.conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(new(int))
	}
	if err != nil {
		h.Release()
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return h, nil
}

// pagesAtOnce is after how many pages the context is asked (by eye): 4 MB of them.
const pagesAtOnce = 1000

// Copy writes the state to a new file, page by page. It is on the disk when Copy returns.
func (h *Held) Copy(ctx context.Context, to string) error {
	err := h.conn.Raw(func(conn any) error {
		from, ok := conn.(interface {
			NewBackup(address string) (*sqlite.Backup, error)
		})
		if !ok {
			return fmt.Errorf("the driver cannot copy")
		}
		backup, err := from.NewBackup(Address(to, nil))
		if err != nil {
			return err
		}
		for more := true; more; {
			if err = ctx.Err(); err == nil {
				more, err = backup.Step(pagesAtOnce)
			}
			if err != nil {
				backup.Finish()
				return err
			}
		}
		return backup.Finish()
	})
	if err != nil {
		return fmt.Errorf("copy %q: %w", h.path, err)
	}
	return nil
}

// Release ends the reading.
func (h *Held) Release() {
	if h.conn != nil {
		h.conn.Close() // and with it the transaction, which the pool does not know
	}
	h.db.Close()
}

// Check reads a whole file and says what is wrong with it; nothing is, if it says nothing.
func Check(ctx context.Context, path string) (problems []string, err error) {
	db, err := sql.Open("sqlite", Address(path, url.Values{"mode": {"rw"}, "_pragma": {"query_only(1)"}}))
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", path, err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			return nil, fmt.Errorf("check %q: %w", path, err)
		}
		if said != "ok" {
			problems = append(problems, said)
		}
	}
	return problems, rows.Err()
}
