package pictures

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"exemplar/internal/fileio"
)

// Folder is a folder of files.
type Folder struct{ path string }

// Path is where a file lies.
func (f Folder) Path(name string) string { return filepath.Join(f.path, filepath.FromSlash(name)) }

// Above is the folder that it lies in.
func (f Folder) Above() string { return filepath.Dir(f.path) }

func (f Folder) String() string { return folderPrefix + f.path }

// Put writes a file in one step. The folders are for their owner alone.
func (f Folder) Put(ctx context.Context, name string, data []byte) error {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return err
	}
	path := f.Path(name)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = fileio.WriteBytes(path, fileio.Private, data)
	}
	return f.fault(err)
}

// Get reads a file.
func (f Folder) Get(ctx context.Context, name string, limit int64) ([]byte, error) {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return nil, err
	}
	data, err := fileio.ReadFile(f.Path(name), limit)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(f.path); err == nil {
			return nil, fmt.Errorf("%s: %s: %w", f, name, ErrNone)
		}
		return nil, fmt.Errorf("the folder %q is not there: is its disk mounted?: %w", f.path, ErrAway)
	}
	return data, f.fault(err)
}

// Remove removes a file, and its folder if that is empty then.
func (f Folder) Remove(ctx context.Context, name string) error {
	if err := errors.Join(checkName(name), ctx.Err()); err != nil {
		return err
	}
	path := f.Path(name)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.fault(err)
	}
	_ = os.Remove(filepath.Dir(path)) // fails while it holds others
	return nil
}

// fault says what an error means for who waits.
func (f Folder) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the folder %q %w: give it to the user of the service: %w", f.path, ErrRefused, err)
	}
	return fmt.Errorf("the folder %q %w: %w", f.path, ErrAway, err)
}
