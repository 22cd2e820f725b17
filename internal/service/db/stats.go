package db

import (
	"context"
	"database/sql"
	"time"
)

// DayCount is how many decisions of a kind, with a confidence in a tenth, a day had.
type DayCount struct {
	Day      int64 // since 1970, in UTC
	Decision string
	Tenth    int // from 0 to 9
	Count    int64
}

// CountDays counts decisions since a time by day, kind and confidence, the latest day
// first.
func (q *Tx) CountDays(ctx context.Context, collection string, since time.Time) ([]DayCount, error) {
	const day = int64(24 * time.Hour / time.Microsecond)
	// The tenth in whole numbers, because databases round otherwise.
	const tenth = `CASE WHEN confidence < 0.1 THEN 0 WHEN confidence < 0.2 THEN 1 WHEN confidence < 0.3 THEN 2 WHEN confidence < 0.4 THEN 3
		WHEN confidence < 0.5 THEN 4 WHEN confidence < 0.6 THEN 5 WHEN confidence < 0.7 THEN 6 WHEN confidence < 0.8 THEN 7 WHEN confidence < 0.9 THEN 8 ELSE 9 END`
	return all(ctx, q.querier, func(rows *sql.Rows, c *DayCount) error { return rows.Scan(&c.Day, &c.Decision, &c.Tenth, &c.Count) },
		`SELECT day, decision, tenth, COUNT(*) FROM (SELECT at / ? AS day, decision, `+tenth+` AS tenth FROM decision WHERE collection = ? AND at >= ?) AS d
		GROUP BY day, decision, tenth ORDER BY day DESC, decision, tenth`, day, collection, stamp(since))
}

// NamedCount is how many rows have a name.
type NamedCount struct {
	Name  string
	Count int64
}

// CountStatuses counts the decisions of a collection by status.
func (q *Tx) CountStatuses(ctx context.Context, collection string) ([]NamedCount, error) {
	return all(ctx, q.querier, func(rows *sql.Rows, c *NamedCount) error { return rows.Scan(&c.Name, &c.Count) },
		`SELECT status, COUNT(*) FROM decision WHERE collection = ? GROUP BY status ORDER BY status`, collection)
}
