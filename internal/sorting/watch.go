package sorting

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"exemplar/internal/fileio"
	"exemplar/internal/sorting/journal"
)

// Inbox is a folder of which every file that comes in is sorted, with those in folders below it.
type Inbox struct {
	Folder string
	// Every is the time between two looks into the folder, and the time for which a file must
	// rest before it is taken.
	Every time.Duration
	// MayShow says by a path whether there may be a document in the file; what shows none is left
	// where it is. Nil: every file may.
	MayShow func(path string) bool
	// Left is told once of each file that is left, by its name in the folder; nil tells nobody.
	Left func(name string)
	// Say is told of what does not end the watch: a file that cannot be taken, a full disk.
	Say func(error)
	// Well is told when what Say was told has passed; nil tells nobody.
	Well func()
}

// Waiting counts the files of the folder that are not taken yet, and those that are left, for who
// sorts into another folder.
func (i Inbox) Waiting(to string) (waiting, left int) {
	w := &watch{Inbox: i, sorter: &Sorter{root: to}, saying: map[string]string{}}
	w.Say = func(error) {}
	found, _ := w.list()
	for _, is := range found {
		if is.left {
			left++
		}
	}
	return len(found) - left, left
}

// Name is the name in the folder of a file that was taken out of it, by its path.
func (i Inbox) Name(path string) string {
	rel, err := filepath.Rel(filepath.Join(i.Folder, claimFolder), path)
	if err != nil {
		return filepath.Base(path)
	}
	_, name, _ := strings.Cut(rel, string(filepath.Separator))
	return name
}

// claimFolder holds, in the inbox, the files that were taken from it and are not sorted yet:
// each in a folder of its own, under its path.
const claimFolder = ".exemplar-work"

// mostTries is how often the program may have ended while it was at work on one file. By eye:
// nobody stops it so often by chance.
const mostTries = 5

// watch is an [Inbox] that is being watched.
type watch struct {
	Inbox
	sorter  *Sorter
	resting map[string]resting // files by their paths in the inbox
	said    map[string]string  // faults of the last look, by their paths
	saying  map[string]string  // those of this one
	events  *fsnotify.Watcher  // nil where there are none
	lock    fs.FileInfo        // of the file that keeps others out; nil: none does
	release func()
}

// newEvents asks the system for events; tests do without.
var newEvents = fsnotify.NewWatcher

// resting is a file that nobody has written to since.
type resting struct {
	size  int64
	time  time.Time
	since time.Time // at the end of the look that saw it so first
	left  bool      // it shows no document by its name
	told  bool      // that it is left
}

// Watch sorts what comes into a folder until ctx ends; then it finishes what it has in hand. The
// options must say [Move]. A look into the folder is the truth; events of the system only make
// it come sooner, because network folders send none. A file is taken when it has not changed
// from one look to another that is Every later.
func (s *Sorter) Watch(ctx context.Context, inbox Inbox) error {
	w := &watch{Inbox: inbox, sorter: s, resting: map[string]resting{}}
	defer w.leave()
	err := w.settle()
	if err != nil {
		return err
	}
	if w.events, err = newEvents(); err == nil {
		defer w.events.Close()
	}
	for {
		next := w.look(ctx)
		if !w.wait(ctx, next) {
			return nil
		}
	}
}

// settle makes the folder of what is taken, and keeps others out of it; anew if it has gone
// meanwhile, with the inbox, or is another one since a drive was connected.
func (w *watch) settle() error {
	path := filepath.Join(w.claims(), "lock")
	if at, err := os.Stat(path); err == nil && w.lock != nil && os.SameFile(at, w.lock) {
		return nil
	}
	w.leave()
	if info, err := os.Stat(w.Folder); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return fmt.Errorf("the folder %q is not there: make it again, or connect its drive; then it goes on by itself", w.Folder)
	} else if err != nil {
		return fmt.Errorf("the folder %q cannot be read (%w): mend that; then it goes on by itself", w.Folder, fileio.WithoutPath(err))
	}
	if err := os.Mkdir(w.claims(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("no file can be taken out of %q (%w): let this program write to it; then it goes on by itself", w.Folder, fileio.WithoutPath(err))
	}
	release, err := fileio.Only(path)
	if err != nil {
		return fmt.Errorf("watch %q: %w", w.Folder, fileio.WithoutPath(err))
	}
	w.release = release
	w.lock, err = os.Stat(path)
	return err
}

// leave lets others in.
func (w *watch) leave() {
	if w.release != nil {
		w.release()
	}
	w.lock, w.release = nil, nil
}

func (w *watch) claims() string { return filepath.Join(w.Folder, claimFolder) }

