//go:build unix

package sqlite

import (
	"os"
	"syscall"
)

// dropPrivileges makes the process one of the user nobody, because permissions do not bind
// the administrator.
func dropPrivileges() error {
	if os.Geteuid() != 0 {
		return nil
	}
	return syscall.Setuid(65534)
}

func canDropPrivileges() bool { return true }

// setUmask sets the process's file mode creation mask and returns the former one.
func setUmask(mask int) int { return syscall.Umask(mask) }
