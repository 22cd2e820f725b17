//go:build unix

package gallery

import (
	"os"
	"syscall"
)

// dropPrivileges makes a process of the administrator, whom permissions do not
// bind, one of nobody.
func dropPrivileges() error {
	if os.Geteuid() != 0 {
		return nil
	}
	return syscall.Setuid(65534)
}

func canDropPrivileges() bool { return true }
