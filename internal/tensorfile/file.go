package tensorfile

import "exemplar/internal/fileio"

// MaxFile is the largest file that ReadFile reads, in bytes. It is far larger than any
// network that this program can use, and far smaller than the memory of a machine.
const MaxFile = 1 << 30

// ReadFile reads a file of at most MaxFile bytes.
func ReadFile(path string) ([]byte, error) { return fileio.ReadFile(path, MaxFile) }

// WriteFile replaces the file at path atomically: see [fileio.Write].
func WriteFile(path string, data []byte) error { return fileio.WriteBytes(path, fileio.Public, data) }
