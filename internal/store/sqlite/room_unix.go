//go:build linux || darwin

package sqlite

import (
	"math"
	"path/filepath"
	"syscall"
)

// freeBytes is what is left for us of the disk that a file lies on.
func freeBytes(path string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		return math.MaxInt64 // it shows when it is written
	}
	return int64(min(s.Bavail*uint64(s.Bsize), math.MaxInt64))
}
