//go:build !unix

package fileio

import "os"

// lock does nothing: an open file cannot be removed here.
func lock(*os.File) {}

// removeAbandoned removes an unfinished file, which fails while it is open.
func removeAbandoned(path string) { os.Remove(path) }

// replace gives the file the name path, for which it must be closed.
func replace(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
