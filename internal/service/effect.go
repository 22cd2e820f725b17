package service

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"sort"

	"exemplar"
	"exemplar/internal/parallel"
	"exemplar/internal/service/db"
)

// Effect is an answer that is, or would be, another one.
type Effect struct {
	ID     string  `json:"id" doc:"of the decision"`
	Before Outcome `json:"before"`
	After  Outcome `json:"after"`
}

// Outcome is an answer in brief.
type Outcome struct {
	Decision   string  `json:"decision"`
	Label      string  `json:"label,omitempty"`
	Confidence float64 `json:"confidence"`
}

func outcomeOf(a exemplar.Answer) Outcome {
	return Outcome{string(a.Decision), a.Label, a.Confidence}
}

// same reports whether two outcomes say the same, however surely.
func (o Outcome) same(other Outcome) bool {
	return o.Decision == other.Decision && o.Label == other.Label
}

// The bounds of a look at the effects of a change (by eye): the answers whose pictures
// are most alike are looked at, so that a person does not wait.
const (
	effectLooks = 30
	inboxLooks  = 1000 // of which the most alike are chosen
)

// effectOf is how the latest answers that gave one of some labels are other now that
// pictures of decisions are negatives, and how many were looked at.
func (s *Service) effectOf(ctx context.Context, collection string, labels, of []string) ([]Effect, int, error) {
	rows, err := s.answeredAs(ctx, collection, labels, of)
	if err != nil {
		return nil, 0, err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return nil, 0, err
	}
	changed, err := s.look(ctx, g, rows, 1)
	return changed, len(rows), err
}

