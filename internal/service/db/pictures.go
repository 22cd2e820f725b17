package db

import (
	"context"
	"database/sql"
	"errors"
)

// Object is a row of the table of pictures outside of the database.
type Object struct {
	Name       string
	Collection string
	Hash       string
	Bytes      int64
	Place      string // as people name it
}

const objectColumns = `name, collection, hash, bytes, place`

func scanObject(rows *sql.Rows, o *Object) error {
	return rows.Scan(&o.Name, &o.Collection, &o.Hash, &o.Bytes, &o.Place)
}

// AddPicture keeps a file, once.
func (q *Tx) AddPicture(ctx context.Context, collection, hash string, data []byte) error {
	if _, err := q.Object(ctx, collection, hash); !errors.Is(err, ErrNone) {
		return err // it is outside already
	}
	_, err := q.exec(ctx, `INSERT INTO picture (collection, hash, data) VALUES (?, ?, ?) ON CONFLICT (collection, hash) DO NOTHING`, collection, hash, data)
	return err
}

// Picture returns a kept file that is in the database.
func (q *Tx) Picture(ctx context.Context, collection, hash string) ([]byte, error) {
	return one(ctx, q.querier, func(rows *sql.Rows, data *[]byte) error { return rows.Scan(data) },
		`SELECT data FROM picture WHERE collection = ? AND hash = ?`, collection, hash)
}

// Object returns where a kept file is that is not in the database.
func (q *Tx) Object(ctx context.Context, collection, hash string) (Object, error) {
	return one(ctx, q.querier, scanObject, `SELECT `+objectColumns+` FROM picture_object WHERE collection = ? AND hash = ? AND state = 'there'`, collection, hash)
}

// Objects returns the files that are outside, by name, from the one after a name on.
func (q *Tx) Objects(ctx context.Context, after string, limit int) ([]Object, error) {
	return all(ctx, q.querier, scanObject, `SELECT `+objectColumns+` FROM picture_object WHERE state = 'there' AND name > ? ORDER BY name LIMIT ?`, after, limit)
}

// HasObject reports whether a file is outside under a name.
func (q *Tx) HasObject(ctx context.Context, name string) (bool, error) {
	n, err := one(ctx, q.querier, number, `SELECT COUNT(*) FROM picture_object WHERE state = 'there' AND name = ?`, name)
	return n > 0, err
}

// PicturesToMove returns files in the database that no other node is writing elsewhere,
// without name and place.
func (q *Tx) PicturesToMove(ctx context.Context, own string, limit int) ([]Object, error) {
	return all(ctx, q.querier, scanObject, `SELECT '', collection, hash, length(data), '' FROM picture WHERE NOT EXISTS (
		SELECT 1 FROM picture_object o WHERE o.collection = picture.collection AND o.hash = picture.hash AND o.state = 'writing'
		AND o.node <> ? AND o.node IN (SELECT id FROM node)) LIMIT ?`, own, limit)
}

// CountPictures counts the files in the database.
func (q *Tx) CountPictures(ctx context.Context) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM picture`)
}

// HasPictures reports whether any file is in the database.
func (q *Tx) HasPictures(ctx context.Context) (bool, error) {
	found, err := all(ctx, q.querier, number, `SELECT 1 FROM picture LIMIT 1`)
	return len(found) > 0, err
}

// BeginObject notes that a node writes a file outside.
func (q *Tx) BeginObject(ctx context.Context, o Object, node string) error {
	_, err := q.exec(ctx, `INSERT INTO picture_object (`+objectColumns+`, state, node) VALUES (?, ?, ?, ?, ?, 'writing', ?)`, o.Name, o.Collection, o.Hash, o.Bytes, o.Place, node)
	return err
}

// EndObject says that a file is written outside: it leaves the database. One that nobody
// needs any more is to be removed.
func (q *Tx) EndObject(ctx context.Context, o Object) error {
	n, err := q.exec(ctx, `UPDATE picture_object SET state = 'there' WHERE name = ? AND state = 'writing'`, o.Name)
	if err != nil {
		return err
	}
	if n == 0 { // others took this node for dead, and may have removed the file before it was written
		_, err := q.exec(ctx, `INSERT INTO picture_object (`+objectColumns+`, state, node) VALUES (?, ?, ?, ?, ?, 'gone', '') ON CONFLICT (name) DO NOTHING`, o.Name, o.Collection, o.Hash, o.Bytes, o.Place)
		return err
	}
	n, err = q.exec(ctx, `DELETE FROM picture WHERE collection = ? AND hash = ?`, o.Collection, o.Hash)
	if err == nil && n == 0 {
		return q.GiveUpObject(ctx, o)
	}
	return err
}

// GiveUpObject says that a file was not written as a whole.
func (q *Tx) GiveUpObject(ctx context.Context, o Object) error {
	_, err := q.exec(ctx, `UPDATE picture_object SET state = 'gone' WHERE name = ?`, o.Name)
	return err
}

// removable are the files that are to be removed: also those that nodes which are gone, or
// the given one, began to write.
const removable = `(state = 'gone' OR state = 'writing' AND (node = ? OR node NOT IN (SELECT id FROM node)))`

// RemovableObjects returns them. The given node must be writing none.
func (q *Tx) RemovableObjects(ctx context.Context, own string, limit int) ([]Object, error) {
	return all(ctx, q.querier, scanObject, `SELECT `+objectColumns+` FROM picture_object WHERE `+removable+` ORDER BY name LIMIT ?`, own, limit)
}

// RemoveObject forgets a file that is removed.
func (q *Tx) RemoveObject(ctx context.Context, own, name string) error {
	_, err := q.exec(ctx, `DELETE FROM picture_object WHERE name = ? AND `+removable, name, own)
	return err
}

// removeUnneeded removes the files of a collection that no decision needs.
func (q *Tx) removeUnneeded(ctx context.Context, collection string) error {
	_, err := q.exec(ctx, `DELETE FROM picture WHERE collection = ? AND NOT EXISTS (
		SELECT 1 FROM decision d WHERE d.collection = picture.collection AND d.hash = picture.hash AND d.has_picture = 1)`, collection)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, `UPDATE picture_object SET state = 'gone' WHERE collection = ? AND state = 'there' AND NOT EXISTS (
		SELECT 1 FROM decision d WHERE d.collection = picture_object.collection AND d.hash = picture_object.hash AND d.has_picture = 1)`, collection)
	return err
}
