package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"modernc.org/sqlite"

	"exemplar/internal/fileio"
	"exemplar/internal/store"
)

// checksumVersion is the version of file from which on there are checksums.
const checksumVersion = 3

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("row_crc", -1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		values := make([]any, len(args))
		for i, arg := range args {
			values[i] = arg
		}
		return rowCRC(values...), nil
	})
}

// rowCRC is the checksum of some columns. Of each it takes a byte for the kind
// of value, eight for its length or the number itself, and the bytes, so that
// no two rows look the same.
func rowCRC(values ...any) int64 {
	crc := uint32(0)
	take := func(kind byte, number uint64) {
		var head [9]byte
		head[0] = kind
		binary.LittleEndian.PutUint64(head[1:], number)
		crc = crc32.Update(crc, fileio.CRC32C, head[:])
	}
	bytes := func(kind byte, data []byte) {
		take(kind, uint64(len(data)))
		crc = crc32.Update(crc, fileio.CRC32C, data)
	}
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			take('n', 0)
		case int64:
			take('i', uint64(v))
		case float64: // none of ours: a damaged row
			take('f', math.Float64bits(v))
		case string:
			bytes('t', []byte(v))
		case []byte:
			bytes('b', v)
		default:
			panic(fmt.Sprintf("sqlite: checksum of a %T", value))
		}
	}
	return int64(crc)
}

// rowIntact is the SQL condition that the row r of a reference is what was
// written.
func (g *Store) rowIntact() string {
	if g.version < checksumVersion {
		return `true`
	}
	return `row_crc(r.id, r.label, r.hash, r.source, r.note, r.registered, r.width, r.height) IS r.crc`
}

// crcOf is the SQL expression for the checksum of a part of a reference, both
// given as SQL, and NULL where there is none.
func (g *Store) crcOf(part store.Part, reference, model string) string {
	if g.version < checksumVersion {
		return `NULL`
	}
	return fmt.Sprintf(`(SELECT c.crc FROM checksum c WHERE c.reference = %s AND c.part = '%s' AND c.model = %s)`, reference, part, model)
}

// isIntact compares a checksum that crcOf gave with the values that it covers.
func (g *Store) isIntact(crc sql.NullInt64, values ...any) bool {
	return g.version < checksumVersion || crc.Valid && crc.Int64 == rowCRC(values...)
}
