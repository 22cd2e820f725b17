package fileio

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestOnlyOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	release, err := Only(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Only(path); !errors.Is(err, ErrTaken) {
		t.Errorf("a second one: %v", err)
	}
	release()
	if release, err = Only(path); err != nil {
		t.Fatal(err)
	}
	release()
	if _, err := Only(filepath.Join(path, "x")); err == nil || errors.Is(err, ErrTaken) {
		t.Errorf("no folder: %v", err)
	}
}
