package db

import (
	"context"
	"database/sql"
)

// AuditRow is a row of the audit. Body holds all of it, as it was hashed; the other
// fields but Hash repeat parts of it, to search by.
type AuditRow struct {
	Seq        int64
	Hash       string
	Collection string
	What       string
	Subject    string
	Body       string
}

// AuditHead is the number and the hash of the last row.
type AuditHead struct {
	Seq  int64
	Hash string
}

const auditColumns = `seq, hash, collection, what, subject, body`

func scanAudit(rows *sql.Rows, r *AuditRow) error {
	return rows.Scan(&r.Seq, &r.Hash, &r.Collection, &r.What, &r.Subject, &r.Body)
}

// NextAudit claims the next number, so that no other writer appends before this
// transaction ends, and returns it with the hash of the row before.
func (q *Tx) NextAudit(ctx context.Context) (seq int64, before string, err error) {
	if err := q.must(ctx, `UPDATE audit_head SET seq = seq + 1 WHERE "only" = 1`); err != nil {
		return 0, "", err
	}
	head, err := q.AuditHead(ctx)
	return head.Seq, head.Hash, err
}

// AuditHead returns the head.
func (q *Tx) AuditHead(ctx context.Context) (AuditHead, error) {
	return one(ctx, q.querier, func(rows *sql.Rows, h *AuditHead) error { return rows.Scan(&h.Seq, &h.Hash) },
		`SELECT seq, hash FROM audit_head WHERE "only" = 1`)
}

// AddAudit appends a row whose number was claimed.
func (q *Tx) AddAudit(ctx context.Context, r AuditRow) error {
	_, err := q.exec(ctx, `INSERT INTO audit (`+auditColumns+`) VALUES (?, ?, ?, ?, ?, ?)`,
		r.Seq, r.Hash, r.Collection, r.What, r.Subject, r.Body)
	if err != nil {
		return err
	}
	return q.must(ctx, `UPDATE audit_head SET hash = ? WHERE "only" = 1`, r.Hash)
}

// AuditAfter returns rows in order, from the one after seq on, at most limit.
func (q *Tx) AuditAfter(ctx context.Context, seq int64, limit int) ([]AuditRow, error) {
	return all(ctx, q.querier, scanAudit, `SELECT `+auditColumns+` FROM audit WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit)
}

// AuditFilter selects rows; an empty field selects all.
type AuditFilter struct {
	Subject, Collection string
	What                string // this, and what goes on with a full stop after it
}

// AuditPage returns the latest rows first, from the one before seq on.
func (q *Tx) AuditPage(ctx context.Context, seq int64, f AuditFilter, limit int) ([]AuditRow, error) {
	where, args := "seq < ?", []any{seq}
	add := func(clause string, values ...any) { where, args = where+" AND "+clause, append(args, values...) }
	if f.Subject != "" {
		add("subject = ?", f.Subject)
	}
	if f.Collection != "" {
		add("collection = ?", f.Collection)
	}
	if f.What != "" {
		add("(what = ? OR what LIKE ? ESCAPE '!')", f.What, like(f.What)+".%")
	}
	return all(ctx, q.querier, scanAudit, `SELECT `+auditColumns+` FROM audit WHERE `+where+` ORDER BY seq DESC LIMIT ?`, append(args, limit)...)
}
