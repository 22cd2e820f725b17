package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// Replayed is a decision that was taken again.
type Replayed struct {
	ID      string          `json:"id"`
	Same    bool            `json:"same" doc:"whether the answer is the recorded one, to the last digit"`
	Gallery string          `json:"gallery" enum:"unchanged,rebuilt,by-time" doc:"unchanged: it has the version of the decision; rebuilt: what changed since was taken back in a copy, version by version; by-time: the copy has what was there at the time of the decision, as far as the clocks tell, which is less sure: the decision is of an earlier version of the service, or not every change since is recorded"`
	Before  exemplar.Answer `json:"before"`
	After   exemplar.Answer `json:"after"`
	Why     string          `json:"why,omitempty" doc:"what is known of why the two differ"`
}

// What a decision is taken again by.
const (
	galleryUnchanged = "unchanged"
	galleryRebuilt   = "rebuilt"
	galleryByTime    = "by-time"
)

// Replay takes a decision again, by the audit alone: of the picture that is kept, as it
// was asked for, with what the gallery held then. Of a collection that is named, only its
// own decisions are: whoever asks may see no other.
func (s *Service) Replay(ctx context.Context, of, id string) (Replayed, error) {
	recorded, at, collection, err := s.recorded(ctx, id)
	if err != nil {
		return Replayed{}, err
	}
	if of != "" && of != collection {
		return Replayed{}, fault(Unknown, "the audit has no decision %q of %q: GET decisions lists them", id, of)
	}
	out := Replayed{ID: id}
	if err := json.Unmarshal(recorded.Answer, &out.Before); err != nil {
		return Replayed{}, err
	}
	row := db.Decision{ID: id, Collection: collection, Hash: recorded.SHA256, Part: recorded.Part, Nth: recorded.Nth, Options: string(recorded.Options), HasPicture: true}
	result, lost, err := s.answerThen(ctx, row, recorded, at, &out)
	if err != nil {
		return Replayed{}, err
	}
	if row.Nth >= len(result.Answers) {
		out.Why = "the picture has fewer answers now"
		return out, nil
	}
	out.After = result.Answers[row.Nth]
	again, err := json.Marshal(out.After)
	if err != nil {
		return Replayed{}, err
	}
	if out.Same = bytes.Equal(again, recorded.Answer); !out.Same {
		out.Why = out.whyOther(lost)
	}
	return out, nil
}

// whyOther is what is known of why the answers differ.
func (r *Replayed) whyOther(lost []string) string {
	switch {
	case r.After.Model != r.Before.Model:
		return "another model answered then: start the service with --model and that bundle"
	case len(lost) > 0:
		return fmt.Sprintf("of what the gallery held then, %d references are not kept any more, or are damaged: the first is %s", len(lost), lost[0])
	case r.Gallery == galleryByTime:
		return "what the gallery held then is known by times alone: it was changed beside the service since, a change was interrupted, or the decision is of an earlier version of the service"
	}
	return "the program was another version, or the machine computes otherwise"
}

// answerThen answers the picture of a decision by what the gallery held then, and says in
// out how that is known. lost are references of then that are not kept.
func (s *Service) answerThen(ctx context.Context, row db.Decision, recorded decisionEvidence, at time.Time, out *Replayed) (_ exemplar.Result, lost []string, err error) {
	g, err := s.gallery(ctx, row.Collection)
	if err != nil {
		return exemplar.Result{}, nil, err
	}
	version, err := g.Version(ctx)
	if err != nil {
		return exemplar.Result{}, nil, explained(err)
	}
	refused := out.Before.Decision == exemplar.Refused // whatever is registered
	if version == recorded.GalleryVersion || refused {
		out.Gallery = galleryUnchanged
		result, _, err := s.again(ctx, g, row, 1)
		if err != nil || refused || result.Version == recorded.GalleryVersion {
			return result, nil, err
		}
	}
	then, err := s.galleryThen(ctx, g, row.Collection, recorded, at)
	if err != nil {
		return exemplar.Result{}, nil, err
	}
	defer then.remove()
	if out.Gallery = galleryRebuilt; !then.sure {
		out.Gallery = galleryByTime
	}
	result, _, err := s.again(ctx, then.gallery, row, 1)
	return result, then.lost, err
}

// recorded finds in the audit how a decision was last taken.
func (s *Service) recorded(ctx context.Context, id string) (e decisionEvidence, at time.Time, collection string, err error) {
	rows, err := s.db.Read().AuditPage(ctx, 1<<62, db.AuditFilter{Subject: id}, 100)
	if err != nil {
		return e, at, "", err
	}
	for _, row := range rows {
		if row.What != "decision" && row.What != "decision.recheck" {
			continue
		}
		entry, err := parseAudit(row)
		if err != nil {
			return e, at, "", err
		}
		return e, entry.At, entry.Collection, errors.Join(err, json.Unmarshal(entry.After, &e))
	}
	return e, at, "", fault(Unknown, "the audit has no decision %q: GET decisions lists them", id)
}

// galleryOfThen is a copy of a gallery as it was. Call remove when it has been used.
type galleryOfThen struct {
	gallery *exemplar.Gallery
	remove  func()
	lost    []string // ids of references that are not kept any more
	sure    bool     // no clock was asked
}

