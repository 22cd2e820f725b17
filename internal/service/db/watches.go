package db

import (
	"context"
	"database/sql"
	"time"
)

// Watch is a row of the table of watched folders.
type Watch struct {
	ID, Collection string
	Folder, Target string
	Options        string // JSON
	Paused         bool
	Created        time.Time
	Who            string
	Node           string // that watches it, or did so last
	Progress       string // JSON
}

const watchColumns = `id, collection, folder, target, options, paused, created, who, node, progress`

func scanWatch(rows *sql.Rows, w *Watch) error {
	var paused, created int64
	err := rows.Scan(&w.ID, &w.Collection, &w.Folder, &w.Target, &w.Options, &paused, &created, &w.Who, &w.Node, &w.Progress)
	w.Paused, w.Created = paused != 0, timeOf(created)
	return err
}

// AddWatch adds a row.
func (q *Tx) AddWatch(ctx context.Context, w Watch) error {
	_, err := q.exec(ctx, `INSERT INTO watch (`+watchColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.Collection, w.Folder, w.Target, w.Options, flag(w.Paused), stamp(w.Created), w.Who, w.Node, w.Progress)
	return err
}

// SetWatch writes what changes of a row.
func (q *Tx) SetWatch(ctx context.Context, w Watch) error {
	return q.must(ctx, `UPDATE watch SET paused = ?, node = ?, progress = ? WHERE id = ?`, flag(w.Paused), w.Node, w.Progress, w.ID)
}

// RemoveWatch removes a row.
func (q *Tx) RemoveWatch(ctx context.Context, id string) error {
	return q.must(ctx, `DELETE FROM watch WHERE id = ?`, id)
}

// Watch returns the row with an id.
func (q *Tx) Watch(ctx context.Context, id string) (Watch, error) {
	return one(ctx, q.querier, scanWatch, `SELECT `+watchColumns+` FROM watch WHERE id = ?`, id)
}

// Watches returns all rows, the oldest first.
func (q *Tx) Watches(ctx context.Context) ([]Watch, error) {
	return all(ctx, q.querier, scanWatch, `SELECT `+watchColumns+` FROM watch ORDER BY id`)
}
