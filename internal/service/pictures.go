package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	place "exemplar/internal/pictures"
	"exemplar/internal/service/db"
)

// Kept pictures enter the database with their decisions, in one transaction. If there is
// another place for them they are moved there afterwards: nobody waits for it, and while it
// cannot be reached nothing is lost.

// outside is the place of kept pictures that is not the database.
type outside struct {
	place.Place
	wake chan struct{} // there is something to move
	away atomic.Int64  // when the place was not reached, in nanoseconds since 1970; 0: it was
}

func newOutside(name string) (*outside, error) {
	if name == "" {
		return nil, nil
	}
	at, err := place.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--pictures: %w", err)
	}
	return &outside{Place: at, wake: make(chan struct{}, 1)}, nil
}

// The pace of moving (by eye): how many pictures at once, how often it is looked for what
// others left, and how long a place that failed is left alone.
const (
	moveAtOnce  = 8
	moveEvery   = 10 * time.Second
	moveAfter   = 30 * time.Second // a place that failed
	removeBatch = 100
)

// A picture that somebody waits for: how long, and for how long nobody tries after a place
// was not reached.
const (
	getTime   = 10 * time.Second
	awayPause = 5 * time.Second
)

// hurry tells the mover that a picture was kept.
func (s *Service) hurry() {
	if s.outside == nil {
		return
	}
	select {
	case s.outside.wake <- struct{}{}:
	default:
	}
}

// runPictures moves pictures to their place, and removes there what nobody needs, until ctx
// ends.
func (s *Service) runPictures(ctx context.Context) {
	said := ""
	for {
		pause := moveEvery
		n, err := s.movePictures(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, db.ErrUnavailable):
		case err != nil:
			if pause = moveAfter; err.Error() != said { // once, not every half minute
				s.log.Error("kept pictures stay in the database for now, and answers go on", "error", err)
			}
		case n > 0:
			continue
		case said != "":
			s.log.Info("kept pictures are moved again", "to", s.outside.String())
		}
		said = ""
		if err != nil {
			said = err.Error()
		}
		wake := s.outside.wake
		if err != nil {
			wake = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		case <-wake:
		}
	}
}

// movePictures removes what is to be removed and moves some pictures. It returns how many
// it had to do with.
func (s *Service) movePictures(ctx context.Context) (int, error) {
	gone, err := s.db.Read().RemovableObjects(ctx, s.node, removeBatch)
	if err != nil {
		return 0, err
	}
	waiting, err := s.db.Read().HasPictures(ctx)
	if err != nil || len(gone) == 0 && !waiting {
		return 0, err
	}
	removed := 0
	if len(gone) > 0 {
		if err := s.checkPlaceMark(ctx); err != nil {
			return 0, err
		}
		if removed, err = s.removeObjects(ctx, gone); err != nil || !waiting {
			return removed, err
		}
	}
	if err := s.checkPlaceMark(ctx); err != nil { // it may have gone while files were removed
		return removed, err
	}
	list, err := s.beginMoves(ctx)
	if err != nil || len(list) == 0 {
		return removed, err
	}
	failed := make([]error, len(list))
	var all sync.WaitGroup
	for i, o := range list {
		all.Go(func() { failed[i] = s.put(ctx, o) })
	}
	all.Wait()
	done := context.WithoutCancel(ctx)
	err = s.db.Write(done, func(tx *db.Tx) error {
		for i, o := range list {
			end := tx.EndObject
			if failed[i] != nil {
				end = tx.GiveUpObject
			}
			if err := end(done, o); err != nil {
				return err
			}
		}
		return nil
	})
	return removed + len(list), errors.Join(err, errors.Join(failed...))
}

