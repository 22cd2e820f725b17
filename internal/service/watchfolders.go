package service

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"exemplar/internal/dataset"
	"exemplar/internal/service/db"
	"exemplar/internal/sorting"
)

// NewWatch says which folder is to be watched.
type NewWatch struct {
	Folder string `json:"folder" minLength:"1" maxLength:"4096" doc:"on the server's machine: what comes into it, and into folders below it, is sorted"`
	To     string `json:"to" minLength:"1" maxLength:"4096" doc:"on the server's machine: files are moved from the folder into one of their label here; it is made. What shows no document by its name (notes.txt) stays, what is not recognised goes to _unknown, what cannot be used to _failed"`
	WatchOptions
}

// WatchOptions say how files of a watched folder are sorted.
type WatchOptions struct {
	Follow bool `json:"follow,omitempty" doc:"unknown pages belong to the document before them in their file"`
	Split  bool `json:"split,omitempty" doc:"each page that matches begins a document: for a stack of one form in one file"`
	Crop   bool `json:"crop,omitempty" doc:"cut documents out of their pictures, upright"`
}

// Watch is a watched folder, and how it is.
type Watch struct {
	ID         string `json:"id"`
	Collection string `json:"collection"`
	Folder     string `json:"folder"`
	To         string `json:"to"`
	WatchOptions
	State   string    `json:"state" enum:"watching,paused,waiting,failed" doc:"waiting: for a server that may use the folder; failed: the reason says why, and it is tried again"`
	Waiting int       `json:"waiting" doc:"files in the folder that are not taken yet, as far as this server sees"`
	Passed  int       `json:"passed,omitempty" doc:"files in the folder that show no document by their names, and stay there"`
	Created time.Time `json:"created"`
	Who     string    `json:"who" doc:"that set it up"`
	WatchProgress
}

// WatchProgress is what a watch has done.
type WatchProgress struct {
	Files    int64          `json:"files" doc:"that were sorted"`
	Unknown  int64          `json:"unknown" doc:"of which a page was not recognised"`
	Failed   int64          `json:"failed" doc:"that could not be used"`
	LastFile string         `json:"last_file,omitempty"`
	LastTo   string         `json:"last_to,omitempty" doc:"where it went, below to"`
	LastAt   *time.Time     `json:"last_at,omitempty"`
	Failures []WatchFailure `json:"failures" doc:"the latest files that could not be used, at most 20"`
	Reason   string         `json:"reason,omitempty" doc:"what is wrong with the folder"`
}

