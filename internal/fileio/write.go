// Package fileio reads and writes whole files such that nothing is ever half
// there: what is written appears complete or not at all, and what is read is
// bounded before memory is taken.
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

// Private is the mode of what may show people's documents; Public that of all
// else.
const (
	Private fs.FileMode = 0o600
	Public  fs.FileMode = 0o644
)

// Write replaces the file at path in one step by what fill writes: after a
// failure at any moment it holds what it held before, or all that is new. It has
// the given mode whatever the umask. Links are followed. Devices, pipes and
// sockets cannot be replaced and are written straight.
//
// What earlier calls for the same path left behind when they were killed is
// removed.
func Write(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	if err := write(path, mode, fill); err != nil {
		return fmt.Errorf("write %q: %w", path, withoutPath(err))
	}
	return nil
}

// WriteBytes is [Write] of bytes that are there already.
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

// temporary is how the names of unfinished files for path begin.
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

// SyncFolder makes new names in a folder durable, where the system can: it is an
// addition to safety, and no reason to fail when all is written.
func SyncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// withoutPath takes the path out of an error: the caller names the file that was
// asked for, not a temporary one.
func withoutPath(err error) error {
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
