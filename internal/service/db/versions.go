package db

import (
	"context"
	"database/sql"
)

// AddVersion notes which change made a version of a collection's gallery. A gallery that
// was put back to an earlier state counts anew.
func (q *Tx) AddVersion(ctx context.Context, collection string, version int64, change string) error {
	_, err := q.exec(ctx, `INSERT INTO gallery_version (collection, version, change) VALUES (?, ?, ?)
		ON CONFLICT (collection, version) DO UPDATE SET change = excluded.change`, collection, version, change)
	return err
}

// VersionMade is a version of a gallery, with the row of the audit of the change that
// made it.
type VersionMade struct {
	Version int64
	AuditRow
}

// VersionsMade returns the versions of a collection's gallery below one and above another,
// the newest first.
func (q *Tx) VersionsMade(ctx context.Context, collection string, below, above int64, limit int) ([]VersionMade, error) {
	scan := func(rows *sql.Rows, v *VersionMade) error {
		return rows.Scan(&v.Version, &v.Seq, &v.Hash, &v.Collection, &v.What, &v.Subject, &v.Body)
	}
	return all(ctx, q.querier, scan, `SELECT v.version, a.seq, a.hash, a.collection, a.what, a.subject, a.body
		FROM gallery_version v JOIN audit a ON a.subject = v.change AND a.collection = v.collection
		WHERE v.collection = ? AND v.version < ? AND v.version > ? ORDER BY v.version DESC LIMIT ?`, collection, below, above, limit)
}
