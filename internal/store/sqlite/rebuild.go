package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// derivedTables are the tables whose rows can be made anew of other tables, with the
// columns that a look at each of their pages takes, and how they are said.
var derivedTables = []struct{ name, columns, said string }{
	{"words", "reference, model, vocabulary, data", "visual words"},
	{"checksum", "reference, part, model, crc", "checksums"},
	{"removal", "reference, seq, crc", "removals"},
}

// rebuildTables puts an empty table in the place of each derived one that has pages
// which cannot be read: what was in it is made anew with the references. What the
// old one took of the file is freed by writing that anew.
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
	if isCorrupt(err) { // others cannot be read either: the check at the end says so
		return nil
	}
	return err
}

// canBeRead reads every row of a table, and the index of its references.
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

// emptyTable makes a table anew. The pages of the old one are nobody's then:
// dropping it would look at them.
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