// WatchFailure is a file that could not be used.
type WatchFailure struct {
	Path   string    `json:"path"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// keptFailures is how many failures are kept of a watch.
const keptFailures = 20

// The states of watches.
const (
	WatchWatching = "watching"
	WatchPaused   = "paused"
	WatchWaiting  = "waiting"
	WatchFailed   = "failed"
)

// WatchFolders are the folders of this machine in which folders may be watched.
func (s *Service) WatchFolders() []string { return slices.Clone(s.watchBelow) }

// resolveFolders makes folders absolute, with their links followed.
func resolveFolders(names []string) ([]string, error) {
	resolved := []string{}
	for _, name := range names {
		full, err := filepath.Abs(name)
		if err == nil {
			full, err = filepath.EvalSymlinks(full)
		}
		if info, statErr := os.Stat(full); err == nil && statErr == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return nil, allowedFault(name, "in which folders are to be watched", err)
		}
		resolved = append(resolved, full)
	}
	return resolved, nil
}

// watchable returns an error if a folder is not below one that the operator allows,
// wherever links lead.
func (s *Service) watchable(folder string) error {
	if len(s.watchBelow) == 0 {
		return fault(Invalid, "this server may watch no folder: start it with --watch FOLDER to allow those below it")
	}
	if !filepath.IsAbs(folder) {
		return fault(Invalid, "%q: write the whole path, from the root on", folder)
	}
	for _, allowed := range s.watchBelow {
		if sorting.IsInside(folder, allowed) {
			return nil
		}
	}
	return fault(Invalid, "%q is in no folder that this server may watch (%s): take one there, or start the server with --watch", folder, strings.Join(s.watchBelow, ", "))
}

// checkWatch returns an error if a folder cannot be watched.
func (s *Service) checkWatch(asked NewWatch) error {
	if err := errors.Join(s.watchable(asked.Folder), s.watchable(asked.To)); err != nil {
		return err
	}
	info, err := os.Stat(asked.Folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault(Invalid, "the folder %q is not there: make it, or connect its drive", asked.Folder)
	case err != nil:
		return fault(Invalid, "%q cannot be read: %v", asked.Folder, withoutPath(err))
	case !info.IsDir():
		return fault(Invalid, "%q is a file: name the folder that files come into", asked.Folder)
	case sorting.IsInside(asked.Folder, asked.To):
		return fault(Invalid, "%q cannot be sorted into %q, which it lies in: name another folder", asked.Folder, asked.To)
	}
	return nil
}

// AddWatch has a folder watched from now on.
func (s *Service) AddWatch(ctx context.Context, by Actor, collection string, asked NewWatch) (Watch, error) {
	if err := s.checkWatch(asked); err != nil {
		return Watch{}, err
	}
	options, err := json.Marshal(asked.WatchOptions)
	if err != nil {
		return Watch{}, err
	}
	row := db.Watch{ID: newID(), Collection: collection, Folder: filepath.Clean(asked.Folder), Target: filepath.Clean(asked.To), Options: string(options), Created: time.Now(), Who: by.Name, Progress: "{}"}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Collection(ctx, collection); err != nil {
			return orNoCollection(err, collection)
		}
		rows, err := tx.Watches(ctx)
		if err != nil {
			return err
		}
		for _, other := range rows {
			if sorting.IsInside(row.Folder, other.Folder) || sorting.IsInside(other.Folder, row.Folder) {
				return fault(Conflict, "%q is watched already, for the collection %q: one of the two is enough", other.Folder, other.Collection)
			}
		}
		if err := tx.AddWatch(ctx, row); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "watch.add", Collection: collection, Subject: row.ID, After: asked})
	})
	if err != nil {
		return Watch{}, explained(err)
	}
	s.wakeWatches()
	return s.shownWatch(ctx, row)
}

// Watches lists the watched folders of a collection.
func (s *Service) Watches(ctx context.Context, collection string) ([]Watch, error) {
	rows, err := s.db.Read().Watches(ctx)
	if err != nil {
		return nil, explained(err)
	}
	nodes, err := s.db.Read().Nodes(ctx)
	if err != nil {
		return nil, explained(err)
	}
	list := []Watch{}
	for _, row := range rows {
		if row.Collection != collection {
			continue
		}
		w, err := s.watchAmong(nodes, row)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

func (s *Service) shownWatch(ctx context.Context, row db.Watch) (Watch, error) {
	nodes, err := s.db.Read().Nodes(ctx)
	if err != nil {
		return Watch{}, explained(err)
	}
	return s.watchAmong(nodes, row)
}

// watchAmong is a watch as it is shown while some nodes are there.
func (s *Service) watchAmong(nodes []db.Node, row db.Watch) (Watch, error) {
	w := Watch{ID: row.ID, Collection: row.Collection, Folder: row.Folder, To: row.Target, Created: row.Created, Who: row.Who, State: WatchWaiting}
	if err := errors.Join(json.Unmarshal([]byte(row.Options), &w.WatchOptions), json.Unmarshal([]byte(row.Progress), &w.WatchProgress)); err != nil {
		return w, err
	}
	if w.Failures == nil {
		w.Failures = []WatchFailure{}
	}
	if s.watchable(row.Folder) == nil {
		w.Waiting, w.Passed = sorting.Inbox{Folder: row.Folder, MayShow: dataset.MayShow}.Waiting(row.Target)
	}
	switch {
	case row.Paused:
		w.State = WatchPaused
	case w.Reason != "":
		w.State = WatchFailed
	case isThere(nodes, row.Node):
		w.State = WatchWatching
	}
	return w, nil
}

// isThere reports whether a node is one of those that are there.
func isThere(nodes []db.Node, id string) bool {
	return slices.ContainsFunc(nodes, func(n db.Node) bool { return n.ID == id })
}

// watchOf returns a watched folder of a collection.
func (s *Service) watchOf(ctx context.Context, tx *db.Tx, collection, id string) (db.Watch, error) {
	row, err := tx.Watch(ctx, id)
	if err == nil && row.Collection != collection {
		err = db.ErrNone
	}
	return row, orUnknown(err, "no watched folder of %q has the id %q: GET watches lists them", collection, id)
}

// PauseWatch stops watching a folder, or goes on with it.
func (s *Service) PauseWatch(ctx context.Context, by Actor, collection, id string, paused bool) (Watch, error) {
	var row db.Watch
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if row, err = s.watchOf(ctx, tx, collection, id); err != nil || row.Paused == paused {
			return err
		}
		row.Paused = paused
		if err := tx.SetWatch(ctx, row); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "watch.change", Collection: collection, Subject: id, Before: !paused, After: paused})
	})
	if err != nil {
		return Watch{}, explained(err)
	}
	s.wakeWatches()
	return s.shownWatch(ctx, row)
}

// RemoveWatch ends the watching of a folder. Its files stay where they are.
func (s *Service) RemoveWatch(ctx context.Context, by Actor, collection, id string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		row, err := s.watchOf(ctx, tx, collection, id)
		if err != nil {
			return err
		}
		if err := tx.RemoveWatch(ctx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "watch.remove", Collection: collection, Subject: id, Before: map[string]string{"folder": row.Folder, "to": row.Target}})
	})
	s.wakeWatches()
	return explained(err)
}
