package service

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"time"

	"exemplar/internal/service/db"
)

// stillWait is how long [Service.Still] waits for changes of galleries to end, and others
// wait with theirs for it; stillPoll is how often they look (by eye).
const (
	stillWait = 2 * time.Second
	stillPoll = 20 * time.Millisecond
)

// intentStill marks that somebody waits until no gallery is changed, for whom new changes
// wait. It is no change itself.
const intentStill = "still"

// errStirring says that a gallery is being changed.
var errStirring = errors.New("a gallery is being changed")

// Still calls do at a moment in which no change is recorded and, if there is such a moment
// within some seconds, none is under way in a gallery either: new ones wait for it. do gets the names of the
// files of the service, below its folder, with slashes. What changes in galleries
// meanwhile was noted before, as for a process that is killed. Writers wait until do
// returns.
func (s *Service) Still(ctx context.Context, do func(files []string) error) error {
	if s.store != "" {
		return errors.New("the service has no files: it is in a database")
	}
	mark := intent{ID: newID(), What: intentStill}
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return mark.add(ctx, tx, s.node) }); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return orGone(tx.RemoveIntent(ctx, mark.ID)) }); err != nil {
			s.log.Error("let changes of galleries go on", "error", err) // they do by themselves, soon
		}
	}()
	for end := time.Now().Add(stillWait); ; time.Sleep(stillPoll) {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			changes, _, err := underWay(ctx, tx)
			if err != nil {
				return err
			}
			if changes > 0 && time.Now().Before(end) {
				return errStirring
			}
			files, err := s.files(ctx, tx)
			if err != nil {
				return err
			}
			return do(files)
		})
		if !errors.Is(err, errStirring) {
			return err
		}
	}
}

// underWay counts the changes that are, and says whether somebody waits for their end.
func underWay(ctx context.Context, tx *db.Tx) (changes int, awaited bool, err error) {
	rows, err := tx.Intents(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, row := range rows {
		var i intent
		switch err := json.Unmarshal([]byte(row.Body), &i); {
		case err != nil || i.What != intentStill:
			changes++
		case !i.isStale():
			awaited = true
		}
	}
	return changes, awaited, nil
}

// isStale says of a mark that who set it was killed.
func (i *intent) isStale() bool { return time.Since(i.At) > 2*stillWait }

// Files are the names of the databases of the service, below its folder, with slashes.
func (s *Service) Files(ctx context.Context) ([]string, error) { return s.files(ctx, s.db.Read()) }

// files are the names of the databases of the folder: its own, and the galleries of its
// collections.
func (s *Service) files(ctx context.Context, tx *db.Tx) ([]string, error) {
	var files []string
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && filepath.Ext(e.Name()) == filepath.Ext(databaseName) {
			files = append(files, e.Name())
		}
	}
	collections, err := tx.Collections(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range collections {
		name, err := s.galleryName(c.Name)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(name); err == nil { // else nobody has opened it yet
			files = append(files, path.Join(collectionsFolder, filepath.Base(name)))
		}
	}
	return files, nil
}

// collectionsFolder is the folder of the galleries.
const collectionsFolder = "collections"