// wait waits for the time of the next look or for an event. It returns false when the watch is
// over.
func (w *watch) wait(ctx context.Context, next time.Time) bool {
	// Events come in crowds: after one there is time for the others.
	const crowd = 500 * time.Millisecond
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	var events chan fsnotify.Event
	var faults chan error
	if w.events != nil {
		events, faults = w.events.Events, w.events.Errors
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case e := <-events:
			if !passesOver(filepath.Base(e.Name)) {
				timer.Reset(min(crowd, max(0, time.Until(next))))
				events = nil // until the look
			}
		case <-faults: // too many events, perhaps: looks do not depend on them
		}
	}
}

// look sorts what lies in the folder and rests, and returns the time of the next look.
func (w *watch) look(ctx context.Context) (next time.Time) {
	w.saying = map[string]string{}
	defer func() {
		if len(w.said) > 0 && len(w.saying) == 0 && w.Well != nil {
			w.Well()
		}
		w.said = w.saying
	}()
	err := w.settle()
	if err == nil {
		err = w.sorter.settle()
	}
	if err != nil {
		w.say("", err)
		return time.Now().Add(w.Every)
	}
	if !w.leftovers(ctx) { // there is no room: more would only wait elsewhere
		return time.Now().Add(w.Every)
	}
	begun := time.Now()
	found, err := w.list()
	if err != nil {
		w.say("", fmt.Errorf("%q cannot be read: %w", w.Folder, fileio.WithoutPath(err)))
		return time.Now().Add(w.Every)
	}
	ready, next := w.rested(found, begun, time.Now())
	w.sort(ctx, w.claim(ctx, ready))
	w.sweep()
	return next
}

// rested returns which of the files that a look has found rest for long enough, and the time of
// the next look. The look began and ended at these times: a file was seen at some time between
// them, and a large folder, or one of a network, takes long to list.
func (w *watch) rested(found map[string]resting, begun, ended time.Time) (ready []string, next time.Time) {
	next = ended.Add(w.Every)
	for path, is := range found {
		was, known := w.resting[path]
		if !known || was.size != is.size || !was.time.Equal(is.time) {
			is.since, is.told = ended, was.told
			was = is
		}
		isReady := begun.Sub(was.since) >= w.Every
		if isReady && was.left && !was.told { // not before: it may get its name when it is whole
			was.told = true
			w.tell(path)
		}
		found[path] = was
		if isReady && !was.left {
			ready = append(ready, path)
		} else if at := was.since.Add(w.Every); !isReady && at.Before(next) {
			next = at
		}
	}
	w.resting = found
	slices.Sort(ready)
	return ready, next
}

// tell tells of a file that it is left.
func (w *watch) tell(path string) {
	if rel, err := filepath.Rel(w.Folder, path); err == nil && w.Left != nil {
		w.Left(rel)
	}
}

// sweep removes the folders of files that were sorted.
func (w *watch) sweep() {
	folders, _ := os.ReadDir(w.claims())
	for _, folder := range folders {
		if folder.IsDir() {
			removeEmpty(filepath.Join(w.claims(), folder.Name()))
		}
	}
}

// sort sorts what was taken, also when ctx ends meanwhile. It returns false if there is no room.
func (w *watch) sort(ctx context.Context, sources iter.Seq[Source]) bool {
	w.sorter.seen = map[string]bool{}
	w.sorter.apart = nil
	w.sorter.folders = map[string]folder{} // somebody may have put files there since
	return w.done(w.sorter.Run(context.WithoutCancel(ctx), sources))
}

// done says what went wrong: what was taken is still there, and is tried again. It returns false
// if there is no room for anything.
func (w *watch) done(err error) bool {
	if err != nil {
		w.say(err.Error(), err)
	}
	return !slices.ContainsFunc([]error{journal.ErrFull, journal.ErrReadOnly, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS},
		func(one error) bool { return errors.Is(err, one) })
}

// list are the files in the folder.
func (w *watch) list() (map[string]resting, error) {
	found := map[string]resting{}
	to := w.sorter.root
	err := filepath.WalkDir(w.Folder, func(path string, d fs.DirEntry, err error) error {
		if path == w.Folder {
			w.expect(path)
			return err
		}
		switch {
		case err != nil:
			w.say(path, fmt.Errorf("%q cannot be read: %w", path, fileio.WithoutPath(err)))
			return skip(d)
		case passesOver(d.Name()) || d.IsDir() && (resolved(path) == resolved(to) || isUndelivered(path)):
			return skip(d)
		case d.IsDir():
			w.expect(path)
		case d.Type().IsRegular():
			info, err := d.Info()
			if err == nil {
				found[path] = resting{size: info.Size(), time: info.ModTime(), left: w.MayShow != nil && !w.MayShow(path)}
			} // else it has gone
		}
		return nil
	})
	return found, err
}

// expect asks for the events of a folder.
func (w *watch) expect(folder string) {
	if w.events != nil {
		_ = w.events.Add(folder) // again does no harm; without, there are looks
	}
}

