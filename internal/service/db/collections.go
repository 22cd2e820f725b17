package db

import (
	"context"
	"database/sql"
	"time"
)

// Collection is a row of the table of collections.
type Collection struct {
	Name          string
	Title         string
	FPIR          float64
	KeepPictures  string
	RetentionDays int
	Created       time.Time
}

const collectionColumns = `name, title, fpir, keep_pictures, retention_days, created`

func scanCollection(rows *sql.Rows, c *Collection) error {
	var created int64
	err := rows.Scan(&c.Name, &c.Title, &c.FPIR, &c.KeepPictures, &c.RetentionDays, &created)
	c.Created = timeOf(created)
	return err
}

// Collections returns all, by name.
func (q *Tx) Collections(ctx context.Context) ([]Collection, error) {
	return all(ctx, q.querier, scanCollection, `SELECT `+collectionColumns+` FROM collection ORDER BY name`)
}

// Collection returns the one with a name.
func (q *Tx) Collection(ctx context.Context, name string) (Collection, error) {
	return one(ctx, q.querier, scanCollection, `SELECT `+collectionColumns+` FROM collection WHERE name = ?`, name)
}

// AddCollection adds a row.
func (q *Tx) AddCollection(ctx context.Context, c Collection) error {
	_, err := q.exec(ctx, `INSERT INTO collection (`+collectionColumns+`) VALUES (?, ?, ?, ?, ?, ?)`,
		c.Name, c.Title, c.FPIR, c.KeepPictures, c.RetentionDays, stamp(c.Created))
	return err
}

// SetCollection writes a row anew.
func (q *Tx) SetCollection(ctx context.Context, c Collection) error {
	return q.must(ctx, `UPDATE collection SET title = ?, fpir = ?, keep_pictures = ?, retention_days = ? WHERE name = ?`,
		c.Title, c.FPIR, c.KeepPictures, c.RetentionDays, c.Name)
}

// RemoveCollection removes a row and all that belongs to it but the audit.
func (q *Tx) RemoveCollection(ctx context.Context, name string) error {
	if _, err := q.removeJobs(ctx, `collection = ?`, name); err != nil {
		return err
	}
	for _, table := range []string{"decision", "picture", "change", "gallery_version", "watch"} {
		if _, err := q.exec(ctx, `DELETE FROM `+table+` WHERE collection = ?`, name); err != nil {
			return err
		}
	}
	if _, err := q.exec(ctx, `UPDATE picture_object SET state = 'gone' WHERE collection = ? AND state = 'there'`, name); err != nil {
		return err
	}
	return q.must(ctx, `DELETE FROM collection WHERE name = ?`, name)
}