// galleryThen makes a copy of a gallery as a decision saw it: with the references, labels
// and contents of then.
func (s *Service) galleryThen(ctx context.Context, g *exemplar.Gallery, collection string, recorded decisionEvidence, at time.Time) (then galleryOfThen, err error) {
	if !recorded.Exact {
		then.gallery, then.remove, err = s.galleryByTime(ctx, g, collection, at)
		return then, err
	}
	if then.gallery, then.remove, err = s.temporary(); err != nil {
		return then, err
	}
	then.lost, err = then.gallery.Rebuild(ctx, g, func(now int64, references []exemplar.Reference) (map[string]exemplar.Reference, [][]byte, error) {
		made, err := s.stepsBetween(ctx, collection, now, recorded.GalleryVersion)
		if err != nil {
			return nil, nil, err
		}
		if then.sure = int64(len(made)) == now-recorded.GalleryVersion; !then.sure {
			made = append(unrecorded(references, made, at), made...)
		}
		return s.takeBack(ctx, collection, made, references)
	})
	if err != nil {
		then.remove()
	}
	return then, explained(err)
}

// unrecorded is a step that may have added the references of which no step tells, and that
// are younger than a time: by something beside the service, or by a process that was killed.
func unrecorded(references []exemplar.Reference, made []madeStep, at time.Time) []madeStep {
	told := map[string]bool{}
	for _, m := range made {
		for _, w := range m.Was {
			told[w.ID] = true
		}
	}
	var young []string
	for _, r := range references {
		if !told[r.ID] && r.Registered.After(at) {
			young = append(young, r.ID)
		}
	}
	return []madeStep{{step: step{Was: notThere(young...)}}}
}

// takeBack takes steps of a gallery back, the newest first. It returns the references of
// then, and packed ones for those that are gone now.
func (s *Service) takeBack(ctx context.Context, collection string, made []madeStep, references []exemplar.Reference) (map[string]exemplar.Reference, [][]byte, error) {
	then, there := map[string]exemplar.Reference{}, map[string]bool{}
	for _, r := range references {
		then[r.ID], there[r.ID] = r, true
	}
	removedBy := map[string]string{} // what is gone now, by the last change that removed it
	for _, m := range made {
		for _, w := range m.Was {
			if w.Gone {
				delete(then, w.ID)
				continue
			}
			if !there[w.ID] && removedBy[w.ID] == "" {
				removedBy[w.ID] = m.change
			}
			then[w.ID] = exemplar.Reference{ID: w.ID, Label: w.Label, Contents: w.Contents}
		}
	}
	var changes []string
	for id := range then {
		if !there[id] {
			changes = append(changes, removedBy[id])
		}
	}
	slices.Sort(changes)
	var packed [][]byte
	for _, id := range slices.Compact(changes) {
		back, err := s.undoOf(ctx, collection, id)
		if err != nil {
			return nil, nil, err
		}
		packed = append(packed, back.Restore)
	}
	return then, packed, nil
}

// madeStep is a step with the id of its change.
type madeStep struct {
	step
	change string
}

// recordedWithin is how long a change that is under way may take to be recorded (by eye).
const recordedWithin = 5 * time.Second

// stepsBetween are the steps that made a gallery's versions after one, up to another, as
// far as they are known, the newest first. The gallery changes before its change is
// recorded: those that are under way are waited for.
func (s *Service) stepsBetween(ctx context.Context, collection string, now, to int64) ([]madeStep, error) {
	for end := time.Now().Add(recordedWithin); ; {
		underWay, err := s.underWay(ctx, collection) // first: none is overlooked that is recorded in between
		if err != nil {
			return nil, err
		}
		made, err := s.stepsMade(ctx, collection, now, to)
		if err != nil || int64(len(made)) >= now-to || !underWay || time.Now().After(end) {
			return made, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stepsMade are those of stepsBetween that are recorded.
func (s *Service) stepsMade(ctx context.Context, collection string, now, to int64) ([]madeStep, error) {
	var made []madeStep
	for below := now + 1; ; {
		rows, err := s.db.Read().VersionsMade(ctx, collection, below, to, verifyBatch)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			below = row.Version
			recorded, err := stepsOf(row.AuditRow)
			if err != nil {
				return nil, err
			}
			at := slices.IndexFunc(recorded, func(m step) bool { return m.Version == row.Version })
			if at >= 0 {
				made = append(made, madeStep{recorded[at], row.Subject})
			}
		}
		if len(rows) < verifyBatch {
			return made, nil
		}
	}
}

// stepsOf are the steps of a change, by its row of the audit.
func stepsOf(row db.AuditRow) ([]step, error) {
	e, err := parseAudit(row)
	if err != nil {
		return nil, err
	}
	var after struct {
		Steps []step `json:"steps"`
	}
	if err := json.Unmarshal(e.After, &after); err != nil {
		return nil, fmt.Errorf("row %d of the audit: %w", row.Seq, err)
	}
	return after.Steps, nil
}

// underWay says whether a change of a collection's gallery is begun and not recorded.
func (s *Service) underWay(ctx context.Context, collection string) (bool, error) {
	list, err := s.db.Read().Intents(ctx)
	if err != nil {
		return false, err
	}
	for _, row := range list {
		var i intent
		if err := json.Unmarshal([]byte(row.Body), &i); err != nil {
			return false, fmt.Errorf("what was begun and not ended (%s) is damaged: %w", row.ID, err)
		}
		if i.Collection == collection {
			return true, nil
		}
	}
	return false, nil
}

// undoOf is what undoing a change takes, as far as that is kept.
func (s *Service) undoOf(ctx context.Context, collection, id string) (back undo, err error) {
	row, err := s.db.Read().Change(ctx, collection, id)
	if errors.Is(err, db.ErrNone) || err == nil && row.Undo == nil {
		return back, nil
	}
	if err != nil {
		return back, err
	}
	return back, json.Unmarshal(row.Undo, &back)
}
