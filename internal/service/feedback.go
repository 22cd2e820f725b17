package service

import (
	"context"
	"errors"
	"slices"

	"exemplar"
	"exemplar/internal/service/db"
)

// Actions on decisions.
const (
	ActConfirm = "confirm" // the label is right: the one that is told, else what was answered, else the likeliest
	ActNew     = "new"     // it is of a kind, which may be new: the picture is registered
	ActNot     = "not"     // it is not of a kind: the picture is kept as a negative
	ActIgnore  = "ignore"  // nobody is to look at it any more
)

// Resolving says what is to become of decisions.
type Resolving struct {
	Decisions []string `json:"decisions" minItems:"1" maxItems:"1000" doc:"ids"`
	Action    string   `json:"action" enum:"confirm,new,not,ignore" doc:"confirm: the label is right; new: register the picture under the label; not: keep it as an example of what is not that label; ignore: take it out of the inbox"`
	Label     string   `json:"label,omitempty" maxLength:"512" doc:"for new; for confirm and not: left out, each decision's own label, or the likeliest"`
	Register  string   `json:"register,omitempty" enum:"first,all,none" doc:"which of the pictures are registered, for new and not; first if left out: one suffices. Where not leaves it out, a picture that is not kept or of no use is no fault"`
	Contents  string   `json:"contents,omitempty" enum:",auto,vary,fixed" doc:"for new: whether other contents are a match of what is registered; auto or empty: the program decides"`
	Note      string   `json:"note,omitempty" maxLength:"4096" doc:"for new: kept with what is registered"`
}

// Resolved says what became of decisions.
type Resolved struct {
	Change         string                  `json:"change" doc:"id of the change, to undo it"`
	Decisions      []Decision              `json:"decisions" doc:"as they are now"`
	Registered     []exemplar.Registration `json:"registered,omitempty" doc:"what became of the pictures that were to be registered"`
	Changed        []Effect                `json:"changed" doc:"for not: other answers of the collection that are different now; they stay as they were recorded"`
	LookedAt       int                     `json:"looked_at" doc:"for not: how many answers were looked at for that, the latest first, at most 30"`
	GalleryVersion int64                   `json:"gallery_version"`
}

// Resolve does the same with several decisions, as one change.
func (s *Service) Resolve(ctx context.Context, by Actor, collection string, asked Resolving) (Resolved, error) {
	done, err := s.resolve(ctx, by, collection, asked)
	var known *Error
	if asked.Action == ActNot && asked.Register == "" && errors.As(err, &known) && known.Kind == Conflict { // of no use as a reference
		asked.Register = "none"
		done, err = s.resolve(ctx, by, collection, asked)
	}
	return done, err
}

func (s *Service) resolve(ctx context.Context, by Actor, collection string, asked Resolving) (Resolved, error) {
	contents, err := parseContents(asked.Contents)
	if err != nil {
		return Resolved{}, err
	}
	asked.Contents = string(contents)
	rows, err := s.decisionRows(ctx, collection, asked.Decisions)
	if err != nil {
		return Resolved{}, err
	}
	back := undo{Decisions: statesOf(rows)}
	if asked.Label != "" { // also where no picture is registered under it
		if asked.Label, err = exemplar.CanonicalLabel(asked.Label); err != nil {
			return Resolved{}, explained(err)
		}
	}
	labels, err := s.resolveRows(rows, asked)
	if err != nil {
		return Resolved{}, err
	}
	back.Left = statesOf(rows)
	items, err := s.itemsToRegister(ctx, rows, labels, asked)
	if err != nil {
		return Resolved{}, err
	}
	what := "decisions." + asked.Action
	done := Resolved{Changed: []Effect{}}
	if len(items) > 0 {
		registered, _, err := s.register(ctx, by, collection, what, items, false, func(tx *db.Tx, all *undo) error {
			all.Decisions, all.Left = back.Decisions, back.Left
			return setRows(ctx, tx, rows)
		})
		if err != nil {
			return Resolved{}, err
		}
		done.Change, done.Registered, done.GalleryVersion = registered.Change, registered.Results, registered.GalleryVersion
	} else {
		done.Change = newID()
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if err := setRows(ctx, tx, rows); err != nil {
				return err
			}
			return s.recordChange(ctx, tx, by, done.Change, what, collection, subjectOf(asked, labels), &back, back.Decisions, resolvedAs{asked, back.Left})
		})
		if err != nil {
			return Resolved{}, err
		}
		if done.GalleryVersion, err = s.version(ctx, collection); err != nil {
			return Resolved{}, err
		}
	}
	for _, row := range rows {
		d, err := newDecision(row)
		if err != nil {
			return Resolved{}, err
		}
		done.Decisions = append(done.Decisions, d)
	}
	if asked.Action == ActNot && len(done.Registered) > 0 {
		done.Changed, done.LookedAt, err = s.effectOf(ctx, collection, labels, asked.Decisions)
	}
	return done, err
}