// removeObjects removes files that are not needed any more, or were not written as a whole,
// and forgets those that it removed, also if another one could not be.
func (s *Service) removeObjects(ctx context.Context, list []db.Object) (removed int, failed error) {
	for _, o := range list {
		if failed = s.outside.Remove(ctx, o.Name); failed != nil {
			break
		}
		removed++
	}
	if removed == 0 {
		return 0, failed
	}
	done := context.WithoutCancel(ctx)
	err := s.db.Write(done, func(tx *db.Tx) error {
		for _, o := range list[:removed] {
			if err := tx.RemoveObject(done, s.node, o.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return removed, errors.Join(err, failed)
}

// beginMoves claims some pictures for this process.
func (s *Service) beginMoves(ctx context.Context) (list []db.Object, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if list, err = tx.PicturesToMove(ctx, s.node, moveAtOnce); err != nil {
			return err
		}
		for i := range list {
			list[i].Name = list[i].Collection + "/" + list[i].Hash[:2] + "/" + list[i].Hash + "-" + newID()
			list[i].Place = s.outside.String()
			if err := tx.BeginObject(ctx, list[i], s.node); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// put writes a picture of the database outside.
func (s *Service) put(ctx context.Context, o db.Object) error {
	data, err := s.db.Read().Picture(ctx, o.Collection, o.Hash)
	if errors.Is(err, db.ErrNone) { // removed meanwhile: so will be what is not written
		return nil
	}
	if err != nil {
		return err
	}
	return s.outside.Put(ctx, o.Name, data)
}

// keptFile is the file that a decision was about.
func (s *Service) keptFile(ctx context.Context, row db.Decision) ([]byte, error) {
	if !row.HasPicture {
		return nil, noPicture(row.ID)
	}
	file, err := s.db.Read().Picture(ctx, row.Collection, row.Hash)
	if !errors.Is(err, db.ErrNone) {
		return file, err
	}
	o, err := s.db.Read().Object(ctx, row.Collection, row.Hash)
	if errors.Is(err, db.ErrNone) {
		return nil, noPicture(row.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.get(ctx, o)
}

// get reads a file from outside, which must be what was kept.
func (s *Service) get(ctx context.Context, o db.Object) ([]byte, error) {
	away := func(err error) error {
		return &Error{Kind: Unavailable, After: moveAfter, cause: err,
			Text: fmt.Sprintf("the picture is kept outside of the database, and cannot be had now: %v; ask again when an administrator has seen to it", err)}
	}
	if s.outside == nil {
		return nil, away(fmt.Errorf("it is at %s, and this process was started without --pictures", o.Place))
	}
	if lost := s.outside.away.Load(); lost != 0 && time.Since(time.Unix(0, lost)) < awayPause {
		return nil, away(fmt.Errorf("%s %w", s.outside, place.ErrAway))
	}
	limited, cancel := context.WithTimeout(ctx, getTime)
	defer cancel()
	data, err := s.outside.Get(limited, o.Name, o.Bytes)
	if errors.Is(err, place.ErrNone) {
		if unmarked := s.checkPlaceMark(limited); unmarked != nil {
			err = unmarked
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, place.ErrNone):
		return nil, fault(Conflict, "the picture was kept, and is missing now: %v; put it back from a backup of %s", err, o.Place)
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%s %w: no answer within %v", s.outside, place.ErrAway, getTime)
		fallthrough
	case err != nil:
		s.outside.away.Store(time.Now().UnixNano())
		return nil, away(err)
	}
	s.outside.away.Store(0)
	if hashOf(data) != o.Hash {
		return nil, fault(Conflict, "the picture at %s, %s, is not what was kept: put it back from a backup", s.outside, o.Name)
	}
	return data, nil
}

// PicturesWaiting counts the kept pictures that are in the database, and says whether there
// is another place for them.
func (s *Service) PicturesWaiting(ctx context.Context) (n int64, elsewhere bool, err error) {
	n, err = s.db.Read().CountPictures(ctx)
	return n, s.outside != nil, err
}

// OutsidePictures returns the kept pictures that are outside of the database, by name, from
// the one after a name on.
func (s *Service) OutsidePictures(ctx context.Context, after string, limit int) ([]OutsidePicture, error) {
	list, err := s.db.Read().Objects(ctx, after, limit)
	out := make([]OutsidePicture, len(list))
	for i, o := range list {
		out[i] = OutsidePicture{o.Name, o.Place, o.Hash, o.Bytes}
	}
	return out, err
}

// HasOutsidePicture reports whether a kept picture is outside of the database under a name.
func (s *Service) HasOutsidePicture(ctx context.Context, name string) (bool, error) {
	return s.db.Read().HasObject(ctx, name)
}

// OutsidePicture is a kept picture that is outside of the database.
type OutsidePicture struct {
	Name   string
	Place  string // where it was put, as people name it
	SHA256 string
	Bytes  int64
}
