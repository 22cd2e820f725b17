package service

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"exemplar"
)

// galleryByTime makes a copy of a gallery as it was at a time: without what was registered
// since, with what was removed since, and with the labels of then. It is for decisions of
// earlier versions of the service, and less sure than versions: the clocks of machines
// differ, and others may have changed the gallery between the search and its record.
func (s *Service) galleryByTime(ctx context.Context, g *exemplar.Gallery, collection string, at time.Time) (_ *exemplar.Gallery, remove func(), err error) {
	made, remove, err := s.temporary()
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	list, err := g.List(ctx, "")
	if err != nil {
		return nil, nil, explained(err)
	}
	packed, err := g.Pack(ctx, idsOf(list)...)
	if err != nil {
		return nil, nil, explained(err)
	}
	if _, err := made.Unpack(ctx, packed); err != nil {
		return nil, nil, explained(err)
	}
	changes, err := s.changesSince(ctx, collection, at)
	if err != nil {
		return nil, nil, err
	}
	for _, back := range changes {
		if back.Rename == nil && back.RenameNegatives == nil && back.Note == nil {
			back.Remove = nil // of what was registered since: below
		}
		if _, err := undoIn(ctx, made, back, nil); err != nil {
			s.log.Warn("rebuild a gallery", "collection", collection, "error", err) // the answer shows whether it matters
		}
	}
	return made, remove, explained(removeLater(ctx, made, at))
}

// changesSince are the changes of a collection since a time that were not undone, the
// newest first.
func (s *Service) changesSince(ctx context.Context, collection string, at time.Time) ([]undo, error) {
	var list []undo
	cursor := ""
	for {
		rows, err := s.db.Read().Changes(ctx, collection, cursor, verifyBatch)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.At.Before(at) {
				return list, nil
			}
			cursor = row.ID
			if row.Undone || row.Undo == nil {
				continue
			}
			var back undo
			if err := json.Unmarshal(row.Undo, &back); err != nil {
				return nil, err
			}
			list = append(list, back)
		}
		if len(rows) < verifyBatch {
			return list, nil
		}
	}
}

// removeLater removes what was registered after a time.
func removeLater(ctx context.Context, g *exemplar.Gallery, at time.Time) error {
	list, err := g.List(ctx, "")
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r exemplar.Reference) bool { return !r.Registered.After(at) })
	if len(list) == 0 {
		return nil
	}
	return g.Remove(ctx, idsOf(list)...)
}
