package backup

import "golang.org/x/sys/unix"

// exchange gives two folders each other's name in one step.
func exchange(one, other string) error {
	return unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE)
}
