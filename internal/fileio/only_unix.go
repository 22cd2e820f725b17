//go:build unix

package fileio

import (
	"errors"
	"os"
	"syscall"
)

// takeLock locks a file for this process, and reports whether another one has it.
func takeLock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOLCK) {
		return false, nil // a file system without locks: nothing can be known
	}
	return false, err
}
