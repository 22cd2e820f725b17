package fileio

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge says that a file, or what has no size, holds more than the limit.
var ErrTooLarge = errors.New("larger than the limit")

// ReadFile reads a file of at most limit bytes. A pipe or device is read up to
// the limit and one byte beyond, never further.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("read %q: is a folder", path)
	}
	if info.Mode().IsRegular() && info.Size() > limit {
		return nil, fmt.Errorf("read %q: %w", path, tooLarge(limit))
	}
	data, err := readAll(f, sizeHint(info), limit)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, withoutPath(err))
	}
	return data, nil
}

// ReadAll reads r to its end, which must come within limit bytes.
func ReadAll(r io.Reader, limit int64) ([]byte, error) { return readAll(r, 0, limit) }

func readAll(r io.Reader, hint, limit int64) ([]byte, error) {
	data := make([]byte, 0, min(hint, limit)+512)
	bounded := io.LimitReader(r, limit+1)
	for {
		n, err := bounded.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, tooLarge(limit)
		}
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// sizeHint is what a regular file will hold; what has no size says nothing.
func sizeHint(info os.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return 0
}

func tooLarge(limit int64) error {
	if limit >= 1<<20 {
		return fmt.Errorf("%w of %d MiB", ErrTooLarge, limit>>20)
	}
	return fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
}
