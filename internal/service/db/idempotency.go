package db

import (
	"context"
	"database/sql"
	"time"
)

// Answer is a row of the table of answers to requests that may be sent twice.
type Answer struct {
	Who, Name string // whose request, and what it calls it
	Node      string // that answers it
	Request   string // what was asked for
	Status    int    // of HTTP; 0 while it is being answered
	Body      []byte
	At        time.Time
}

// BeginAnswer adds a row, if there is none of that name; then it returns that.
func (q *Tx) BeginAnswer(ctx context.Context, a Answer) (before *Answer, err error) {
	n, err := q.exec(ctx, `INSERT INTO idempotency (who, name, request, status, body, at, node) VALUES (?, ?, ?, 0, NULL, ?, ?) ON CONFLICT (who, name) DO NOTHING`,
		a.Who, a.Name, a.Request, stamp(a.At), a.Node)
	if err != nil || n > 0 {
		return nil, err
	}
	found, err := one(ctx, q.querier, func(rows *sql.Rows, a *Answer) error {
		var at int64
		err := rows.Scan(&a.Who, &a.Name, &a.Request, &a.Status, &a.Body, &at)
		a.At = timeOf(at)
		return err
	}, `SELECT who, name, request, status, body, at FROM idempotency WHERE who = ? AND name = ?`, a.Who, a.Name)
	return &found, err
}

// EndAnswer notes what was answered, and to what.
func (q *Tx) EndAnswer(ctx context.Context, a Answer) error {
	return q.must(ctx, `UPDATE idempotency SET request = ?, status = ?, body = ? WHERE who = ? AND name = ?`, a.Request, a.Status, a.Body, a.Who, a.Name)
}

// ForgetAnswer removes a row.
func (q *Tx) ForgetAnswer(ctx context.Context, who, name string) error {
	_, err := q.exec(ctx, `DELETE FROM idempotency WHERE who = ? AND name = ?`, who, name)
	return err
}

// ForgetAnswers removes the rows from before a time.
func (q *Tx) ForgetAnswers(ctx context.Context, before time.Time) error {
	_, err := q.exec(ctx, `DELETE FROM idempotency WHERE at < ?`, stamp(before))
	return err
}
