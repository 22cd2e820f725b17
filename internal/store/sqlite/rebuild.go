package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// derivedTables are the tables whose rows can be made anew from other tables. Reading
// the columns reads every page of a table; said names it in messages.
var derivedTables = []struct{ name, columns, said string }{
	{"words", "reference, model, vocabulary, data", "visual words"},
	{"checksum", "reference, part, model, crc", "checksums"},
	{"removal", "reference, seq, crc", "removals"},
}

// rebuildTables replaces each derived table that has unreadable pages by an empty one.
// Repair then makes its rows anew from the references. VACUUM frees the pages of the
// old table.
func (g *Store) rebuildTables(ctx context.Context, rebuilt *[]string) error {
	for _, t := range derivedTables {
		sound := true
		err := g.read(ctx, "repair", func(tx *sql.Tx) (err error) {
			sound, err = canBeRead(ctx, tx, t.name, t.columns)
			return err
		})
		if err != nil {
			return err
		}
		if sound {
			continue
		}
		if err := g.write(ctx, "repair", func(tx *sql.Tx) error { return emptyTable(ctx, tx, t.name) }); err != nil {
			return err
		}
		*rebuilt = append(*rebuilt, fmt.Sprintf("the table of %s was in pages that cannot be read, and is made anew", t.said))
	}
	if len(*rebuilt) == 0 {
		return nil
	}
	_, err := g.db.ExecContext(ctx, `VACUUM`)
	if isCorrupt(err) { // other pages cannot be read either: the check at the end reports them
		return nil
	}
	return err
}

// canBeRead reports whether every row of a table, and the index of its references, can
// be read.
func canBeRead(ctx context.Context, tx *sql.Tx, table, columns string) (bool, error) {
	var crc, rows, indexed sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(row_crc(`+columns+`)), count(*) FROM `+table+` NOT INDEXED`).Scan(&crc, &rows)
	if err == nil {
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT reference FROM `+table+` ORDER BY reference)`).Scan(&indexed)
	}
	if isCorrupt(err) {
		return false, nil
	}
	return rows == indexed, err
}

// emptyTable replaces a table by an empty one. It leaves the pages of the old one
// unused in the file, because dropping the table would read them.
func emptyTable(ctx context.Context, tx *sql.Tx, table string) error {
	definitions, err := texts(ctx, tx, `SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC`, table)
	if err != nil {
		return err
	}
	statements := append([]string{`PRAGMA writable_schema = ON`, `DELETE FROM sqlite_schema WHERE tbl_name = '` + table + `'`, `PRAGMA writable_schema = RESET`}, definitions...)
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// texts returns the first column of all rows.
func texts(ctx context.Context, tx *sql.Tx, query string, args ...any) (all []string, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one text
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, string(one))
	}
	return all, rows.Err()
}
