package sorting

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/sorting/journal"
)

// Undone is what has become of a file whose sorting was taken back.
type Undone struct {
	Source  string // where it lies again, or lay all the time
	PutBack bool   // it had been moved, and is back
	Removed int    // files of the result that went
	Err     error  // it is left as it is: why
}

// ErrNothingToUndo says that no run is left that could be taken back.
var ErrNothingToUndo = errors.New("no run of sort is noted there that could be taken back")

// errWatched says that what a watch sorts is not taken back: it would take it again.
var errWatched = errors.New("it came into a watched folder: what watch has sorted is not taken back, because it would be sorted again")

// Undo takes the newest run back: what was moved goes where it came from, and files of the
// result go if they are as they were made and nothing is lost with them. What was changed
// since is left, and said. Every step can be done again, so that a killed process is finished by
// the next: a file that is moved has both names for an instant, and is forgotten last.
func Undo(to string, tell func(Undone) error) (err error) {
	if _, err := os.Stat(filepath.Join(to, workFolder, "journal.db")); err != nil {
		return fmt.Errorf("%q: %w", to, ErrNothingToUndo)
	}
	s, err := Open(Options{To: to}) // which finishes what a killed process has decided
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	files, err := s.journal.Newest()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.Join(s.Finish(), fmt.Errorf("%q: %w", to, ErrNothingToUndo))
	}
	shared, err := s.journal.Shared()
	if err != nil {
		return err
	}
	slices.Reverse(files) // one may be the same as one before it, whose output it shares
	for _, f := range files {
		done := s.undo(f, shared)
		if done.Err == nil {
			if err := s.journal.Forget(f.ID); err != nil {
				return err
			}
			for _, o := range f.Outputs {
				shared[o.Target]--
			}
		}
		if err := tell(done); err != nil {
			return err
		}
	}
	return s.journal.End(s.batch, time.Now())
}

// undo takes the sorting of one file back. shared counts the files of a place that several have.
func (s *Sorter) undo(f *journal.File, shared map[string]int) Undone {
	done := Undone{Source: f.Source}
	if slices.Contains(strings.Split(filepath.ToSlash(f.Source), "/"), claimFolder) {
		done.Source, done.Err = f.Path, errWatched
		return done
	}
	for _, o := range f.Outputs {
		switch place := filepath.FromSlash(o.Target); {
		case o.Staged == "" || !s.isThere(o.Target):
		case !hasContent(s.target(o.Target), o.Hash):
			done.Err = fmt.Errorf("%q was changed since", place)
			return done
		case shared[o.Target] > 1:
			done.Err = fmt.Errorf("%q is what another file was sorted to, too, which could not be taken back", place)
			return done
		}
	}
	if !hasContent(f.Source, f.Hash) {
		if done.Err = s.putBack(f); done.Err != nil {
			return done
		}
		done.PutBack = true
	}
	os.Remove(unfinished(f)) // if a killed process has left it
	instant()
	for _, o := range f.Outputs {
		if o.Staged == "" || resolved(s.target(o.Target)) == resolved(f.Source) {
			continue // it was there before
		}
		switch err := os.Remove(s.target(o.Target)); {
		case err == nil:
			done.Removed++
			s.sweep(o.Target)
		case !errors.Is(err, fs.ErrNotExist):
			done.Err = fmt.Errorf("%q cannot be removed: %w", filepath.FromSlash(o.Target), fileio.WithoutPath(err))
			return done
		}
		instant()
	}
	return done
}

// putBack gives a file that was moved its place again, by one of its outputs that is the whole of it.
func (s *Sorter) putBack(f *journal.File) error {
	if !f.Removed {
		return errors.New("it has gone, or was changed: what was made of it is kept")
	}
	if _, err := os.Lstat(f.Source); err == nil {
		return errors.New("where it came from, another file lies now")
	}
	at := slices.IndexFunc(f.Outputs, func(o journal.Output) bool { return o.Hash == f.Hash && hasContent(s.target(o.Target), o.Hash) })
	if at < 0 {
		return errors.New("it is not in its place any more")
	}
	if err := os.MkdirAll(filepath.Dir(f.Source), 0o777); err != nil {
		return fmt.Errorf("it cannot be put back: %w", fileio.WithoutPath(err))
	}
	from := s.target(f.Outputs[at].Target)
	err := errors.ErrUnsupported
	if f.Outputs[at].Staged != "" { // else the two are other files
		err = os.Link(from, f.Source)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = copyBack(from, f)
	}
	if err != nil {
		return fmt.Errorf("it cannot be put back: %w", fileio.WithoutPath(err))
	}
	fileio.SyncFolder(filepath.Dir(f.Source))
	return nil
}

// copyBack copies a file to where it came from, whole or not at all, and over nothing.
func copyBack(from string, f *journal.File) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(unfinished(f), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, hash), in)
	err = errors.Join(err, out.Chmod(info.Mode().Perm()), out.Sync(), out.Close())
	if err == nil && [32]byte(hash.Sum(nil)) != f.Hash {
		err = errChanged
	}
	if err == nil {
		_ = os.Chtimes(out.Name(), f.Modified, f.Modified) // if not, it has the time of now
		err = rename(out.Name(), f.Source)
	}
	if err != nil {
		os.Remove(out.Name())
	}
	return err
}

// unfinished is the name of a copy on its way back. A killed process leaves it, and the next removes it.
func unfinished(f *journal.File) string {
	return filepath.Join(filepath.Dir(f.Source), fmt.Sprintf(".exemplar-%x", f.Hash[:8]))
}

// sweep removes the folders of a place that are empty now.
func (s *Sorter) sweep(target string) {
	for folder := filepath.Dir(filepath.FromSlash(target)); folder != "."; folder = filepath.Dir(folder) {
		if os.Remove(filepath.Join(s.root, folder)) != nil {
			return
		}
	}
}
