package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"exemplar/internal/store"
)

// checkSchema requires that a file has the tables and indexes of its version, word for
// word, its own row, and nothing else. A trigger or a view that somebody put in would
// run with every change and every query.
func checkSchema(ctx context.Context, db querier, version int) error {
	want, err := schemaOf(version)
	if err != nil {
		return err
	}
	got, err := readSchema(ctx, db)
	if err != nil {
		return err
	}
	for name, text := range got {
		switch expected, known := want[name]; {
		case !known:
			return fmt.Errorf("%w (it holds %s, which no gallery has: somebody changed the file)", store.ErrNotGallery, name)
		case expected != text:
			return fmt.Errorf("%w (its %s is not a gallery's: somebody changed the file)", store.ErrNotGallery, name)
		}
	}
	for name := range want {
		if _, there := got[name]; !there {
			return fmt.Errorf("%w (its %s is missing)", store.ErrCorrupt, name)
		}
	}
	var rows int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM gallery`).Scan(&rows); err != nil {
		return err
	}
	if rows > 1 {
		return fmt.Errorf("%w (it has %d rows of its own: somebody changed the file)", store.ErrNotGallery, rows)
	}
	if rows != 1 {
		return fmt.Errorf("%w (its own row is missing)", store.ErrCorrupt)
	}
	return nil
}

// readSchema returns the definitions in a file, by kind and name. It leaves out the
// tables of ANALYZE, which do no harm.
func readSchema(ctx context.Context, db querier) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_stat%' ESCAPE '\'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	schema := map[string]string{}
	for rows.Next() {
		var kind, name, table, definition text
		if err := rows.Scan(&kind, &name, &table, &definition); err != nil {
			return nil, err
		}
		schema[fmt.Sprintf("%s %q", kind, name)] = string(table + ": " + definition)
	}
	return schema, rows.Err()
}

// schemaOf makes an empty gallery of a version in memory and reads its schema.
func schemaOf(version int) (schema map[string]string, err error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	if err := takeSteps(ctx, tx, 1, version); err != nil {
		return nil, err
	}
	return readSchema(ctx, tx)
}
