package service

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
	"exemplar/internal/store/open"
)

// Collection is a gallery with what the service does with its answers.
type Collection struct {
	Name          string    `json:"name"`
	Title         string    `json:"title" doc:"for people; the name if none was given"`
	FPIR          float64   `json:"fpir" doc:"share of strangers that may be accepted"`
	KeepPictures  string    `json:"keep_pictures" enum:"none,unknown,all" doc:"which pictures are kept that are classified: none, those that a person is to look at, or all"`
	RetentionDays int       `json:"retention_days" doc:"days after which decisions and their pictures are removed; 0: never"`
	Created       time.Time `json:"created"`

	Labels         int   `json:"labels" doc:"that have references"`
	References     int   `json:"references"`
	Bytes          int64 `json:"bytes" doc:"of the gallery on the disk"`
	GalleryVersion int64 `json:"gallery_version" doc:"number of the gallery's last change"`
	Inbox          int64 `json:"inbox" doc:"answers that wait for a person"`
}

// What of the pictures is kept.
const (
	KeepNone    = "none"
	KeepUnknown = "unknown"
	KeepAll     = "all"
)

// NewCollection says what a collection is to be; a field that is left out has its
// default.
type NewCollection struct {
	Name          string  `json:"name" minLength:"1" maxLength:"63" pattern:"^[a-z0-9][a-z0-9-]*$" patternDescription:"small letters (a to z), digits and -, with a letter or a digit first" doc:"small letters, digits and -" example:"mailroom"`
	Title         string  `json:"title,omitempty" maxLength:"200" doc:"for people"`
	FPIR          float64 `json:"fpir,omitempty" exclusiveMinimum:"0" exclusiveMaximum:"1" doc:"share of strangers that may be accepted, above 0 and below 1; 0.01 if left out"`
	KeepPictures  string  `json:"keep_pictures,omitempty" enum:"none,unknown,all" doc:"none if left out"`
	RetentionDays int     `json:"retention_days,omitempty" minimum:"0" maximum:"36500" doc:"0 or left out: for ever"`
}

// CollectionChange says what of a collection is to be other; what is left out stays.
type CollectionChange struct {
	Title         *string  `json:"title,omitempty" maxLength:"200"`
	FPIR          *float64 `json:"fpir,omitempty" exclusiveMinimum:"0" exclusiveMaximum:"1"`
	KeepPictures  *string  `json:"keep_pictures,omitempty" enum:"none,unknown,all"`
	RetentionDays *int     `json:"retention_days,omitempty" minimum:"0" maximum:"36500"`
}

var collectionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func noCollection(name string) error {
	return fault(Unknown, "there is no collection %q: GET /api/v1/collections lists them", name)
}

// check returns an error if a collection makes no sense.
func check(c db.Collection) error {
	if !collectionName.MatchString(c.Name) {
		return fault(Invalid, "%q is no name of a collection: take up to 63 small letters, digits and -, such as mailroom", c.Name)
	}
	if err := exemplar.CheckFPIR(c.FPIR); err != nil {
		return explained(err)
	}
	switch c.KeepPictures {
	case KeepNone, KeepUnknown, KeepAll:
		return nil
	}
	return fault(Invalid, "keep_pictures %q: want none, unknown or all", c.KeepPictures)
}

// CreateCollection makes a collection.
func (s *Service) CreateCollection(ctx context.Context, by Actor, asked NewCollection) (Collection, error) {
	c := db.Collection{Name: asked.Name, Title: asked.Title, FPIR: asked.FPIR, KeepPictures: asked.KeepPictures, RetentionDays: asked.RetentionDays, Created: time.Now()}
	if c.FPIR == 0 {
		c.FPIR = exemplar.DefaultFPIR
	}
	if c.KeepPictures == "" {
		c.KeepPictures = KeepNone
	}
	if c.Title == "" {
		c.Title = c.Name
	}
	if err := check(c); err != nil {
		return Collection{}, err
	}
	if err := exemplar.CheckLabel(c.Name); err != nil { // Windows has devices of that name, and no files
		return Collection{}, fault(Invalid, "%q is the name of a device on Windows, where no collection could be kept under it: take another name, such as mailroom", c.Name)
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		switch _, err := tx.Collection(ctx, c.Name); {
		case err == nil:
			return fault(Conflict, "there is a collection %q already: take another name", c.Name)
		case !errors.Is(err, db.ErrNone):
			return err
		}
		if err := notBeingDeleted(ctx, tx, c.Name); err != nil {
			return err
		}
		if err := tx.AddCollection(ctx, c); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "collection.create", Collection: c.Name, Subject: c.Name, After: c})
	})
	if err != nil {
		return Collection{}, err
	}
	return s.Collection(ctx, c.Name)
}