// resolvedAs is what the audit keeps of an action on decisions: without Left nobody could
// tell from it what each of them was from then on.
type resolvedAs struct {
	Resolving
	Left []decisionState `json:"left"`
}

// decisionRows returns decisions by their ids, each once.
func (s *Service) decisionRows(ctx context.Context, collection string, ids []string) ([]db.Decision, error) {
	if len(ids) == 0 {
		return nil, fault(Invalid, "no decision is named: name those that are meant by their ids")
	}
	var rows []db.Decision
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		row, err := s.decisionRow(ctx, collection, id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// resolveRows sets what becomes of decisions, and returns the label that each is about.
func (s *Service) resolveRows(rows []db.Decision, asked Resolving) ([]string, error) {
	if asked.Action == ActNew && asked.Label == "" {
		return nil, fault(Invalid, "action new takes a label, such as id-card/front")
	}
	if asked.Label != "" {
		if err := notReserved(asked.Label); err != nil {
			return nil, err
		}
	}
	if asked.Action == ActNew {
		if err := exemplar.CheckLabel(asked.Label); err != nil {
			return nil, explained(err)
		}
	}
	labels := make([]string, len(rows))
	for i := range rows {
		row := &rows[i]
		if row.Decision == string(exemplar.Refused) && asked.Action != ActIgnore {
			return nil, fault(Conflict, "the picture of %s could not be used, so that it is of no kind: ignore it", row.ID)
		}
		label, err := labelFor(*row, asked)
		if err != nil {
			return nil, err
		}
		labels[i] = label
		switch asked.Action {
		case ActConfirm:
			row.Status = StatusConfirmed
			if label != row.Label {
				row.Status = StatusCorrected
			}
			row.Label = label
			if label != "" {
				row.Decision = string(exemplar.Match)
			}
		case ActNew:
			row.Status, row.Decision, row.Label = StatusCorrected, string(exemplar.Match), label
		case ActNot:
			row.Status, row.Decision, row.Label = StatusRejected, string(exemplar.Unknown), ""
		case ActIgnore:
			row.Status = StatusIgnored
		default:
			return nil, fault(Invalid, "action %q: want confirm, new, not or ignore", asked.Action)
		}
	}
	return labels, nil
}

// labelFor is the label that an action on a decision is about: the one that is told, or
// its own, or, to confirm or to refuse something unknown, the likeliest.
func labelFor(row db.Decision, asked Resolving) (string, error) {
	switch {
	case asked.Action == ActIgnore:
		return "", nil
	case asked.Label != "":
		return asked.Label, nil
	case row.Label != "":
		return row.Label, nil
	}
	d, err := newDecision(row)
	if err != nil {
		return "", err
	}
	if label := likeliest(d.Answer); label != "" {
		return label, nil
	}
	if asked.Action == ActConfirm {
		return "", nil // that it is unknown
	}
	return "", fault(Invalid, "nothing was found that %s might be: say which label it is not", row.ID)
}

// likeliest is the label that an answer comes nearest to, of those that are kinds.
func likeliest(a exemplar.Answer) string {
	for _, c := range a.Candidates {
		if _, negative := exemplar.NegativeOf(c.Label); !negative {
			return c.Label
		}
	}
	return ""
}

// itemsToRegister are the pictures of decisions that an action registers.
func (s *Service) itemsToRegister(ctx context.Context, rows []db.Decision, labels []string, asked Resolving) ([]exemplar.Item, error) {
	if asked.Action != ActNew && asked.Action != ActNot || asked.Register == "none" {
		return nil, nil
	}
	var items []exemplar.Item
	for i, row := range rows {
		if len(items) > 0 && asked.Register != "all" {
			break
		}
		if asked.Action == ActNot && asked.Register == "" && !row.HasPicture {
			continue
		}
		picture, err := s.keptPicture(ctx, row)
		if err != nil {
			return nil, err
		}
		item := exemplar.Item{Label: labels[i], Source: row.Source, Note: "decision " + row.ID, Picture: picture}
		switch {
		case asked.Action == ActNot:
			item.Label = exemplar.NegativePrefix + item.Label
		default:
			item.Contents = exemplar.Contents(asked.Contents)
			if asked.Note != "" {
				item.Note = asked.Note
			}
		}
		items = append(items, item)
	}
	return items, nil
}

// unusable returns an error if none of the pictures could be registered.
func unusable(results []exemplar.Registration) error {
	if usable(results) {
		return nil
	}
	return fault(Conflict, "the picture is of no use as a reference: %s", results[0].Reason)
}

func usable(results []exemplar.Registration) bool {
	return slices.ContainsFunc(results, func(r exemplar.Registration) bool { return r.Outcome != exemplar.RefusedImage })
}

// setRows writes what people said of decisions, and nothing else: one may have been
// rechecked since it was read.
func setRows(ctx context.Context, tx *db.Tx, rows []db.Decision) error {
	for _, row := range rows {
		now, err := tx.Decision(ctx, row.Collection, row.ID)
		if err == nil {
			now.Status, now.Decision, now.Label = row.Status, row.Decision, row.Label
			err = tx.SetDecision(ctx, now)
		}
		if err != nil {
			return orUnknown(err, "the decision %s was removed meanwhile", row.ID)
		}
	}
	return nil
}

func subjectOf(asked Resolving, labels []string) string {
	if asked.Label != "" {
		return asked.Label
	}
	return labels[0]
}

func (s *Service) version(ctx context.Context, collection string) (int64, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return 0, err
	}
	version, err := g.Version(ctx)
	return version, explained(err)
}

// Confirm says that an answer is right.
func (s *Service) Confirm(ctx context.Context, by Actor, collection, id string) (Resolved, error) {
	return s.Resolve(ctx, by, collection, Resolving{Decisions: []string{id}, Action: ActConfirm})
}

// Correction says what a decision's picture shows.
type Correction struct {
	Label    string `json:"label" minLength:"1" maxLength:"512"`
	Register bool   `json:"register,omitempty" doc:"register the picture as well"`
	Contents string `json:"contents,omitempty" enum:",auto,vary,fixed" doc:"with register: whether other contents are a match; auto or empty: the program decides"`
	Note     string `json:"note,omitempty" maxLength:"4096" doc:"with register: kept with the reference"`
}

// Correct says what a decision's picture shows, and registers the picture if that is
// asked for.
func (s *Service) Correct(ctx context.Context, by Actor, collection, id string, asked Correction) (Resolved, error) {
	if asked.Label == "" {
		return Resolved{}, fault(Invalid, "a label is missing: say what the picture shows, such as id-card/front")
	}
	which := "none"
	if asked.Register {
		which = "all"
	}
	return s.Resolve(ctx, by, collection, Resolving{Decisions: []string{id}, Action: ActNew, Label: asked.Label, Register: which, Contents: asked.Contents, Note: asked.Note})
}

// Rejected says what became of an answer that was wrong.
type Rejected struct {
	Resolved
	Negative bool `json:"negative" doc:"whether the picture is kept as an example of what is not that label: it was kept, and is of use"`
}

// Reject says that a decision's picture is not of a label, by default the one that was
// answered. If the picture is kept it becomes a negative, so that what looks like it is
// unknown from then on.
func (s *Service) Reject(ctx context.Context, by Actor, collection, id, label string) (Rejected, error) {
	done, err := s.Resolve(ctx, by, collection, Resolving{Decisions: []string{id}, Action: ActNot, Label: label})
	return Rejected{Resolved: done, Negative: len(done.Registered) > 0}, err
}
