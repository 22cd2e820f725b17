package sorting

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"exemplar/internal/fileio"
	"exemplar/internal/sorting/journal"
)

// finish puts the outputs of a decided file into their places, and takes its source away if it
// is moved; stuck says why that was not possible. Whatever of that was done before is not done
// again.
func (s *Sorter) finish(f *journal.File) (stuck, err error) {
	for i := range f.Outputs {
		if err := s.publish(f, i); err != nil {
			return nil, err
		}
		instant()
	}
	if f.Removed && isUnchanged(f) {
		if err := os.Remove(f.Source); err != nil && !errors.Is(err, fs.ErrNotExist) {
			stuck = fmt.Errorf("it is sorted, and cannot be taken away: %w", fileio.WithoutPath(err))
		}
		fileio.SyncFolder(filepath.Dir(f.Source))
		instant()
	}
	f.Done = true
	return stuck, s.journal.Done(f.ID)
}

// publish puts an output into its place; into the next one of the name if somebody else has
// taken it meanwhile.
func (s *Sorter) publish(f *journal.File, number int) error {
	o := &f.Outputs[number]
	if o.Staged == "" {
		return nil
	}
	staged := s.work(filepath.Join("staged", o.Staged))
	if _, err := os.Lstat(staged); errors.Is(err, fs.ErrNotExist) {
		return nil // it is in its place, or was taken from there
	}
	wish := o.Target
	for n := 2; ; n++ {
		target := s.target(o.Target)
		folder := filepath.Dir(target)
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return s.cannotWrite(fmt.Errorf("folder %q: %w", filepath.Dir(filepath.FromSlash(o.Target)), fileio.WithoutPath(err)))
		}
		err := rename(staged, target)
		if errors.Is(err, fs.ErrExist) && hasContent(target, o.Hash) { // a hard link was made, and its first name not removed
			err = os.Remove(staged)
		}
		if err == nil {
			s.occupy(o.Target)
			fileio.SyncFolder(folder)
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return s.cannotWrite(fmt.Errorf("%q: %w", o.Target, fileio.WithoutPath(err)))
		}
		for o.Target = numbered(wish, n); s.occupied(o.Target) != ""; n++ {
			o.Target = numbered(wish, n+1)
		}
		if err := s.journal.Retarget(f.ID, number, o.Target); err != nil {
			return err
		}
	}
}

// rename gives a file another name, which nothing may have: [fs.ErrExist].
func rename(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		instant()
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// A file system without hard links. Only this process puts files there, so that what is not
	// there now will not be.
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// finishUndone finishes what a killed process has decided, and removes what it had not.
func (s *Sorter) finishUndone() error {
	undone, err := s.journal.Undone()
	if err != nil {
		return err
	}
	for _, f := range undone {
		if _, err := s.finish(f); err != nil { // what could not be taken away is sorted again
			return err
		}
	}
	left, err := os.ReadDir(s.work("staged"))
	if err != nil {
		return s.cannotWrite(err)
	}
	for _, entry := range left {
		if err := os.Remove(s.work(filepath.Join("staged", entry.Name()))); err != nil {
			return s.cannotWrite(err)
		}
	}
	return nil
}
