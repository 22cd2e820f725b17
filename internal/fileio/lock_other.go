//go:build !unix

package fileio

import "os"

// lock does nothing: this system does not remove an open file.
func lock(*os.File) {}

// removeAbandoned removes an unfinished file, which fails while it is open.
func removeAbandoned(path string) { os.Remove(path) }

// replace gives the file the name path. The file must be closed before.
func replace(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
