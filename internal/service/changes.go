package service

import (
	"context"
	"encoding/json"
	"time"

	"exemplar/internal/service/db"
)

// undo is what undoing a change takes.
type undo struct {
	Remove          []string        `json:"remove,omitempty"`           // ids of references that the change added
	Restore         []byte          `json:"restore,omitempty"`          // references that it removed, as the gallery gives them
	Rename          *renaming       `json:"rename,omitempty"`           // of labels
	RenameNegatives *renaming       `json:"rename_negatives,omitempty"` // of the negatives of these
	Note            *restoredNote   `json:"note,omitempty"`             // of a reference
	Decisions       []decisionState `json:"decisions,omitempty"`        // as they were
	Left            []decisionState `json:"left,omitempty"`             // as the change left them
}

type renaming struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	IDs  []string `json:"ids"` // of the references that were moved
}

type restoredNote struct {
	ID       string        `json:"id"`
	Note     *string       `json:"note,omitempty"`
	Contents *string       `json:"contents,omitempty"`
	Left     *restoredNote `json:"left,omitempty"` // as the change left it
}

// decisionState is what undoing puts back of a decision.
type decisionState struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Decision string `json:"decision"`
	Label    string `json:"label"`
}

func stateOf(row db.Decision) decisionState {
	return decisionState{row.ID, row.Status, row.Decision, row.Label}
}

func statesOf(rows []db.Decision) []decisionState {
	states := make([]decisionState, len(rows))
	for i, row := range rows {
		states[i] = stateOf(row)
	}
	return states
}

// finish records a change of a gallery that is done, and forgets its intent. The id of
// the change is that of the intent.
func (s *Service) finish(ctx context.Context, tx *db.Tx, by Actor, begun intent, subject string, back *undo, before any, after map[string]any) error {
	if err := tx.RemoveIntent(ctx, begun.ID); err != nil {
		return err
	}
	if err := begun.steps.record(ctx, tx, begun.Collection, begun.ID); err != nil {
		return err
	}
	after["steps"] = begun.steps.made
	return s.recordChange(ctx, tx, by, begun.ID, begun.What, begun.Collection, subject, back, before, after)
}

// recordChange adds a change, with its row of the audit.
func (s *Service) recordChange(ctx context.Context, tx *db.Tx, by Actor, id, what, collection, subject string, back *undo, before, after any) error {
	var packed []byte
	if back != nil { // it can be undone
		var err error
		if packed, err = json.Marshal(back); err != nil {
			return err
		}
	}
	err := tx.AddChange(ctx, db.Change{ID: id, Collection: collection, At: time.Now(), Who: by.Name, What: what, Subject: subject, Undo: packed})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, entry{What: what, Collection: collection, Subject: id, Before: before, After: after})
}
