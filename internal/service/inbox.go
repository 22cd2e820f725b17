package service

import (
	"context"
	"encoding/json"
	"slices"

	"exemplar"
	"exemplar/internal/service/db"
)

// Inbox is what waits for a person, in groups that look alike, the largest first.
type Inbox struct {
	Groups         []Group `json:"groups"`
	Open           int64   `json:"open" doc:"how many decisions wait"`
	Grouped        int     `json:"grouped" doc:"how many of them, the newest, are in the groups"`
	GalleryVersion int64   `json:"gallery_version"`
}

// Group is decisions whose pictures look alike.
type Group struct {
	ID         string      `json:"id" doc:"the id of its first decision"`
	Size       int         `json:"size"`
	Decisions  []Decision  `json:"decisions" doc:"the oldest first, at most 50"`
	IDs        []string    `json:"ids" doc:"of all decisions of the group"`
	Suggestion *Suggestion `json:"suggestion,omitempty" doc:"what most of them come nearest to; absent where nothing does"`
}

// Suggestion is a label that a group may be of.
type Suggestion struct {
	Label      string   `json:"label"`
	Confidence float64  `json:"confidence" doc:"mean of those of the answers"`
	Reference  string   `json:"reference" doc:"id of a reference of it"`
	Open       []string `json:"open,omitempty" doc:"the group is of this label, and which one below it is open: these, or one that is not registered"`
	But        string   `json:"but,omitempty" doc:"why one of the group is not of the label though it looks like it, in a few words"`

	near int // answers that come near to it
}

// The making of groups.
const (
	groupShown = 50   // decisions that a group lists
	groupMost  = 1000 // decisions that are grouped: a person does not look at more at once, and the work grows with the square
	// groupLikeness is the likeness that all pictures of a group have with each other. Chosen
	// on drawn kinds (TestGroupsOfDrawnKinds, seed 1): of 20 kinds, 6 copies each, 40 groups
	// with 1 mixed, against 37 with 3 from 0.55 on, and 42 with 1 from 0.64 on.
	groupLikeness = 0.6
	// suggestionConfidence is the least confidence of a suggestion where geometry decided:
	// below it, it would mostly be wrong.
	suggestionConfidence = 0.05
	// alikeConfidence is that where nothing was found in the picture, which looks like a
	// reference as a whole. At an FPIR of 0.01 a confidence is 0.5, so at this one it is about
	// 0.04: with less, one in five pictures of anything, such as an empty table, would be like
	// something.
	alikeConfidence = 0.2
	// mostAgrees is the share of the parts that agree from which on a reason says that a
	// picture looks like a label, but, and not only that it is most like it.
	mostAgrees = 0.5
)

// Inbox returns what waits for a person.
func (s *Service) Inbox(ctx context.Context, collection string) (Inbox, error) {
	gallery, err := s.gallery(ctx, collection)
	if err != nil {
		return Inbox{}, err
	}
	version, err := gallery.Version(ctx)
	if err != nil {
		return Inbox{}, explained(err)
	}
	rows, err := s.db.Read().Decisions(ctx, collection, db.DecisionFilter{Status: StatusOpen, Limit: groupMost})
	if err != nil {
		return Inbox{}, err
	}
	out := Inbox{Groups: []Group{}, Grouped: len(rows), GalleryVersion: version}
	if out.Open, err = s.db.Read().CountDecisions(ctx, collection, StatusOpen); err != nil {
		return Inbox{}, err
	}
	groups, err := s.groupsOf(ctx, rows)
	if err != nil {
		return Inbox{}, err
	}
	now := standingIn(ctx, gallery)
	for _, members := range groups {
		g, err := newGroup(members, now)
		if err != nil {
			return Inbox{}, err
		}
		out.Groups = append(out.Groups, g)
	}
	return out, nil
}

func newGroup(members []db.Decision, now *standing) (Group, error) {
	g := Group{ID: members[0].ID, Size: len(members), Decisions: []Decision{}}
	votes := map[string]*Suggestion{}
	for i, row := range members {
		g.IDs = append(g.IDs, row.ID)
		d, err := newDecision(row)
		if err != nil {
			return g, err
		}
		if i < groupShown {
			g.Decisions = append(g.Decisions, d)
		}
		if err := vote(votes, d.Answer, now); err != nil {
			return g, err
		}
	}
	for _, v := range votes {
		v.Confidence /= float64(len(members))
		if (2*v.near >= len(members) || v.Confidence >= suggestionConfidence) && (g.Suggestion == nil || v.Confidence > g.Suggestion.Confidence ||
			v.Confidence == g.Suggestion.Confidence && v.Label < g.Suggestion.Label) {
			g.Suggestion = v
		}
	}
	return g, nil
}

