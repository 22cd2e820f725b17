//go:build linux || darwin

package fileio

import (
	"math"
	"syscall"
)

// FreeBytes is the space that this user may still take of the disk of a folder.
func FreeBytes(folder string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return math.MaxInt64 // on a full disk the write itself fails
	}
	return int64(min(s.Bavail*uint64(s.Bsize), math.MaxInt64))
}
