package sqlite

import (
	"syscall"
	"testing"
)

// smallDisk mounts a file system of six megabytes.
func smallDisk(t *testing.T) string {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=6m"); err != nil {
		t.Skip("no right to mount a small disk here:", err)
	}
	t.Cleanup(func() { syscall.Unmount(folder, 0) })
	return folder
}
