package gallery

import (
	"syscall"
	"testing"
)

// smallDisk mounts a file system of one megabyte.
func smallDisk(t *testing.T) string {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("no right to mount a small disk here:", err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, 0) })
	return folder
}
