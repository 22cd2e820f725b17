package db

import (
	"context"
	"database/sql"
	"time"
)

// Change is a row of the table of changes: what a person did, and how to undo it.
type Change struct {
	ID         string
	Collection string
	At         time.Time
	Who        string
	What       string
	Subject    string
	Undo       []byte // what undoing takes, JSON; nil: it cannot be undone
	Undone     bool
}

const changeColumns = `id, collection, at, who, what, subject, undo, undone`

func scanChange(rows *sql.Rows, c *Change) error {
	var at, undone int64
	err := rows.Scan(&c.ID, &c.Collection, &at, &c.Who, &c.What, &c.Subject, &c.Undo, &undone)
	c.At, c.Undone = timeOf(at), undone != 0
	return err
}

// AddChange adds a row.
func (q *Tx) AddChange(ctx context.Context, c Change) error {
	_, err := q.exec(ctx, `INSERT INTO change (`+changeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Collection, stamp(c.At), c.Who, c.What, c.Subject, c.Undo, flag(c.Undone))
	return err
}

// Change returns the row with an id.
func (q *Tx) Change(ctx context.Context, collection, id string) (Change, error) {
	return one(ctx, q.querier, scanChange, `SELECT `+changeColumns+` FROM change WHERE id = ? AND collection = ?`, id, collection)
}

// Changes returns the rows of a collection, the newest first.
func (q *Tx) Changes(ctx context.Context, collection, before string, limit int) ([]Change, error) {
	if before == "" {
		return all(ctx, q.querier, scanChange, `SELECT `+changeColumns+` FROM change WHERE collection = ? ORDER BY id DESC LIMIT ?`, collection, limit)
	}
	return all(ctx, q.querier, scanChange, `SELECT `+changeColumns+` FROM change WHERE collection = ? AND id < ? ORDER BY id DESC LIMIT ?`, collection, before, limit)
}

// MarkUndone says that a change was undone; [ErrNone] says that it was already.
func (q *Tx) MarkUndone(ctx context.Context, id string) error {
	return q.must(ctx, `UPDATE change SET undone = 1, undo = NULL WHERE id = ? AND undone = 0`, id)
}
