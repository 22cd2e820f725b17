package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	place "exemplar/internal/pictures"
	"exemplar/internal/service/db"
)

// A place of pictures is marked when it is first used, by a file that the database knows. A
// disk that is not mounted leaves an empty folder, or none: without the mark nothing is
// written there, and nothing taken for removed.

// PicturesMark is the name of the file with the mark.
const PicturesMark = "exemplar-place"

// mostMark bounds a mark in memory.
const mostMark = 200

// checkPlaceMark returns an error unless the place has the mark. A new place gets it.
func (s *Service) checkPlaceMark(ctx context.Context) error {
	name := s.outside.String()
	known, err := s.db.Read().PlaceMark(ctx, name)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	data, getErr := s.outside.Get(ctx, PicturesMark, mostMark)
	found := strings.TrimSpace(string(data))
	switch {
	case err == nil && known.Marked && getErr == nil && found == known.Mark:
		return nil
	case err == nil && known.Marked && getErr == nil:
		return fmt.Errorf("%s %w: %s there is of another service: name the place of this one", s.outside, place.ErrAway, PicturesMark)
	case err == nil && known.Marked && errors.Is(getErr, place.ErrNone):
		return fmt.Errorf("%s %w: the file %s is missing there: is its disk mounted? If this is the place, write the line %s into a file of that name",
			s.outside, place.ErrAway, PicturesMark, known.Mark)
	case err == nil && known.Marked:
		return getErr
	}
	return s.markPlace(ctx, found, getErr)
}

// markPlace marks a place that this service has not used, or used before there were marks.
func (s *Service) markPlace(ctx context.Context, found string, getErr error) error {
	if getErr != nil && !errors.Is(getErr, place.ErrNone) && !errors.Is(getErr, place.ErrAway) {
		return getErr
	}
	name, read := s.outside.String(), s.db.Read()
	if found != "" {
		own, err := read.HasMark(ctx, found)
		if err == nil && !own {
			err = fmt.Errorf("%s %w: it is the place of another service: name another one, or remove the file %s there if that service is gone", s.outside, place.ErrAway, PicturesMark)
		}
		if err != nil {
			return err
		}
	}
	if o, err := read.AnyObject(ctx, name); err == nil {
		if _, err := s.outside.Get(ctx, o.Name, o.Bytes); err != nil {
			return fmt.Errorf("%s %w: a picture that was put there is missing, so that it is not marked: is its disk mounted?: %w", s.outside, place.ErrAway, err)
		}
	} else if !errors.Is(err, db.ErrNone) {
		return err
	}
	var mark db.PlaceMark
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		own, err := tx.AnyMark(ctx, "")
		if errors.Is(err, db.ErrNone) {
			own, err = newID(), nil
		}
		if err == nil && found != "" {
			own = found
		}
		if err == nil {
			err = tx.BeginMark(ctx, name, own)
		}
		if err == nil {
			mark, err = tx.PlaceMark(ctx, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := s.outside.Put(ctx, PicturesMark, []byte(mark.Mark+"\n")); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return tx.EndMark(ctx, name) })
}

// FolderMark is the mark of the folders that this service keeps pictures in; "" if there is
// none.
func (s *Service) FolderMark(ctx context.Context) (string, error) {
	mark, err := s.db.Read().AnyMark(ctx, "dir:")
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	return mark, err
}
