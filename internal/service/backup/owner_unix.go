//go:build unix

package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// keepOwner gives a folder to the owner of the one whose place it takes, or of the one it is
// made in, if root makes it: a server that is not root's must be able to use it.
func (p *place) keepOwner() error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(p.final)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(filepath.Dir(p.final))
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return filepath.WalkDir(p.made, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(owner.Uid), int(owner.Gid))
	})
}
