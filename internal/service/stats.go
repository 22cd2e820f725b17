package service

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"time"

	"exemplar/internal/service/db"
)

// Stats are figures about the decisions of a collection.
type Stats struct {
	Days      []Day      `json:"days" doc:"the latest first; days without decisions are left out"`
	Statuses  []Count    `json:"statuses" doc:"decisions by status"`
	Confused  []Confused `json:"confused" doc:"pairs of labels between which answers were close, or that a person put right, the most frequent first"`
	LookedAt  int        `json:"looked_at" doc:"decisions that the pairs are of: the latest, at most 2,000"`
	DaysAsked int        `json:"days_asked"`
}

// Day is what was decided on a day (in UTC).
type Day struct {
	Day       string    `json:"day" example:"2026-11-29"`
	Decisions []Count   `json:"decisions" doc:"by what was answered"`
	Scores    [10]int64 `json:"scores" doc:"histogram of the confidence of matches: from 0 to 0.1, ... from 0.9 to 1"`
}

// Count is how often something is.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Confused is a pair of labels.
type Confused struct {
	Label string `json:"label" doc:"what came first"`
	Other string `json:"other" doc:"what came close to it, or what a person said instead"`
	Close int    `json:"close" doc:"answers between the two that were close"`
	Wrong int    `json:"wrong" doc:"answers that a person put right"`
}

// The bounds of what pairs of labels are looked for in.
const (
	confusedRows  = 2000
	confusedPairs = 50
	// closeConfidence is the confidence of a second label from which on an answer was
	// close (by eye).
	closeConfidence = 0.1
)

// Stats returns figures of the last days.
func (s *Service) Stats(ctx context.Context, collection string, days int) (Stats, error) {
	if _, err := s.db.Read().Collection(ctx, collection); err != nil {
		return Stats{}, orNoCollection(err, collection)
	}
	out := Stats{Days: []Day{}, Statuses: []Count{}, Confused: []Confused{}, DaysAsked: days}
	counts, err := s.db.Read().CountDays(ctx, collection, time.Now().AddDate(0, 0, -days))
	if err != nil {
		return Stats{}, err
	}
	for _, c := range counts {
		out.add(c)
	}
	statuses, err := s.db.Read().CountStatuses(ctx, collection)
	if err != nil {
		return Stats{}, err
	}
	for _, c := range statuses {
		out.Statuses = append(out.Statuses, Count{c.Name, c.Count})
	}
	rows, err := s.db.Read().Decisions(ctx, collection, db.DecisionFilter{Limit: confusedRows})
	if err != nil {
		return Stats{}, err
	}
	out.LookedAt = len(rows)
	out.Confused, err = confusedIn(rows)
	return out, err
}

// add adds a count of a day; the counts come day by day.
func (s *Stats) add(c db.DayCount) {
	day := time.Unix(c.Day*24*3600, 0).UTC().Format(time.DateOnly)
	if len(s.Days) == 0 || s.Days[len(s.Days)-1].Day != day {
		s.Days = append(s.Days, Day{Day: day, Decisions: []Count{}})
	}
	d := &s.Days[len(s.Days)-1]
	if at := slices.IndexFunc(d.Decisions, func(n Count) bool { return n.Name == c.Decision }); at >= 0 {
		d.Decisions[at].Count += c.Count
	} else {
		d.Decisions = append(d.Decisions, Count{c.Decision, c.Count})
	}
	if c.Decision == "match" {
		d.Scores[min(max(c.Tenth, 0), 9)] += c.Count
	}
}

// confusedIn finds the pairs of labels that were taken for each other.
func confusedIn(rows []db.Decision) ([]Confused, error) {
	pairs := map[[2]string]*Confused{}
	pair := func(label, other string) *Confused {
		key := [2]string{label, other}
		if pairs[key] == nil {
			pairs[key] = &Confused{Label: label, Other: other}
		}
		return pairs[key]
	}
	for _, row := range rows {
		d, err := newDecision(row)
		if err != nil {
			return nil, err
		}
		if c := d.Answer.Candidates; len(c) > 1 && c[1].Confidence >= closeConfidence {
			pair(c[0].Label, c[1].Label).Close++
		}
		if d.Status == StatusCorrected && d.Answer.Label != "" && d.Answer.Label != d.Label {
			pair(d.Answer.Label, d.Label).Wrong++
		}
	}
	list := []Confused{}
	for _, p := range pairs {
		list = append(list, *p)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return cmp.Or(cmp.Compare(b.Close+b.Wrong, a.Close+a.Wrong), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Other, b.Other)) < 0
	})
	return list[:min(len(list), confusedPairs)], nil
}
