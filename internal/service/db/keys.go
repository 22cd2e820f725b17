package db

import (
	"context"
	"database/sql"
	"time"
)

// Key is a row of the table of keys. Of its secret only the hash is known.
type Key struct {
	Prefix      string
	Hash        []byte // SHA-256 of the secret
	Name        string
	Role        string
	Collections string // JSON list; empty: all
	Rate        float64
	Created     time.Time
	Expires     time.Time // zero: never
	LastUsed    time.Time // zero: never
	Revoked     bool
}

const keyColumns = `prefix, hash, name, role, collections, rate, created, expires, last_used, revoked`

func scanKey(rows *sql.Rows, k *Key) error {
	var created, expires, used, revoked int64
	err := rows.Scan(&k.Prefix, &k.Hash, &k.Name, &k.Role, &k.Collections, &k.Rate, &created, &expires, &used, &revoked)
	k.Created, k.Expires, k.LastUsed, k.Revoked = timeOf(created), timeOf(expires), timeOf(used), revoked != 0
	return err
}

// AddKey adds a row.
func (q *Tx) AddKey(ctx context.Context, k Key) error {
	_, err := q.exec(ctx, `INSERT INTO access_key (`+keyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.Prefix, k.Hash, k.Name, k.Role, k.Collections, k.Rate, stamp(k.Created), stamp(k.Expires), stamp(k.LastUsed), flag(k.Revoked))
	return err
}

// SetKey writes what may change of a row: its name, what it may do, and until when.
func (q *Tx) SetKey(ctx context.Context, k Key) error {
	return q.must(ctx, `UPDATE access_key SET name = ?, role = ?, collections = ?, expires = ? WHERE prefix = ?`, k.Name, k.Role, k.Collections, stamp(k.Expires), k.Prefix)
}

// Key returns the row with a prefix.
func (q *Tx) Key(ctx context.Context, prefix string) (Key, error) {
	return one(ctx, q.querier, scanKey, `SELECT `+keyColumns+` FROM access_key WHERE prefix = ?`, prefix)
}

// Keys returns all, the oldest first.
func (q *Tx) Keys(ctx context.Context) ([]Key, error) {
	return all(ctx, q.querier, scanKey, `SELECT `+keyColumns+` FROM access_key ORDER BY created, prefix`)
}

// HasKeys reports whether there is any, be it revoked.
func (q *Tx) HasKeys(ctx context.Context) (bool, error) {
	found, err := all(ctx, q.querier, number, `SELECT 1 FROM access_key LIMIT 1`)
	return len(found) > 0, err
}

// RevokeKey ends a key, and the logins that were made with it.
func (q *Tx) RevokeKey(ctx context.Context, prefix string) error {
	if err := q.must(ctx, `UPDATE access_key SET revoked = 1 WHERE prefix = ? AND revoked = 0`, prefix); err != nil {
		return err
	}
	_, err := q.exec(ctx, `DELETE FROM login WHERE prefix = ?`, prefix)
	return err
}

// UseKey notes when a key was used.
func (q *Tx) UseKey(ctx context.Context, prefix string, at time.Time) error {
	return q.must(ctx, `UPDATE access_key SET last_used = ? WHERE prefix = ?`, stamp(at), prefix)
}

// AddLogin adds a browser's login with a key, and forgets those that have ended.
func (q *Tx) AddLogin(ctx context.Context, hash []byte, prefix string, now, expires time.Time) error {
	if _, err := q.exec(ctx, `DELETE FROM login WHERE expires < ?`, stamp(now)); err != nil {
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO login (hash, prefix, expires) VALUES (?, ?, ?)`, hash, prefix, stamp(expires))
	return err
}

// Login returns the prefix of the key of a login that has not ended.
func (q *Tx) Login(ctx context.Context, hash []byte, now time.Time) (string, error) {
	return one(ctx, q.querier, func(rows *sql.Rows, prefix *string) error { return rows.Scan(prefix) },
		`SELECT prefix FROM login WHERE hash = ? AND expires >= ?`, hash, stamp(now))
}

// RemoveLogin ends a login.
func (q *Tx) RemoveLogin(ctx context.Context, hash []byte) error {
	_, err := q.exec(ctx, `DELETE FROM login WHERE hash = ?`, hash)
	return err
}