// Collections returns those that an actor may use.
func (s *Service) Collections(ctx context.Context, by Actor) ([]Collection, error) {
	rows, err := s.db.Read().Collections(ctx)
	if err != nil {
		return nil, err
	}
	list := []Collection{}
	for _, row := range rows {
		if !by.sees(row.Name) {
			continue
		}
		c, err := s.describe(ctx, row)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// Collection returns the one with a name.
func (s *Service) Collection(ctx context.Context, name string) (Collection, error) {
	row, err := s.db.Read().Collection(ctx, name)
	if errors.Is(err, db.ErrNone) {
		return Collection{}, noCollection(name)
	}
	if err != nil {
		return Collection{}, err
	}
	return s.describe(ctx, row)
}

func (s *Service) describe(ctx context.Context, row db.Collection) (Collection, error) {
	c := Collection{Name: row.Name, Title: row.Title, FPIR: row.FPIR, KeepPictures: row.KeepPictures, RetentionDays: row.RetentionDays, Created: row.Created}
	g, err := s.gallery(ctx, row.Name)
	if err != nil {
		return c, err
	}
	stats, err := g.Stats(ctx)
	if err != nil {
		return c, explained(err)
	}
	c.Labels, c.References, c.Bytes, c.GalleryVersion = stats.Labels, stats.References, stats.Bytes, stats.Changes
	c.Inbox, err = s.db.Read().CountDecisions(ctx, row.Name, StatusOpen)
	return c, err
}

// ChangeCollection changes what a collection does.
func (s *Service) ChangeCollection(ctx context.Context, by Actor, name string, change CollectionChange) (Collection, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := tx.Collection(ctx, name)
		if errors.Is(err, db.ErrNone) {
			return noCollection(name)
		}
		if err != nil {
			return err
		}
		after := before
		set(&after.Title, change.Title)
		set(&after.FPIR, change.FPIR)
		set(&after.KeepPictures, change.KeepPictures)
		set(&after.RetentionDays, change.RetentionDays)
		if err := check(after); err != nil {
			return err
		}
		if err := tx.SetCollection(ctx, after); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "collection.change", Collection: name, Subject: name, Before: before, After: after})
	})
	if err != nil {
		return Collection{}, err
	}
	return s.Collection(ctx, name)
}

// set gives a field the value that was asked for, if there is one.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// DeleteCollection removes a collection with its references, decisions and pictures.
// The audit stays.
func (s *Service) DeleteCollection(ctx context.Context, by Actor, name string) error {
	before, err := s.Collection(ctx, name)
	if err != nil {
		return err
	}
	begun := intent{ID: newID(), What: intentDelete, Collection: name, By: by}
	s.working.Store(begun.ID, nil)
	defer s.working.Delete(begun.ID)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.RemoveCollection(ctx, name); err != nil {
			return orUnknown(err, "the collection %q is gone already", name)
		}
		if err := begun.add(ctx, tx, s.node); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "collection.delete", Collection: name, Subject: name, Before: before})
	})
	if err != nil {
		return err
	}
	if err := s.removeGallery(ctx, name); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return orGone(tx.RemoveIntent(ctx, begun.ID)) })
}

// galleryName is the name of a collection's gallery: a path, or an address in the
// database.
func (s *Service) galleryName(collection string) (string, error) {
	if s.store == "" {
		return filepath.Join(s.dir, collectionsFolder, collection+galleryExtension), nil
	}
	return open.Collection(s.store, collection)
}

const galleryExtension = ".gallery"

// gallery returns the open gallery of a collection.
func (s *Service) gallery(ctx context.Context, name string) (*exemplar.Gallery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, &Error{Kind: Unavailable, Text: "the service is stopping: ask again when it has started", After: 5 * time.Second}
	}
	if g := s.galleries[name]; g != nil {
		return g, nil
	}
	if _, err := s.db.Read().Collection(ctx, name); err != nil {
		return nil, explained(orNoCollection(err, name))
	}
	path, err := s.galleryName(name)
	if err != nil {
		return nil, err
	}
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadWrite, Model: s.model})
	if err != nil {
		return nil, explained(err)
	}
	s.galleries[name] = g
	if s.store != "" {
		s.background.Go(func() { s.follow(name, g) })
	}
	return g, nil
}

// follow keeps a gallery up to date that other processes change, and closes it when one
// has removed it.
func (s *Service) follow(name string, g *exemplar.Gallery) {
	err := g.Follow(s.ending)
	switch {
	case s.ending.Err() != nil, errors.Is(err, exemplar.ErrClosed):
	case errors.Is(err, exemplar.ErrNoGallery):
		s.mu.Lock()
		if s.galleries[name] == g {
			delete(s.galleries, name)
		}
		s.mu.Unlock()
		g.Close()
	default: // every answer asks for the changes by itself
		s.log.Error("follow a gallery", "collection", name, "error", err)
	}
}

// forget closes the gallery of a collection that is gone.
func (s *Service) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.galleries[name]; g != nil {
		delete(s.galleries, name)
		if err := g.Close(); err != nil {
			s.log.Error("close a gallery", "collection", name, "error", err)
		}
	}
}

// removeGallery removes the gallery of a collection that is gone.
func (s *Service) removeGallery(ctx context.Context, name string) error {
	s.forget(name)
	path, err := s.galleryName(name)
	if err != nil {
		return err
	}
	if err := open.Remove(ctx, path); err != nil {
		return fmt.Errorf("remove a deleted collection: %w", err)
	}
	return nil
}
