package service

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// Change is what a person did.
type Change struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	What    string    `json:"what" doc:"such as references.register, label.rename, decisions.not"`
	Subject string    `json:"subject,omitempty" doc:"label or id that it is about"`
	Label   string    `json:"label,omitempty" doc:"of a reference and of a label: the label, before the change"`
	To      string    `json:"to,omitempty" doc:"of a reference that was moved and of a label that was renamed: the label after"`
	CanUndo bool      `json:"can_undo"`
	Undone  bool      `json:"undone"`
	Undid   *Undid    `json:"undid,omitempty" doc:"of undo: what was undone"`
	Files   []string  `json:"files,omitempty" doc:"names of files that it is about, where they are known; at most 3"`
	More    int       `json:"more_files,omitempty" doc:"how many other files it is about"`
}

// Undid is a change that was undone.
type Undid struct {
	What    string `json:"what"`
	Subject string `json:"subject,omitempty"`
}

// Changes is a part of the changes of a collection, the newest first.
type Changes struct {
	Changes []Change `json:"changes"`
	Next    string   `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// Changes lists what people did.
func (s *Service) Changes(ctx context.Context, collection, cursor string, limit int) (Changes, error) {
	rows, err := s.db.Read().Changes(ctx, collection, cursor, limit)
	if err != nil {
		return Changes{}, err
	}
	page := Changes{Changes: []Change{}}
	for _, row := range rows {
		c := Change{ID: row.ID, At: row.At, Who: row.Who, What: row.What, Subject: row.Subject, CanUndo: row.Undo != nil && !row.Undone, Undone: row.Undone}
		if err := s.tell(ctx, &c, collection); err != nil {
			return Changes{}, err
		}
		page.Changes = append(page.Changes, c)
	}
	if len(rows) == limit {
		page.Next = rows[len(rows)-1].ID
	}
	return page, nil
}

// mostNamed is how many files a change in the list names.
const mostNamed = 3

// tell adds to a change what its row of the audit says of it, for people.
func (s *Service) tell(ctx context.Context, c *Change, collection string) error {
	rows, err := s.db.Read().AuditPage(ctx, math.MaxInt64, db.AuditFilter{Subject: c.ID}, 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	e, err := parseAudit(rows[0])
	if err != nil {
		return err
	}
	var after struct {
		Results []struct{ Source string }
		Left    []decisionState
		Asked   json.RawMessage
	}
	if err := json.Unmarshal(orNull(e.After), &after); err != nil {
		return err
	}
	if err := c.tellLabels(e.Before, after.Asked); err != nil {
		return err
	}
	if c.What == "undo" {
		if err := json.Unmarshal(orNull(e.Before), &c.Undid); err != nil {
			return err
		}
	}
	var files []string
	for _, r := range after.Results {
		files = append(files, r.Source)
	}
	if len(files) == 0 {
		for _, left := range after.Left[:min(len(after.Left), mostNamed)] {
			row, err := s.db.Read().Decision(ctx, collection, left.ID)
			if err == nil {
				files = append(files, row.Source)
			} else if !errors.Is(err, db.ErrNone) { // else it was removed with time
				return err
			}
		}
	}
	files = slices.DeleteFunc(files, func(name string) bool { return name == "" })
	c.More = max(len(files), len(after.Left)) - min(len(files), mostNamed)
	c.Files = files[:min(len(files), mostNamed)]
	if len(c.Files) == 0 {
		c.More = 0
	}
	return nil
}

// tellLabels adds the labels that a change of a reference or of a label is about.
func (c *Change) tellLabels(before, asked json.RawMessage) error {
	switch c.What {
	case "label.rename", "reference.move":
		var between struct{ From, To string }
		err := json.Unmarshal(orNull(asked), &between)
		c.Label, c.To = between.From, between.To
		return err
	case "label.remove":
		c.Label = c.Subject
	case "reference.change":
		var was exemplar.Reference
		err := json.Unmarshal(orNull(before), &was)
		c.Label = was.Label
		return err
	case "reference.remove":
		var were []exemplar.Reference
		err := json.Unmarshal(orNull(before), &were)
		if len(were) > 0 {
			c.Label = were[0].Label
		}
		return err
	}
	return nil
}

// mustBeThere refuses where none of the references that a change added is there any more: one
// that was moved has another id.
func mustBeThere(ctx context.Context, g *exemplar.Gallery, ids []string) error {
	for _, id := range ids {
		switch _, err := g.Get(ctx, id); {
		case err == nil, errors.Is(err, exemplar.ErrDamaged):
			return nil
		case !errors.Is(err, exemplar.ErrNoReference):
			return explained(err)
		}
	}
	return fault(Conflict, "what this change registered was moved or removed since: undo that first, or remove it where it is")
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// Undo undoes a change: what it added is removed, what it removed is put back, decisions
// are as they were.
func (s *Service) Undo(ctx context.Context, by Actor, collection, id string) (Changed, error) {
	row, err := s.db.Read().Change(ctx, collection, id)
	if err != nil {
		return Changed{}, orUnknown(err, "there is no change %q in %q: GET changes lists them", id, collection)
	}
	if row.Undone {
		return Changed{}, fault(Conflict, "the change %s is undone already", id)
	}
	if row.Undo == nil {
		return Changed{}, fault(Conflict, "the change %s cannot be undone", id)
	}
	var back undo
	if err := json.Unmarshal(row.Undo, &back); err != nil {
		return Changed{}, err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Changed{}, err
	}
	if err := s.unchangedSince(ctx, g, collection, back); err != nil {
		return Changed{}, err
	}
	begun := intent{What: "undo", Collection: collection, By: by, Detail: id}
	ended, err := s.begin(ctx, &begun)
	if err != nil {
		return Changed{}, err
	}
	defer ended()
	again, err := redoOf(ctx, g, back)
	if err != nil {
		s.abandon(ctx, &begun)
		return Changed{}, explained(err)
	}
	n, err := undoIn(ctx, g, back, begun.steps)
	if err != nil {
		s.abandon(ctx, &begun)
		return Changed{}, explained(err)
	}
	ctx = context.WithoutCancel(ctx)
	done := Changed{Change: begun.ID, References: n}
	if done.GalleryVersion, err = begun.steps.version(ctx, g); err != nil {
		return Changed{}, err
	}
	return done, s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.MarkUndone(ctx, id); err != nil {
			return orUnknown(err, "the change %s was undone by somebody else meanwhile", id)
		}
		reopened, err := restingOn(ctx, tx, row, back.Remove)
		if err != nil {
			return err
		}
		left := append(back.Decisions, reopened...)
		were, err := restoreDecisions(ctx, tx, collection, left)
		if err != nil {
			return err
		}
		if again != nil {
			again.Decisions, again.Left = were, left
		}
		return s.finish(ctx, tx, by, begun, id, again, map[string]string{"what": row.What, "subject": row.Subject},
			map[string]any{"references": n, "gallery_version": done.GalleryVersion, "left": left})
	})
}

// restingOn are decisions that are older than a change, and rest on a reference that it
// added: a recheck of the inbox took them out of it. Without the reference they are to be
// looked at again.
func restingOn(ctx context.Context, tx *db.Tx, change db.Change, references []string) (reopened []decisionState, err error) {
	if len(references) == 0 {
		return nil, nil
	}
	rows, err := unjudged(ctx, tx, change.Collection, db.DecisionFilter{Decision: string(exemplar.Match), Before: change.ID, Limit: inboxLooks})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		d, err := newDecision(row)
		if err != nil {
			return nil, err
		}
		if c := d.Answer.Candidates; len(c) > 0 && slices.Contains(references, c[0].Reference) {
			reopened = append(reopened, decisionState{ID: row.ID, Status: StatusOpen, Decision: string(exemplar.Unknown)})
		}
	}
	return reopened, nil
}

// unchangedSince returns an error if what a change was about was changed again: to put
// back what was before both would undo somebody else's work as well. What is gone, or was
// changed before this was noted, passes.
func (s *Service) unchangedSince(ctx context.Context, g *exemplar.Gallery, collection string, back undo) error {
	for _, left := range back.Left {
		row, err := s.db.Read().Decision(ctx, collection, left.ID)
		switch {
		case errors.Is(err, db.ErrNone):
		case err != nil:
			return err
		case stateOf(row) != left:
			return fault(Conflict, "the decision %s was changed again since: undo that first, or say anew what it shows", left.ID)
		}
	}
	if len(back.Remove) > 0 && len(back.Decisions) == 0 && back.Restore == nil {
		if err := mustBeThere(ctx, g, back.Remove); err != nil {
			return err
		}
	}
	if back.Note == nil || back.Note.Left == nil {
		return nil
	}
	r, err := g.Get(ctx, back.Note.ID)
	if err != nil && !errors.Is(err, exemplar.ErrDamaged) {
		return explained(err)
	}
	left := back.Note.Left
	if left.Note != nil && *left.Note != r.Note || left.Contents != nil && *left.Contents != string(r.Contents) {
		return fault(Conflict, "the reference %s was changed again since: undo that first, or change it anew", r.ID)
	}
	return nil
}

// redoOf is what it takes to undo the undoing of a change that only added references; of
// others it is nil.
func redoOf(ctx context.Context, g *exemplar.Gallery, back undo) (*undo, error) {
	if back.Rename != nil || back.RenameNegatives != nil || back.Note != nil || len(back.Restore) > 0 {
		return nil, nil
	}
	there, err := present(ctx, g, back.Remove)
	if err != nil || len(there) == 0 {
		return &undo{}, err
	}
	packed, err := g.Pack(ctx, idsOfWas(there)...)
	return &undo{Restore: packed}, err
}

// present says how those of references are that are there.
func present(ctx context.Context, g *exemplar.Gallery, ids []string) ([]was, error) {
	list, err := asTheyAreIn(ctx, g, ids...)
	there := list[:0]
	for _, w := range list {
		if !w.Gone {
			there = append(there, w)
		}
	}
	return there, err
}

func idsOfWas(list []was) []string {
	ids := make([]string, len(list))
	for i, w := range list {
		ids[i] = w.ID
	}
	return ids
}

// undoIn undoes in the gallery, and returns how many references that was about.
func undoIn(ctx context.Context, g *exemplar.Gallery, back undo, note *steps) (n int, err error) {
	if back.Rename != nil || back.RenameNegatives != nil {
		return renameBothBack(ctx, g, back, note)
	}
	if back.Note != nil {
		touched, err := asTheyAreIn(ctx, g, back.Note.ID)
		if err != nil {
			return 0, err
		}
		return 1, setNote(note.note(ctx, touched), g, *back.Note)
	}
	if len(back.Restore) > 0 { // first: so that nothing is missing if this is interrupted
		if n, err = putBack(ctx, g, back.Restore, note); err != nil {
			return n, err
		}
	}
	there, err := present(ctx, g, back.Remove)
	if err != nil || len(there) == 0 {
		return n, err
	}
	if err := g.Remove(note.note(ctx, there), idsOfWas(there)...); err != nil && !errors.Is(err, exemplar.ErrLingers) {
		return n, err
	}
	return n + len(there), nil
}

// putBack puts packed references back.
func putBack(ctx context.Context, g *exemplar.Gallery, packed []byte, note *steps) (int, error) {
	if note == nil { // what was there is asked for by nobody
		return g.Unpack(ctx, packed)
	}
	ids, err := exemplar.Packed(packed)
	if err != nil {
		return 0, err
	}
	touched, err := asTheyAreIn(ctx, g, ids...)
	if err != nil {
		return 0, err
	}
	return g.Unpack(note.note(ctx, touched), packed)
}

// renameBothBack renames a label and its negatives back: both, or none if one cannot be.
func renameBothBack(ctx context.Context, g *exemplar.Gallery, back undo, note *steps) (n int, err error) {
	var both []renaming
	for _, r := range []*renaming{back.Rename, back.RenameNegatives} {
		if r == nil {
			continue
		}
		if err := canRenameBack(ctx, g, *r); err != nil {
			return 0, err
		}
		both = append(both, *r)
	}
	for _, r := range both {
		moved, err := renameBack(ctx, g, r, note)
		if err != nil {
			return n, err
		}
		n += moved
	}
	return n, nil
}

// renameBack renames what was renamed back; what else has the label now keeps it.
func renameBack(ctx context.Context, g *exemplar.Gallery, r renaming, note *steps) (int, error) {
	if err := canRenameBack(ctx, g, r); err != nil {
		return 0, err
	}
	touched, err := asTheyAreIn(ctx, g, r.IDs...)
	if err != nil {
		return 0, err
	}
	return g.Rename(note.note(ctx, touched), r.From, r.To, r.IDs...)
}

func canRenameBack(ctx context.Context, g *exemplar.Gallery, r renaming) error {
	list, err := g.List(ctx, r.From)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(reference exemplar.Reference) bool { return slices.Contains(r.IDs, reference.ID) }) {
		return fault(Conflict, "nothing that was renamed has the label %q any more", r.From)
	}
	return nil
}

// restoreDecisions puts decisions back as they were, and returns how they are now; those
// that are gone stay so.
func restoreDecisions(ctx context.Context, tx *db.Tx, collection string, states []decisionState) (were []decisionState, err error) {
	for _, was := range states {
		row, err := tx.Decision(ctx, collection, was.ID)
		if errors.Is(err, db.ErrNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		were = append(were, stateOf(row))
		row.Status, row.Decision, row.Label = was.Status, was.Decision, was.Label
		if err := tx.SetDecision(ctx, row); err != nil {
			return nil, err
		}
	}
	return were, nil
}
