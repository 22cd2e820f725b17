package fileio

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge says that a file or a stream holds more than the limit.
var ErrTooLarge = errors.New("larger than the limit")

// ReadFile reads a file of at most limit bytes. Of a pipe or a device it reads at most
// one byte beyond the limit.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := ReadOpen(f, limit)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, WithoutPath(err))
	}
	return data, nil
}

// ReadOpen is [ReadFile] of a file that is open. The error does not name it.
func ReadOpen(f *os.File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errors.New("is a folder")
	}
	if info.Mode().IsRegular() && info.Size() > limit {
		return nil, fmt.Errorf("it has %s: %w", inWords(info.Size()), tooLarge(limit))
	}
	data, err := readAll(f, sizeHint(info), limit)
	return data, WithoutPath(err)
}

// ReadAll reads r to its end, which must come within limit bytes. It takes at most
// four thirds of the memory of the data, and a megabyte. The rest of its buffer costs
// nothing, because the system gives memory to a page when it is first written.
func ReadAll(r io.Reader, limit int64) ([]byte, error) { return readAll(r, 0, limit) }

// firstBuffer is the size of the first buffer for a stream, in bytes. Each next buffer
// is growth times as large. All earlier ones together then have a third of its size.
const firstBuffer, growth = 1 << 20, 4

func readAll(r io.Reader, hint, limit int64) ([]byte, error) {
	most := limit + 1 // the byte beyond shows that there are too many
	if hint == 0 {
		hint = firstBuffer
	}
	data := make([]byte, 0, min(hint+1, most))
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, tooLarge(limit)
		}
		if errors.Is(err, io.EOF) {
			return trimmed(data), nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(make([]byte, 0, min(growth*int64(cap(data)), most)), data...)
		}
	}
}

// trimmed copies data out of the first buffer if that is much too large. The unused
// end of a later buffer was never written, and costs nothing.
func trimmed(data []byte) []byte {
	if cap(data) <= 2*len(data) || cap(data) > firstBuffer+1 {
		return data
	}
	return append(make([]byte, 0, len(data)), data...)
}

// sizeHint is the size of a regular file, and 0 for a pipe or a device.
func sizeHint(info os.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return 0
}

func tooLarge(limit int64) error { return fmt.Errorf("%w of %s", ErrTooLarge, inWords(limit)) }

func inWords(bytes int64) string {
	switch {
	case bytes >= 10<<30:
		return fmt.Sprintf("%d GiB", bytes>>30)
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
