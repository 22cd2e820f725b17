package tensorfile

import "exemplar/internal/fileio"

// MaxFile bounds the files that ReadFile takes: far above any network that this
// program can use, far below what would exhaust a machine.
const MaxFile = 1 << 30

// ReadFile reads a file of at most MaxFile bytes.
func ReadFile(path string) ([]byte, error) { return fileio.ReadFile(path, MaxFile) }

// WriteFile replaces the file at path in one step: see [fileio.Write].
func WriteFile(path string, data []byte) error { return fileio.WriteBytes(path, fileio.Public, data) }
