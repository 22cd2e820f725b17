//go:build linux || darwin

package sqlite

import (
	"math"
	"path/filepath"
	"syscall"
)

// freeBytes is the space that this user may still take of the disk of a file.
func freeBytes(path string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		return math.MaxInt64 // on a full disk the write itself fails
	}
	return int64(min(s.Bavail*uint64(s.Bsize), math.MaxInt64))
}