func skip(d fs.DirEntry) error {
	if d != nil && d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// passesOver says of a name that it is no file for people to send, or not whole yet.
func passesOver(name string) bool {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "~"):
		return true
	case slices.Contains([]string{"@eadir", "thumbs.db", "desktop.ini", "#recycle", "$recycle.bin", "system volume information", "lost+found"}, lower):
		return true
	}
	return slices.Contains([]string{".part", ".partial", ".tmp", ".crdownload", ".filepart"}, filepath.Ext(lower))
}

// isUndelivered says whether a folder holds the messages of a maildir that are still coming in.
func isUndelivered(folder string) bool {
	beside := func(name string) bool {
		info, err := os.Stat(filepath.Join(filepath.Dir(folder), name))
		return err == nil && info.IsDir()
	}
	return filepath.Base(folder) == "tmp" && beside("new") && beside("cur")
}

// claim takes files out of the folder, each when it is its turn, until ctx ends.
func (w *watch) claim(ctx context.Context, paths []string) iter.Seq[Source] {
	return func(yield func(Source) bool) {
		for _, path := range paths {
			if ctx.Err() != nil {
				return
			}
			source, err := w.take(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // somebody else has
			}
			if err != nil {
				w.say(path, fmt.Errorf("%q cannot be taken: %w", path, fileio.WithoutPath(err)))
				continue
			}
			if !yield(source) {
				return
			}
		}
	}
}

// take takes a file by giving it another name, which only one can.
func (w *watch) take(path string) (Source, error) {
	f, err := os.Open(path) // what cannot be read is left
	if err != nil {
		return Source{}, err
	}
	f.Close()
	rel, err := filepath.Rel(w.Folder, path)
	if err != nil {
		return Source{}, err
	}
	own, err := os.MkdirTemp(w.claims(), "*")
	if err != nil {
		return Source{}, err
	}
	claimed := filepath.Join(own, rel)
	err = os.MkdirAll(filepath.Dir(claimed), 0o700)
	if err == nil {
		err = os.Rename(path, claimed)
	}
	if err != nil {
		removeEmpty(own)
		return Source{}, err
	}
	instant()
	return Source{Path: claimed, Name: rel, Key: path}, nil
}

// leftovers sorts what was taken and not sorted: by a process that was killed, or because there
// was no room. Each file is sorted alone, and counts how often that was tried, so that one that
// ends the program every time keeps the others waiting for some starts only. It returns false if
// there is no room.
func (w *watch) leftovers(ctx context.Context) bool {
	folders, err := os.ReadDir(w.claims())
	if err != nil {
		w.say("", fmt.Errorf("%q cannot be read: %w", w.claims(), fileio.WithoutPath(err)))
		return true
	}
	room := true
	for _, folder := range folders {
		own := filepath.Join(w.claims(), folder.Name())
		if !folder.IsDir() || ctx.Err() != nil || !room {
			continue
		}
		rel, ok := onlyFile(own)
		if !ok {
			continue
		}
		tried := own + "~"
		if os.Rename(own, tried) != nil {
			continue
		}
		instant()
		room = w.again(ctx, tried, rel)
		if _, err := os.Stat(filepath.Join(tried, rel)); err == nil { // it is no file that ends the program
			_ = os.Rename(tried, strings.TrimRight(own, "~"))
		}
		removeEmpty(tried)
	}
	return room
}

// again sorts a file that was taken, in a folder whose name counts how often that was tried. It
// returns false if there is no room.
func (w *watch) again(ctx context.Context, folder, rel string) bool {
	source := Source{Path: filepath.Join(folder, rel), Name: rel, Key: filepath.Join(w.Folder, rel)}
	if strings.Count(filepath.Base(folder), "~") < mostTries { // the first time it had no such sign
		return w.sort(ctx, slices.Values([]Source{source}))
	}
	why := fmt.Errorf("the program has ended %d times while it was at work on it: open it with another, and save it anew", mostTries)
	return w.done(w.sorter.fail(ctx, source, why))
}

// fail files a file that is not read.
func (s *Sorter) fail(ctx context.Context, source Source, why error) error {
	o := s.open(source)
	o.pages = []answered{{answers: []Answer{{Decision: Refused, Reason: why.Error()}}}}
	filed, err := s.file(ctx, o)
	if err == nil && s.Filed != nil {
		err = s.Filed(filed)
	}
	return err
}

// onlyFile is the file in a folder and those below it.
func onlyFile(folder string) (rel string, ok bool) {
	var path string
	_ = filepath.WalkDir(folder, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			path, ok = at, true
			return fs.SkipAll
		}
		return nil
	})
	rel, err := filepath.Rel(folder, path)
	return rel, ok && err == nil
}

// removeEmpty removes the empty folders in a folder, and the folder if nothing is left.
func removeEmpty(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			removeEmpty(filepath.Join(folder, e.Name()))
		}
	}
	_ = os.Remove(folder) // unless a file is in it
}

// say says of a path what is wrong with it, and not again while that lasts.
func (w *watch) say(path string, err error) {
	if w.said[path] != err.Error() && w.saying[path] != err.Error() {
		w.Say(err)
	}
	w.saying[path] = err.Error()
}
