package db

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// translateFile wraps an error of SQLite in the sentinel that it amounts to.
func translateFile(err error) error {
	var fault *driver.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch code := fault.Code(); {
	case code&0xff == sqlite3.SQLITE_FULL, code == sqlite3.SQLITE_IOERR_SHMSIZE: // the shared memory file cannot grow
		return fmt.Errorf("%w (%w)", ErrFull, err)
	case code&0xff == sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%w (%w)", ErrBusy, err)
	}
	return err
}
