package db

import (
	"context"
	"database/sql"
)

// PlaceMark says how a place of kept pictures is marked.
type PlaceMark struct {
	Mark   string
	Marked bool // false: the mark is being written
}

func scanMark(rows *sql.Rows, m *PlaceMark) error { return rows.Scan(&m.Mark, &m.Marked) }

// PlaceMark returns the mark of a place, or [ErrNone].
func (q *Tx) PlaceMark(ctx context.Context, place string) (PlaceMark, error) {
	return one(ctx, q.querier, scanMark, `SELECT mark, state = 'marked' FROM picture_place WHERE place = ?`, place)
}

// AnyMark returns the mark of a place whose name begins so, or [ErrNone].
func (q *Tx) AnyMark(ctx context.Context, begins string) (string, error) {
	return one(ctx, q.querier, func(rows *sql.Rows, mark *string) error { return rows.Scan(mark) },
		`SELECT mark FROM picture_place WHERE place LIKE ? ORDER BY place LIMIT 1`, begins+"%")
}

// HasMark reports whether a mark is one of this service.
func (q *Tx) HasMark(ctx context.Context, mark string) (bool, error) {
	n, err := one(ctx, q.querier, number, `SELECT COUNT(*) FROM picture_place WHERE mark = ?`, mark)
	return n > 0, err
}

// BeginMark notes the mark that a place gets, unless it has one.
func (q *Tx) BeginMark(ctx context.Context, place, mark string) error {
	_, err := q.exec(ctx, `INSERT INTO picture_place (place, mark, state) VALUES (?, ?, 'marking') ON CONFLICT (place) DO NOTHING`, place, mark)
	return err
}

// EndMark says that the mark is written.
func (q *Tx) EndMark(ctx context.Context, place string) error {
	_, err := q.exec(ctx, `UPDATE picture_place SET state = 'marked' WHERE place = ?`, place)
	return err
}

// AnyObject returns a file that is at a place, or [ErrNone].
func (q *Tx) AnyObject(ctx context.Context, place string) (Object, error) {
	return one(ctx, q.querier, scanObject, `SELECT `+objectColumns+` FROM picture_object WHERE place = ? AND state = 'there' LIMIT 1`, place)
}
