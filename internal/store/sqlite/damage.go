package sqlite

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// How damage shows.
const (
	whyChecksum = "not what was written"
	whyMissing  = "missing"
	whyUnsummed = "without its checksum"
	whyPages    = "in pages of the file that cannot be read"
)

// isCorrupt reports that SQLite could not interpret a page.
func isCorrupt(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_CORRUPT
}
