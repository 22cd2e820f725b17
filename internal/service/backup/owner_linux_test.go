package backup

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What root restores belongs to whom it belonged before.
func TestOwnersStay(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	folder := t.TempDir()
	from, state := filepath.Join(folder, "backup"), filepath.Join(folder, "state")
	mustMake(t, filled(t, filepath.Join(folder, "service")), from)
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(state, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	for _, opts := range []RestoreOptions{{}, {Replace: true}} {
		if _, err := Restore(t.Context(), from, filepath.Join(state, "service"), opts); err != nil {
			t.Fatal(err)
		}
		err := filepath.WalkDir(state, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err == nil && info.Sys().(*syscall.Stat_t).Uid != 65532 {
				t.Errorf("%+v: %s belongs to another", opts, path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
