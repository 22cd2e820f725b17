// Package db keeps what a service knows beside its galleries: collections,
// decisions, changes, keys and the audit. It holds SQL and no rules; package service
// has those.
//
// The database is a SQLite file ([Open]) or PostgreSQL's ([OpenServer]), with the same SQL:
// placeholders are ?, which [DB] numbers for PostgreSQL, types are common to both but
// for the one of binary strings, which a migration writes {bytes}.
package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver

	"exemplar/internal/sqlitecopy"
)

// ErrNone says that there is no such row.
var ErrNone = errors.New("there is none")

// What can be wrong with a server.
var (
	ErrUnavailable = errors.New("the database cannot be reached, or does not answer")
	ErrBusy        = errors.New("the database is busy with other changes")
	ErrText        = errors.New("the text holds a NUL byte, or is not UTF-8")
	ErrFull        = errors.New("the disk of the database is full")
)

// DB is an open database. It is safe for concurrent use, also by several processes.
type DB struct {
	sql     *sql.DB
	dialect dialect
	reach   *reach        // nil: there is no server
	full    atomic.Int64  // when the disk was found full, as Unix time in seconds; 0: never
	turn    chan struct{} // full while one writes; nil: the database orders writers itself
}

// dialect is what differs between databases.
type dialect struct {
	goose    goose.Dialect
	bytes    string // type of binary strings
	numbered bool   // placeholders are $1, $2, ...
	lock     string // begins what writes; empty: the database has one writer at a time by itself
	size     string // query of the bytes on the disk
}

var sqlite = dialect{
	goose: goose.DialectSQLite3, bytes: "BLOB",
	size: `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`,
}

// newDB bounds the connections of a database.
func newDB(pool *sql.DB, d dialect) *DB {
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db := &DB{sql: pool, dialect: d}
	if d.lock == "" {
		db.turn = make(chan struct{}, 1)
	}
	return db
}

// Open opens the SQLite file at path, makes it if there is none, and brings it up to
// date. The file belongs to its owner alone.
func Open(ctx context.Context, path string) (*DB, error) {
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "trusted_schema(OFF)",
	}}
	pool, err := sql.Open("sqlite", sqlitecopy.Address(path, options))
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	db := newDB(pool, sqlite)
	if err := db.migrate(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return db, nil
}

// connections bounds how many queries run at once (by eye): a page that lists and a
// few that classify.
const connections = 8

// Close releases the database.
func (db *DB) Close() error {
	if db.reach != nil {
		db.reach.closing()
	}
	return db.sql.Close()
}

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies the migrations that are missing, each in a transaction.
func (db *DB) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	var steps []*goose.Migration
	for i, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		script := strings.ReplaceAll(withoutComments(string(text)), "{bytes}", db.dialect.bytes)
		steps = append(steps, goose.NewGoMigration(int64(i+1), &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, script)
			return err
		}}, nil))
	}
	provider, err := goose.NewProvider(db.dialect.goose, db.sql, nil, goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err == nil && current > target {
		return fmt.Errorf("it was made by a newer version of this program (schema %d, this one knows %d): use that", current, target)
	}
	_, err = provider.Up(ctx)
	return err
}