// unjudged are decisions of a label that nobody has judged: those that were answered, and those
// whose sub-label is open. At most the filter's limit of either.
func unjudged(ctx context.Context, tx *db.Tx, collection string, f db.DecisionFilter) (all []db.Decision, err error) {
	for _, f.Status = range []string{StatusAnswered, StatusOpen} {
		rows, err := tx.Decisions(ctx, collection, f)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// answeredAs are the latest answers that gave one of some labels and nobody has judged,
// with kept pictures, but for some decisions.
func (s *Service) answeredAs(ctx context.Context, collection string, labels, without []string) ([]db.Decision, error) {
	var all []db.Decision
	for _, label := range slices.Compact(slices.Sorted(slices.Values(labels))) {
		rows, err := unjudged(ctx, s.db.Read(), collection, db.DecisionFilter{Label: label, Limit: inboxLooks})
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	all = slices.DeleteFunc(all, func(d db.Decision) bool { return !d.HasPicture || slices.Contains(without, d.ID) })
	sort.Slice(all, func(i, j int) bool { return all[i].ID > all[j].ID })
	all = slices.CompactFunc(all, func(a, b db.Decision) bool { return a.ID == b.ID })
	return all[:min(len(all), effectLooks)], nil
}

// mostAlike are the n decisions with kept pictures whose likeness is most like another.
func (s *Service) mostAlike(rows []db.Decision, to exemplar.Likeness, n int) []db.Decision {
	rows = slices.DeleteFunc(rows, func(d db.Decision) bool { return !d.HasPicture })
	likeness := map[string]float64{}
	for _, row := range rows {
		likeness[row.ID] = s.model.Alike(to, unpackVector(row.Likeness))
	}
	sort.SliceStable(rows, func(i, j int) bool { return likeness[rows[i].ID] > likeness[rows[j].ID] })
	return rows[:min(n, len(rows))]
}

// look classifies the pictures of decisions again, with a gallery that has a share of
// the labels of theirs, and says which answers are other.
func (s *Service) look(ctx context.Context, g *exemplar.Gallery, rows []db.Decision, share float64) ([]Effect, error) {
	all, err := parallel.Map(ctx, 0, rows, func(ctx context.Context, row db.Decision) (e Effect, err error) {
		result, opts, err := s.again(ctx, g, row, share)
		if err != nil || row.Nth >= len(result.Answers) || opts.All { // of one document of several
			return e, err
		}
		before, err := newDecision(row)
		return Effect{row.ID, outcomeOf(before.Answer), outcomeOf(result.Answers[row.Nth])}, err
	})
	return slices.DeleteFunc(all, func(e Effect) bool { return e.Before.same(e.After) }), err
}

// again classifies the picture of a decision as it was asked for then.
func (s *Service) again(ctx context.Context, g *exemplar.Gallery, row db.Decision, share float64) (exemplar.Result, ClassifyOptions, error) {
	var opts ClassifyOptions
	if err := json.Unmarshal([]byte(row.Options), &opts); err != nil {
		return exemplar.Result{}, opts, err
	}
	picture, leave, err := s.enterKept(ctx, row)
	if err != nil {
		return exemplar.Result{}, opts, err
	}
	defer leave()
	// A stranger is accepted with probability f if each of N labels accepts it with
	// 1-(1-f)^(1/N): of a share of the labels the same is asked of each.
	fpir := opts.FPIR
	if share != 1 {
		fpir = -math.Expm1(share * math.Log1p(-fpir))
	}
	result, err := g.Classify(ctx, picture, exemplar.ClassifyOptions{FPIR: fpir, Exact: opts.Exact, All: opts.All})
	return result, opts, explained(err)
}

// Previewing says what is to be tried.
type Previewing struct {
	Action    string   `json:"action,omitempty" enum:"new,not" doc:"new, as if left out: register the pictures under the label; not: keep them as examples of what is not that label"`
	Label     string   `json:"label" minLength:"1" maxLength:"512"`
	Decisions []string `json:"decisions" minItems:"1" maxItems:"10" doc:"ids of those whose pictures would be registered"`
	Brief     bool     `json:"brief,omitempty" doc:"look at no answers: say only what would become of the pictures, which is quick"`
	Explain   bool     `json:"explain,omitempty" doc:"draw what of them is taken for form and what for contents, and where they differ from what they resemble"`
}

// Preview says which answers would be other, if pictures were registered.
type Preview struct {
	Results  []exemplar.Registration `json:"results" doc:"what would become of the pictures, and which labels they resemble"`
	Changed  []Effect                `json:"changed" doc:"answers that would be other: of new those of the inbox, of not those that gave the label"`
	LookedAt int                     `json:"looked_at" doc:"how many were looked at: those whose pictures are kept, of the inbox the most alike, of others the latest; at most 30"`
	Open     int                     `json:"open" doc:"how many the inbox has"`
}

// Preview says which answers would be other, if the pictures of decisions were registered
// under a label, or as examples of what is not it. Nothing is changed: the pictures are
// registered in a gallery of their own, beside the references that the answers rest on.
func (s *Service) Preview(ctx context.Context, collection string, asked Previewing) (Preview, error) {
	if asked.Action == "" {
		asked.Action = ActNew
	}
	if asked.Action == ActNew {
		if err := notReserved(asked.Label); err != nil {
			return Preview{}, err
		}
		if err := exemplar.CheckLabel(asked.Label); err != nil {
			return Preview{}, explained(err)
		}
	}
	rows, err := s.decisionRows(ctx, collection, asked.Decisions)
	if err != nil {
		return Preview{}, err
	}
	items, err := s.itemsToRegister(ctx, rows, slices.Repeat([]string{asked.Label}, len(rows)), Resolving{Action: asked.Action, Register: "all"})
	if err != nil {
		return Preview{}, err
	}
	open, err := s.db.Read().CountDecisions(ctx, collection, StatusOpen)
	if err != nil {
		return Preview{}, err
	}
	considered, err := s.consider(ctx, collection, items, Registering{Explain: asked.Explain})
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Results: considered.Results, Changed: []Effect{}, Open: int(min(open, inboxLooks))}
	if asked.Brief || asked.Action == ActNew && !usable(out.Results) {
		return out, nil
	}
	looked, err := s.lookedAt(ctx, collection, rows, asked)
	if err != nil {
		return Preview{}, err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Preview{}, err
	}
	trial, share, remove, err := s.trial(ctx, g, items, looked)
	if err != nil {
		return Preview{}, err
	}
	defer remove()
	out.LookedAt = len(looked)
	out.Changed, err = s.look(ctx, trial, looked, share)
	return out, err
}

// lookedAt are the answers that a preview looks at.
func (s *Service) lookedAt(ctx context.Context, collection string, rows []db.Decision, asked Previewing) ([]db.Decision, error) {
	if asked.Action == ActNot {
		return s.answeredAs(ctx, collection, []string{asked.Label}, asked.Decisions)
	}
	open, err := s.db.Read().Decisions(ctx, collection, db.DecisionFilter{Status: StatusOpen, Limit: inboxLooks})
	return s.mostAlike(open, unpackVector(rows[0].Likeness), effectLooks), err
}

// trial makes a gallery of items and of the references that answers rest on, and says
// what share of the collection's labels it has.
func (s *Service) trial(ctx context.Context, g *exemplar.Gallery, items []exemplar.Item, answers []db.Decision) (_ *exemplar.Gallery, share float64, remove func(), err error) {
	made, remove, err := s.temporary()
	if err != nil {
		return nil, 0, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	ids, err := s.restOn(ctx, g, answers)
	if err != nil {
		return nil, 0, nil, err
	}
	packed, err := g.Pack(ctx, ids...)
	if err != nil {
		return nil, 0, nil, explained(err)
	}
	if _, err := made.Unpack(ctx, packed); err != nil {
		return nil, 0, nil, explained(err)
	}
	results, err := s.registerItems(ctx, made, items, exemplar.RegisterOptions{})
	if err == nil {
		err = unusable(results)
	}
	if err != nil {
		return nil, 0, nil, explained(err)
	}
	all, err := g.Stats(ctx)
	if err != nil {
		return nil, 0, nil, explained(err)
	}
	some, err := made.Stats(ctx)
	if err != nil {
		return nil, 0, nil, explained(err)
	}
	return made, float64(some.Labels) / float64(max(all.Labels, some.Labels)), remove, nil
}

// restOn are the references that answers rest on, and that are there still.
func (s *Service) restOn(ctx context.Context, g *exemplar.Gallery, answers []db.Decision) ([]string, error) {
	var ids []string
	seen := map[string]bool{}
	for _, row := range answers {
		d, err := newDecision(row)
		if err != nil {
			return nil, err
		}
		for _, c := range d.Answer.Candidates {
			if seen[c.Reference] {
				continue
			}
			seen[c.Reference] = true
			if _, err := g.Get(ctx, c.Reference); err == nil {
				ids = append(ids, c.Reference)
			}
		}
	}
	return ids, nil
}
