package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"exemplar/internal/fileio"
)

// Checksum is the CRC-32C of the columns of a row, the same in every store. Each column
// gives a byte for the kind of value, eight bytes for the number or the length, and then
// its bytes. So no two different rows give the same input. The values are nil, int64,
// float64, string or []byte; another type is a mistake of the program, and panics.
func Checksum(values ...any) int64 {
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
		case float64: // no store writes one: the row is damaged
			take('f', math.Float64bits(v))
		case string:
			bytes('t', []byte(v))
		case []byte:
			bytes('b', v)
		default:
			panic(fmt.Sprintf("store: checksum of a %T", value))
		}
	}
	return int64(crc)
}
