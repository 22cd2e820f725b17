// Package fileio reads and writes whole files, for all packages. A written file
// appears complete or not at all (write.go, lock_*.go). A file to read has a limit,
// which is checked before memory is taken (read.go). Text for a spreadsheet cannot
// become a formula (cell.go), and files have one checksum (checksum.go).
package fileio

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Private is the mode of files that may show people's documents. Public is the mode
// of all others.
const (
	Private fs.FileMode = 0o600
	Public  fs.FileMode = 0o644
)

// Write replaces the file at path in one step by what fill writes. After a failure at
// any moment the file has its old content or all of the new. It gets the given mode,
// whatever the umask. Write follows links. It writes straight to a device, a pipe or a
// socket, which cannot be replaced.
//
// Write also removes the unfinished files of earlier calls for the same path that were
// killed.
func Write(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	if err := write(path, mode, fill); err != nil {
		return fmt.Errorf("write %q: %w", path, WithoutPath(err))
	}
	return nil
}

// WriteBytes is [Write] of bytes in memory.
func WriteBytes(path string, mode fs.FileMode, data []byte) error {
	return Write(path, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func write(path string, mode fs.FileMode, fill func(io.Writer) error) (err error) {
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		return writeStraight(path, fill)
	}
	if target, linkErr := filepath.EvalSymlinks(path); linkErr == nil {
		path = target
	}
	removeLeftovers(path)
	f, err := os.CreateTemp(filepath.Dir(path), temporary(path)+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	lock(f)
	if err := fillBuffered(f, fill); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(mode), f.Sync()); err != nil {
		return err
	}
	if err := replace(f, path); err != nil {
		return err
	}
	SyncFolder(filepath.Dir(path))
	return nil
}

func writeStraight(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(fillBuffered(f, fill), f.Close())
}

func fillBuffered(f *os.File, fill func(io.Writer) error) error {
	out := bufio.NewWriterSize(f, 1<<16)
	if err := fill(out); err != nil {
		return err
	}
	return out.Flush()
}

// temporary is the beginning of the names of unfinished files for path.
func temporary(path string) string { return "." + filepath.Base(path) + ".unfinished-" }

// removeLeftovers removes the unfinished files for path whose writers are gone.
func removeLeftovers(path string) {
	folder, prefix := filepath.Dir(path), temporary(path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if len(entry.Name()) > len(prefix) && entry.Name()[:len(prefix)] == prefix && entry.Type().IsRegular() {
			removeAbandoned(filepath.Join(folder, entry.Name()))
		}
	}
}

// SyncFolder makes new names in a folder durable, if the system can. It returns no
// error, because the files themselves are written already.
func SyncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// WithoutPath takes the path, which may be a temporary one, out of an error. The
// caller names the file that the user knows.
func WithoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}