func withoutComments(script string) string {
	var kept []string
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// text writes a query's placeholders as the database wants them.
func (d dialect) text(query string) string {
	if !d.numbered {
		return query
	}
	var out strings.Builder
	n := 0
	for _, r := range query { // no query of this package holds a ? in quotes
		if r == '?' {
			n++
			fmt.Fprintf(&out, "$%d", n)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// Tx is a transaction.
type Tx struct {
	querier
}

// querier runs queries, in a transaction or outside of one.
type querier struct {
	run interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
	db *DB
}

// Read returns the calls that read, each of which sees the latest state.
func (db *DB) Read() *Tx { return &Tx{querier: querier{db.sql, db}} }

// Write runs work in one transaction, which is on the disk when Write returns nil.
func (db *DB) Write(ctx context.Context, work func(tx *Tx) error) error {
	if err := db.reachable(); err != nil {
		return err
	}
	ctx, end, release := db.bound(ctx)
	defer release()
	defer db.waitTurn(ctx)()
	tx, err := db.beginTx(ctx, end)
	if err != nil {
		return db.failed(ctx, err)
	}
	defer tx.Rollback()
	if err := work(&Tx{querier: querier{tx, db}}); err != nil {
		return err
	}
	defer db.timed(end)()
	return db.failed(ctx, tx.Commit())
}

// fullFor is how long a disk that was found full is taken to be so (by eye): longer than
// from one beat of a node to the next, which finds it full again.
const fullFor = 15 * time.Second

// Full returns [ErrFull] if the disk was found full a moment ago.
func (db *DB) Full() error {
	if time.Since(time.Unix(db.full.Load(), 0)) < fullFor {
		return ErrFull
	}
	return nil
}

// waitTurn waits until the writers before this one have written, and returns what lets the
// next one. SQLite has one writer at a time, and who finds it busy sleeps and tries again:
// without turns one that writes without a pause would have all others wait for long. Whoever
// has waited for [turnTime] tries all the same, and is told that it is busy.
func (db *DB) waitTurn(ctx context.Context) (next func()) {
	if db.turn == nil {
		return func() {}
	}
	late := time.NewTimer(turnTime)
	defer late.Stop()
	select {
	case db.turn <- struct{}{}: // in the order of those who wait
		return func() { <-db.turn }
	case <-ctx.Done():
	case <-late.C:
	}
	return func() {}
}

// turnTime is as long as SQLite waits.
const turnTime = 10 * time.Second

// Bytes is how much of the disk the tables take.
func (q *Tx) Bytes(ctx context.Context) (int64, error) {
	return one(ctx, q.querier, number, q.db.dialect.size)
}

// exec runs a statement and returns how many rows it changed.
func (q querier) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := q.db.reachable(); err != nil {
		return 0, err
	}
	ctx, done := q.db.limited(ctx)
	defer done()
	result, err := q.run.ExecContext(ctx, q.db.dialect.text(query), args...)
	if err != nil {
		return 0, q.db.failed(ctx, err)
	}
	return result.RowsAffected()
}

// must is exec for a statement that changes a row; [ErrNone] says that it did not.
func (q querier) must(ctx context.Context, query string, args ...any) error {
	n, err := q.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return ErrNone
	}
	return err
}

// all reads the rows of a query.
func all[T any](ctx context.Context, q querier, scan func(rows *sql.Rows, row *T) error, query string, args ...any) ([]T, error) {
	found := []T{}
	err := q.each(ctx, func(rows *sql.Rows) error {
		var row T
		err := scan(rows, &row)
		found = append(found, row)
		return err
	}, query, args)
	return found, err
}

// each calls do with the rows of a query.
func (q querier) each(ctx context.Context, do func(rows *sql.Rows) error, query string, args []any) error {
	if err := q.db.reachable(); err != nil {
		return err
	}
	ctx, done := q.db.limited(ctx)
	defer done()
	rows, err := q.run.QueryContext(ctx, q.db.dialect.text(query), args...)
	if err != nil {
		return q.db.failed(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return q.db.failed(ctx, rows.Err())
}

// one reads the only row of a query, or gives [ErrNone].
func one[T any](ctx context.Context, q querier, scan func(rows *sql.Rows, row *T) error, query string, args ...any) (T, error) {
	found, err := all(ctx, q, scan, query, args...)
	var none T
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, ErrNone
	}
	return found[0], nil
}

// number scans a single number.
func number(rows *sql.Rows, n *int64) error { return rows.Scan(n) }

// stamp is a time as the database keeps it; 0 is none.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeOf is the time of a stamp.
func timeOf(stamp int64) time.Time {
	if stamp == 0 {
		return time.Time{}
	}
	return time.UnixMicro(stamp).UTC()
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
