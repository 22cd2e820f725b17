package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"

	"exemplar/internal/store"
)

// checksumVersion is the first version of the file that has checksums, contentsVersion
// the first that says whether contents may differ.
const (
	checksumVersion = 3
	contentsVersion = 4
)

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("row_crc", -1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		values := make([]any, len(args))
		for i, arg := range args {
			values[i] = arg
		}
		return rowCRC(values...), nil
	})
}

// rowCRC is the checksum of some columns.
func rowCRC(values ...any) int64 { return store.Checksum(values...) }

// rowIntact is the SQL condition that the row r of a reference has its checksum.
func (g *Store) rowIntact() string {
	switch {
	case g.version < checksumVersion:
		return `true`
	case g.version < contentsVersion:
		return `row_crc(r.id, r.label, r.hash, r.source, r.note, r.registered, r.width, r.height) IS r.crc`
	}
	return `row_crc(r.id, r.label, r.hash, r.source, r.note, r.registered, r.width, r.height, r.contents) IS r.crc`
}

// contents is the SQL expression for the contents of the reference r.
func (g *Store) contents() string {
	if g.version < contentsVersion {
		return `''`
	}
	return `r.contents`
}

// crcOf is the SQL expression for the checksum of a part of a reference, and NULL if
// it has none. The reference and the model are given as SQL.
func (g *Store) crcOf(part store.Part, reference, model string) string {
	if g.version < checksumVersion {
		return `NULL`
	}
	return fmt.Sprintf(`(SELECT c.crc FROM checksum c WHERE c.reference = %s AND c.part = '%s' AND c.model = %s)`, reference, part, model)
}

// isIntact compares a checksum from crcOf with the values that it covers.
func (g *Store) isIntact(crc sql.NullInt64, values ...any) bool {
	return g.version < checksumVersion || crc.Valid && crc.Int64 == rowCRC(values...)
}
