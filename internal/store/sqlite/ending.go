package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"

	"exemplar/internal/store"
)

// headerBytes is the length of the header of a database (SQLite's database file format,
// section 1.3).
const headerBytes = 100

// lacking is how many bytes a file of size bytes lacks at its end of what its header says
// that it has; 0 where the header does not say it.
func lacking(path string, size int64) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var header [headerBytes]byte
	if _, err := io.ReadFull(f, header[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 1 << 16
	}
	// The number of pages counts only if it was written with the last change (1.3.7).
	if binary.BigEndian.Uint32(header[24:]) != binary.BigEndian.Uint32(header[92:]) {
		return 0, nil
	}
	return max(0, page*int64(binary.BigEndian.Uint32(header[28:]))-size), nil
}

// fillEnd puts zeros where a file lacks its end, since SQLite opens no file that is
// shorter than it should be. What lay there is damaged then, but for what a log beside the
// file holds, and the rest can be read. It returns how many bytes they are.
func fillEnd(path string, size int64) (filled int64, err error) {
	lacks, err := lacking(path, size)
	if err != nil || lacks == 0 {
		return 0, err
	}
	return lacks, os.Truncate(path, size+lacks)
}

// explainEnd adds to an error of opening a file that its end is missing, if it is.
func explainEnd(path string, err error) error {
	info, cannot := os.Stat(path)
	if cannot != nil {
		return err
	}
	lacks, cannot := lacking(path, info.Size())
	if cannot != nil || lacks == 0 {
		return err
	}
	return fmt.Errorf("%w (%s of its end are missing: exemplar gallery repair keeps what can be read)", store.ErrCorrupt, humanize.IBytes(uint64(lacks)))
}
