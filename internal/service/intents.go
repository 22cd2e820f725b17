package service

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// intent is what was begun in a gallery. The gallery has transactions of its own, so
// that a process may be killed after it changed and before the service's tables say so:
// then the next one finds the intent, and records what had become of it.
type intent struct {
	ID         string    `json:"-"`
	What       string    `json:"what"`
	Collection string    `json:"collection"`
	By         Actor     `json:"by"`
	At         time.Time `json:"at"`
	Detail     any       `json:"detail,omitempty"` // what was asked for

	steps *steps // of the gallery, as far as they are made
}

// intentDelete is the intent of a collection's removal; all others are changes of a
// gallery, by the name that the audit has for them.
const intentDelete = "collection.delete"

// add notes the intent of a node.
func (i *intent) add(ctx context.Context, tx *db.Tx, node string) error {
	i.At = time.Now().UTC()
	body, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return tx.AddIntent(ctx, db.Intent{ID: i.ID, Node: node, Body: string(body)})
}

// begin notes the intent by itself. Call ended when it is carried out, recorded or not:
// this process itself records what it could not.
func (s *Service) begin(ctx context.Context, i *intent) (ended func(), err error) {
	i.ID, i.steps = newID(), &steps{}
	s.working.Store(i.ID, nil)
	ended = func() { s.working.Delete(i.ID) }
	for end := time.Now().Add(2 * stillWait); ; time.Sleep(stillPoll) {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if _, awaited, err := underWay(ctx, tx); err != nil || awaited && time.Now().Before(end) {
				return cmp.Or(err, errStirring)
			}
			return i.add(ctx, tx, s.node)
		})
		if err == nil {
			return ended, nil
		}
		if !errors.Is(err, errStirring) {
			ended()
			return nil, explained(err)
		}
	}
}

// abandon forgets an intent that changed nothing in the end. Where the gallery counted
// versions for it all the same, the audit says so.
func (s *Service) abandon(ctx context.Context, i *intent) {
	ctx = context.WithoutCancel(ctx)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.RemoveIntent(ctx, i.ID); err != nil || len(i.steps.made) == 0 {
			return err
		}
		if err := i.steps.record(ctx, tx, i.Collection, i.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, i.By, entry{What: i.What + ".abandoned", Collection: i.Collection, Subject: i.ID,
			After: map[string]any{"asked": i.Detail, "steps": i.steps.made}})
	})
	if err != nil {
		s.log.Error("forget what was not done", "what", i.What, "error", err)
	}
}

// notBeingDeleted returns an error while the files of a collection are removed.
func notBeingDeleted(ctx context.Context, tx *db.Tx, name string) error {
	list, err := tx.Intents(ctx)
	if err != nil {
		return err
	}
	for _, row := range list {
		var i intent
		if err := json.Unmarshal([]byte(row.Body), &i); err != nil {
			return err
		}
		if i.What == intentDelete && i.Collection == name {
			return &Error{Kind: Busy, Text: fmt.Sprintf("the collection %q is being deleted: ask again in a moment", name), After: time.Second}
		}
	}
	return nil
}

// recover records what processes that are gone had begun, and what this one could not
// record: what of it is done is in the gallery, whole or not at all.
func (s *Service) recover(ctx context.Context) error {
	list, err := s.db.Read().LeftIntents(ctx, s.node)
	if err != nil {
		return err
	}
	for _, row := range list {
		if _, working := s.working.Load(row.ID); working {
			continue
		}
		var i intent
		if err := json.Unmarshal([]byte(row.Body), &i); err != nil {
			return fmt.Errorf("what was begun and not ended (%s) is damaged: %w", row.ID, err)
		}
		if i.What == intentStill {
			if i.isStale() {
				err = s.db.Write(ctx, func(tx *db.Tx) error { return orGone(tx.RemoveIntent(ctx, row.ID)) })
			}
			if err != nil {
				return err
			}
			continue
		}
		if err := s.recoverOne(ctx, row.ID, i); err != nil {
			return fmt.Errorf("record what was begun and not ended (%s): %w", i.What, err)
		}
	}
	return nil
}

func (s *Service) recoverOne(ctx context.Context, id string, i intent) error {
	found := map[string]any{"asked": i.Detail, "begun": i.At}
	if i.What == intentDelete {
		if err := s.removeGallery(ctx, i.Collection); err != nil {
			return err
		}
	} else if err := s.describeGallery(ctx, i.Collection, found); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.RemoveIntent(ctx, id); err != nil {
			return orGone(err) // another process has recorded it
		}
		return s.record(ctx, tx, i.By, entry{What: i.What + ".interrupted", Collection: i.Collection, After: found})
	})
}

// describeGallery adds to found what a gallery holds, for a person who wants to know
// what of an interrupted change was done.
func (s *Service) describeGallery(ctx context.Context, collection string, found map[string]any) error {
	g, err := s.gallery(ctx, collection)
	var known *Error
	switch {
	case errors.As(err, &known) && known.Kind == Unknown:
		return nil // the collection is gone since
	case err != nil:
		return err
	}
	stats, err := g.Stats(ctx)
	if err != nil {
		return err
	}
	found["gallery_version"], found["references"] = stats.Changes, stats.References
	found["labels"], err = labelCounts(ctx, g)
	return err
}

// labelCounts counts the references of each label.
func labelCounts(ctx context.Context, g *exemplar.Gallery) (map[string]int, error) {
	list, err := g.List(ctx, "")
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, r := range list {
		counts[r.Label]++
	}
	return counts, nil
}
