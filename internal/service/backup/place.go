package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/service/db"
)

// place is where a folder is made: beside its later name, so that it appears in one step.
type place struct {
	final string // the folder's later name
	made  string // where it is made
	lock  *db.Lock
}

// newPlace makes an empty folder beside path, and removes what killed processes left there,
// under whatever name. Only one process at a time makes a folder of one name.
func newPlace(ctx context.Context, path string) (*place, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	parent, base := filepath.Split(path)
	if base == "" {
		return nil, fmt.Errorf("%q cannot be a backup or the folder of a service", path)
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, err
	}
	p := &place{final: path}
	if p.lock, err = db.TakeLock(ctx, p.lockName()); err != nil {
		if errors.Is(err, db.ErrLocked) {
			return nil, fmt.Errorf("another process is making %q: wait until it ends", path)
		}
		return nil, fmt.Errorf("write beside %q: %w", path, err)
	}
	if err = removeUnfinished(parent, base); err == nil {
		removeAbandoned(ctx, parent)
		p.made, err = os.MkdirTemp(parent, unfinished(base))
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *place) lockName() string {
	parent, base := filepath.Split(p.final)
	return filepath.Join(parent, "."+base+lockEnding)
}

// lockEnding is that of the locks, which say what is being made: "." + name + lockEnding.
const lockEnding = ".making"

// unfinished is the beginning of the names of folders that are made for one of a name.
func unfinished(base string) string { return "." + base + ".unfinished-" }

// removeUnfinished removes the unfinished folders for a name, whose lock the caller has.
func removeUnfinished(parent, base string) error {
	entries, err := os.ReadDir(parent)
	for _, e := range entries {
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), unfinished(base)) {
			err = os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
	return err
}

// removeAbandoned removes what killed processes left of folders with other names. What a
// living one makes is locked; what cannot be removed is no reason against a new folder.
func removeAbandoned(ctx context.Context, parent string) {
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		base, ours := strings.CutSuffix(strings.TrimPrefix(e.Name(), "."), lockEnding)
		info, err := e.Info()
		if !ours || base == "" || err != nil || !info.Mode().IsRegular() || info.Size() > 0 {
			continue
		}
		left := &place{final: filepath.Join(parent, base)}
		if e.Name() != filepath.Base(left.lockName()) {
			continue
		}
		if left.lock, err = db.TakeLock(ctx, left.lockName()); err != nil {
			continue
		}
		if removeUnfinished(parent, base) == nil {
			left.close()
		} else {
			left.lock.Release()
		}
	}
}

// close removes what was made and has not got its name.
func (p *place) close() {
	if p.made != "" {
		os.RemoveAll(p.made)
	}
	p.lock.Release()
	os.Remove(p.lockName())
	os.Remove(p.lockName() + "-journal") // of a process that was killed
}

// settle gives the folder its name, at which there is nothing or an empty folder.
func (p *place) settle() error {
	syncFolders(p.made)
	if err := os.Remove(p.final); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%q is there already: %w", p.final, fileio.WithoutPath(err))
	}
	if err := os.Rename(p.made, p.final); err != nil {
		return err
	}
	p.made = ""
	fileio.SyncFolder(filepath.Dir(p.final))
	return nil
}

// syncFolders makes the names in a folder, and those below it, durable.
func syncFolders(folder string) {
	filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			fileio.SyncFolder(path)
		}
		return nil
	})
}

// isEmpty reports whether there is nothing at a path, or an empty folder.
func isEmpty(path string) (bool, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	return err == nil && len(entries) == 0, err
}

// room returns an error if a disk has less free space than is needed.
func room(folder string, needed int64) error {
	if free := fileio.FreeBytes(folder); free < needed {
		return fmt.Errorf("the disk of %q has too little space: %d MB are free, %d MB are needed: free some, or name a folder on another disk", folder, free>>20, (needed+1<<20-1)>>20)
	}
	return nil
}