// vote adds the confidence of an answer's candidates that come near to those of their
// labels, as these are registered now. An answer whose sub-label is open is for the label
// that it gives alone.
func vote(votes map[string]*Suggestion, a exemplar.Answer, now *standing) error {
	add := func(label, reference string, confidence float64) (*Suggestion, error) {
		found, err := now.of(label, reference)
		if err != nil || found.label == "" {
			return nil, err
		}
		if votes[found.label] == nil {
			votes[found.label] = &Suggestion{Label: found.label, Reference: found.reference}
		}
		v := votes[found.label]
		v.Confidence += confidence
		v.near++
		return v, nil
	}
	if len(a.Open) > 0 {
		v, err := add(a.Label, a.Candidates[0].Reference, a.Confidence)
		if v == nil || err != nil {
			return err
		}
		below, err := now.still(a.Open)
		for _, open := range below {
			if !slices.Contains(v.Open, open) {
				v.Open = append(v.Open, open)
			}
		}
		return err
	}
	for i, c := range a.Candidates {
		_, negative := exemplar.NegativeOf(c.Label)
		if negative || !comesNear(a, i) {
			continue
		}
		v, err := add(c.Label, c.Reference, c.Confidence)
		if err != nil {
			return err
		}
		if v != nil && i == 0 && a.Geometry != nil && v.But == "" {
			v.But = a.Summary
		}
	}
	return nil
}

// comesNear reports whether one of an answer's candidates is worth naming: its reference was
// found in the picture, and most of it agrees; or it may well be it.
func comesNear(a exemplar.Answer, candidate int) bool {
	c := a.Candidates[candidate]
	if a.Geometry == nil {
		return c.Confidence >= alikeConfidence
	}
	return c.Confidence >= suggestionConfidence || candidate == 0 && a.Geometry.Agreement >= mostAgrees
}

// Rechecked says what a recheck of the inbox did.
type Rechecked struct {
	LookedAt int      `json:"looked_at"`
	Changed  []Effect `json:"changed" doc:"decisions whose answer is another one now; those that are a match left the inbox, unless their sub-label is open"`
	Left     int      `json:"left" doc:"decisions that are to be looked at still: ask again"`
}

// recheckMost is how many pictures one call rechecks (by eye: some seconds).
const recheckMost = 50

// Recheck answers the inbox anew, by what the gallery holds now: those of its decisions
// whose pictures are kept, and that were answered by an earlier version of it. Those most
// like the decision like come first, if it is not empty, else the newest.
func (s *Service) Recheck(ctx context.Context, by Actor, collection, like string) (Rechecked, error) {
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Rechecked{}, err
	}
	version, err := g.Version(ctx)
	if err != nil {
		return Rechecked{}, explained(err)
	}
	rows, err := s.db.Read().Decisions(ctx, collection, db.DecisionFilter{Status: StatusOpen, Limit: groupMost})
	if err != nil {
		return Rechecked{}, err
	}
	rows = slices.DeleteFunc(rows, func(d db.Decision) bool { return !d.HasPicture || d.GalleryVersion >= version })
	if like != "" {
		first, err := s.decisionRow(ctx, collection, like)
		if err != nil {
			return Rechecked{}, err
		}
		rows = s.mostAlike(rows, unpackVector(first.Likeness), len(rows))
	}
	out := Rechecked{Changed: []Effect{}, Left: max(0, len(rows)-recheckMost)}
	for _, row := range rows[:min(len(rows), recheckMost)] {
		effect, err := s.recheckOne(ctx, by, g, row)
		if err != nil {
			return out, err
		}
		out.LookedAt++
		if effect != nil {
			out.Changed = append(out.Changed, *effect)
		}
	}
	return out, nil
}

// recheckOne answers a decision anew; the effect is nil if the answer is as it was.
func (s *Service) recheckOne(ctx context.Context, by Actor, g *exemplar.Gallery, row db.Decision) (*Effect, error) {
	result, _, err := s.again(ctx, g, row, 1)
	if err != nil {
		return nil, err
	}
	before, err := newDecision(row)
	if err != nil {
		return nil, err
	}
	row.GalleryVersion = result.Version
	if row.Nth < len(result.Answers) {
		answer := result.Answers[row.Nth]
		packed, err := json.Marshal(answer)
		if err != nil {
			return nil, err
		}
		row.Status, row.Decision, row.Label, row.Confidence, row.Answer = statusOf(answer), string(answer.Decision), answer.Label, answer.Confidence, string(packed)
	}
	after, err := newDecision(row)
	if err != nil {
		return nil, err
	}
	effect := Effect{row.ID, outcomeOf(before.Answer), outcomeOf(after.Answer)}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := tx.Decision(ctx, row.Collection, row.ID)
		if err != nil || now.Status != StatusOpen {
			return orGone(err) // a person was faster
		}
		if err := tx.SetDecision(ctx, row); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "decision.recheck", Collection: row.Collection, Subject: row.ID, Before: before.Answer, After: evidence(row)})
	})
	if err != nil || effect.Before.same(effect.After) {
		return nil, err
	}
	return &effect, nil
}
