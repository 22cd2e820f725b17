package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgres takes the row of the audit's head at the beginning of every transaction that
// writes, so that there is one writer at a time, as SQLite has it: what a transaction
// has read is true until it ends.
var postgres = dialect{
	goose: goose.DialectPostgres, bytes: "BYTEA", numbered: true,
	lock: `SELECT seq FROM audit_head WHERE "only" = 1 FOR UPDATE`,
	size: `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = '` + schema + `'::regnamespace AND relkind = 'r'`,
}

// schema is the namespace of the tables. It is beside that of the galleries.
const schema = "exemplar_service"

// migrating is the key of the lock that one process holds while it migrates: the first
// eight bytes of the SHA-256 of the name of the schema.
const migrating = 0x26a7bb18f0f7bf73

// settings are those of every connection. A writer that waits for another one gives up
// after 15 s, as with a file; one that hangs in a transaction loses it after a minute,
// and one whose machine is gone after half of one.
var settings = map[string]string{
	"search_path": schema, "lock_timeout": "15s", "statement_timeout": "10min", "idle_in_transaction_session_timeout": "1min",
	"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "client_min_messages": "warning",
}

// connectTimeout is how long a server may take to accept a connection, unless the name
// says otherwise (connect_timeout).
const connectTimeout = 3 * time.Second

// OpenServer opens the tables in a PostgreSQL database, makes them if there are none, and
// brings them up to date. Any number of processes may have them open. Its errors do not
// repeat the address, which may hold a password.
func OpenServer(ctx context.Context, address string) (*DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the name of the database cannot be read")
	}
	query := u.Query()
	for key := range query {
		if strings.HasPrefix(key, "pool_") { // they are for the galleries
			query.Del(key)
		}
	}
	u.RawQuery = query.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("an option of the database's name cannot be used: docs/postgres.md has examples")
	}
	for name, value := range settings {
		config.RuntimeParams[name] = value
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "exemplar"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	db := newDB(stdlib.OpenDB(*config), postgres)
	db.reach = newReach(config, func() {
		db.sql.SetMaxIdleConns(0)
		db.sql.SetMaxIdleConns(connections)
	})
	if err := db.migrateServer(ctx); err != nil {
		db.Close()
		return nil, db.translate(err)
	}
	return db, nil
}

// migrateServer applies the migrations that are missing. Another process that does the
// same waits.
func (db *DB) migrateServer(ctx context.Context) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrating)); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrating))
	var there bool
	if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, schema).Scan(&there); err != nil {
		return err
	}
	if !there { // not IF NOT EXISTS, for which one needs the permission even where the schema is there
		if _, err := conn.ExecContext(ctx, `CREATE SCHEMA `+schema); err != nil {
			return fmt.Errorf("make the schema %s, for which the user needs CREATE on the database: %w", schema, err)
		}
	}
	return db.migrate(ctx)
}

// translate wraps an error of a server in the sentinel that it amounts to, by its
// SQLSTATE (PostgreSQL documentation, appendix A), and notes that the server is away.
func (db *DB) translate(err error) error {
	switch {
	case err == nil || errors.Is(err, ErrUnavailable):
		return err
	case !db.dialect.numbered:
		return translateFile(err)
	}
	var fault *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &fault):
		switch class := fault.Code[:min(2, len(fault.Code))]; {
		case fault.Code == "55P03", class == "40": // a lock that was not had in time, a deadlock
			return fmt.Errorf("%w (%w)", ErrBusy, err)
		case fault.Code == "22021", fault.Code == "22P05":
			return fmt.Errorf("%w (%w)", ErrText, err)
		case fault.Code == "53100":
			return fmt.Errorf("%w (%w)", ErrFull, err)
		case fault.Code == "25P03", class == "08", class == "53", class == "57": // too slow; connection, too many of them, the server ends or gives up
			return fmt.Errorf("%w (%w)", ErrUnavailable, err)
		}
		return err
	case errors.As(err, &connecting), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &network):
	case strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "bad connection"):
	default:
		return err
	}
	if db.reach != nil {
		db.reach.broken()
	}
	return fmt.Errorf("%w (%w)", ErrUnavailable, err)
}

// reachable returns an error at once if the server is known to be away.
func (db *DB) reachable() error {
	if db.reach != nil && db.reach.lost() {
		return ErrUnavailable
	}
	return nil
}

// beginTx begins a transaction that writes, under a context that end gives up.
func (db *DB) beginTx(ctx context.Context, end context.CancelCauseFunc) (*sql.Tx, error) {
	defer db.timed(end)()
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil || db.dialect.lock == "" {
		return tx, err
	}
	if _, err := tx.ExecContext(ctx, db.dialect.lock); err != nil {
		tx.Rollback()
		return nil, err
	}
	return tx, nil
}
