package backup

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that is too small gets nothing, and the message says how much is missing.
func TestASmallDisk(t *testing.T) {
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("no right to mount a small disk here:", err)
	}
	t.Cleanup(func() { syscall.Unmount(small, 0) })
	folder := t.TempDir()
	dir, from := filepath.Join(folder, "service"), filepath.Join(folder, "backup")
	s := filled(t, dir)
	grow(t, dir, 5<<20)
	mustMake(t, s, from)
	if _, err := Make(t.Context(), s, filepath.Join(small, "backup")); err == nil || !strings.Contains(err.Error(), "MB are needed") {
		t.Errorf("a backup: %v", err)
	}
	if _, err := Restore(t.Context(), from, filepath.Join(small, "service"), RestoreOptions{}); err == nil || !strings.Contains(err.Error(), "MB are needed") {
		t.Errorf("a restore: %v", err)
	}
	// Others fill it after the first look.
	m, err := Read(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Files {
		if f.Name == "service.db" {
			if err := f.copy(t.Context(), from, small); err == nil || !strings.Contains(err.Error(), "no space") {
				t.Errorf("a file: %v", err)
			}
		}
	}
	os.Remove(filepath.Join(small, "service.db"))
	wantAlone(t, small)
}
