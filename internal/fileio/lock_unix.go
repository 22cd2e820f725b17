//go:build unix

package fileio

import (
	"errors"
	"os"
	"syscall"
)

// lock marks an unfinished file as in use until it is closed or its process ends. On a
// file system without locks nothing marks it, and nobody removes leftovers.
func lock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// removeAbandoned removes an unfinished file that no process uses.
func removeAbandoned(path string) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		os.Remove(path)
	}
}

// replace gives the file the name path while it is still locked.
func replace(f *os.File, path string) error {
	return errors.Join(os.Rename(f.Name(), path), f.Close())
}
