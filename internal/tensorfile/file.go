package tensorfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// MaxFile bounds the files that ReadFile takes: far above any network that this
// program can use, far below what would exhaust a machine.
const MaxFile = 1 << 30

// ReadFile reads a file of at most MaxFile bytes.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("read %q: larger than %d bytes", path, MaxFile)
	}
	return data, nil
}

// WriteFile replaces the file at path in one step: after a crash at any moment
// it holds either what it held before or all of data.
func WriteFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("write %q: %w", path, err)
		}
	}()
	if err := fill(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// fill writes, syncs and closes f, with the permissions of an ordinary file.
func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// syncFolder makes the rename itself durable. Systems that cannot sync a folder
// (Windows) order renames on their own, so a failure to open it is no error.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer folder.Close()
	folder.Sync()
	return nil
}
