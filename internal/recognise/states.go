package recognise

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"exemplar/internal/alignment"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/parallel"
	"exemplar/internal/planar"
)

const (
	// maxStates is how many references of the sub-labels of a label are held against
	// each other: where there are more, they name editions, pages or people.
	maxStates = 8
	// sameForm is the share of the blocks of two references that agree at least, of those
	// that nothing happened to, if the two may be one kind in two states. By eye.
	sameForm = 0.4
	// otherForm is up to how many cells may seem to be of another form in a place that
	// nothing happened to, and rim how far around a region its effect may reach, as a
	// share of the picture. By eye.
	otherForm, effectRim = 8, 0.04
	// plainly is how strong the condition of one of the references is at least: what
	// editions differ in may look like a slight stain. By eye.
	plainly = 0.8
	// keptStates bounds the groups of sub-labels whose states stay known.
	keptStates = 64
)

// states are the sub-labels of a label whose references show copies of one kind in
// states that differ: plain, with glare, torn. Nil where there are no such.
type states struct {
	plainest string                     // the reference that the others are held against
	of       map[string]condition.State // by reference
	labels   map[string]decide.Label    // of these references
	tell     bool                       // a photo's state may choose a label: all have a reference here, and all but the plainest's one that is plainly in a condition
}

// statesOf finds the states among which a reference is, with its siblings: the
// references of the labels that have the same parent, and the parent's own.
func (s *search) statesOf(ctx context.Context, h *Hypothesis) (*states, error) {
	parent := h.Label.Parent()
	if parent == "" {
		return nil, nil
	}
	var ids []string
	leaves := map[decide.Label]bool{}
	for id, label := range s.members {
		if (label.Parent() == parent || label == parent) && s.damaged[id] == nil {
			ids = append(ids, id)
			leaves[label] = true
		}
	}
	if len(leaves) < 2 || len(ids) > maxStates {
		return nil, nil
	}
	slices.Sort(ids)
	key := strings.Join(ids, " ")
	return s.engine.references.states.get(ctx, key, func(ctx context.Context) (*states, error) {
		labels := map[string]decide.Label{}
		for _, id := range ids {
			labels[id] = s.members[id]
		}
		return s.engine.compareStates(ctx, ids, labels)
	})
}

// seenAs is the state in which one reference is seen against another, if they are
// of one kind.
type seenAs struct {
	kin  bool
	seen condition.Seen
}

// compareStates holds references against each other. The plainest is the one that
// lacks least of what the others have.
func (g *Engine) compareStates(ctx context.Context, ids []string, labels map[string]decide.Label) (*states, error) {
	rows, err := parallel.Map(ctx, 0, ids, func(ctx context.Context, id string) ([]seenAs, error) { return g.seenAgainst(ctx, id, ids) })
	if err != nil {
		return nil, err
	}
	plainest, least := -1, math.Inf(1)
	for i, row := range rows {
		worst, kin := 0.0, 0
		for j, seen := range row {
			if j != i && seen.kin {
				worst += seen.seen.State.Worst() + 1e-3*seen.seen.Harm
				kin++
			}
		}
		// One that is found nowhere is no measure; of equals, the one with most kin.
		if score := worst/float64(max(1, kin)) - 1e-4*float64(kin); kin > 0 && score < least {
			plainest, least = i, score
		}
	}
	if plainest < 0 {
		return nil, nil
	}
	found := &states{plainest: ids[plainest], of: map[string]condition.State{}, labels: map[string]decide.Label{}}
	inState := map[decide.Label]bool{labels[ids[plainest]]: true}
	for i, row := range rows {
		if seen := row[plainest]; i == plainest || seen.kin {
			found.of[ids[i]], found.labels[ids[i]] = seen.seen.State, labels[ids[i]]
			inState[labels[ids[i]]] = inState[labels[ids[i]]] || seen.seen.State.Worst() >= plainly
		}
	}
	differ := 0
	found.tell = true
	for _, label := range labels {
		found.tell = found.tell && inState[label]
	}
	for _, is := range inState {
		if is {
			differ++
		}
	}
	if differ < 2 {
		return nil, nil
	}
	return found, nil
}

// seenAgainst holds a reference against others, itself excepted.
func (g *Engine) seenAgainst(ctx context.Context, id string, others []string) ([]seenAs, error) {
	picture, err := g.Picture(ctx, id)
	if err != nil {
		return make([]seenAs, len(others)), nil // it has no state; the search says what is damaged
	}
	photo := NewPhoto(g.model.Embedder, picture)
	row := make([]seenAs, len(others))
	for i, other := range others {
		if other == id {
			continue
		}
		reference, err := g.references.get(ctx, g, other)
		if err != nil {
			continue
		}
		found := photo.Verify(reference)
		if !found.Located {
			continue
		}
		conditions, seen := photo.Conditions(reference, &found)
		row[i] = seenAs{agreeBeside(reference, &found, conditions) >= sameForm && formBeside(reference, &found, conditions) <= otherForm, seen}
	}
	return row, nil
}

// agreeBeside is the share of a reference's blocks that agree, of those that no
// condition with a place touches.
func agreeBeside(r *Reference, f *Found, conditions []Condition) float64 {
	agree, judged := 0, 0
	for i, place := range r.Blocks(f) {
		if f.Blocks[i].State == alignment.NotComparable || touches(conditions, planar.Between(place[0], place[2], 0.5)) {
			continue
		}
		judged++
		if f.Blocks[i].State == alignment.InPlace {
			agree++
		}
	}
	return float64(agree) / math.Max(1, float64(judged))
}

// formBeside is the number of cells that show another form in the place with most of
// them, of those that no condition touches or nearly touches.
func formBeside(r *Reference, f *Found, conditions []Condition) float64 {
	if f.rectified == nil {
		return 0
	}
	seen := f.seenKinds()
	w, h := r.Size()
	visible := slices.Clone(f.rectified.Visible)
	for i := range visible {
		x, y := (float64(i%seen.W)+0.5)/float64(seen.W)*float64(w), (float64(i/seen.W)+0.5)/float64(seen.H)*float64(h)
		for _, c := range conditions {
			for _, where := range c.Where {
				low, high := where.Reference[0], where.Reference[2]
				dx, dy := effectRim*float64(w), effectRim*float64(h)
				if x > low.X-dx && x < high.X+dx && y > low.Y-dy && y < high.Y+dy {
					visible[i] = false
				}
			}
		}
	}
	return seen.Tally(visible).Cluster
}

// best is the hypothesis that most speaks for.
func (e *evidenceSet) best() *Hypothesis {
	var best *Hypothesis
	for _, h := range e.seen {
		if h.Found.Located && (best == nil || e.llr(h) > e.llr(best) || e.llr(h) == e.llr(best) && h.ID < best.ID) {
			best = h
		}
	}
	return best
}

// addStates finds the states among which the best hypothesis is, and sees to it that
// the plainest of them is compared with the photo, which the others are measured by.
func (s *search) addStates(ctx context.Context, e *evidenceSet) error {
	best := e.best()
	if best == nil {
		return nil
	}
	var err error
	if e.states, err = s.statesOf(ctx, best); err != nil || e.states == nil {
		return err
	}
	if e.states.labels[best.ID] == "" {
		e.states = nil // the best is none of them
		return nil
	}
	if e.seen[e.states.plainest] == nil {
		reference, err := s.engine.references.get(ctx, s.engine, e.states.plainest)
		if s.damaged.skips(err, best.Label) {
			e.states = nil
			return nil
		}
		if err != nil {
			return err
		}
		e.add(&Hypothesis{ID: e.states.plainest, Label: e.states.labels[e.states.plainest], Reference: reference, Found: s.photo.Verify(reference)})
	}
	return nil
}

// markStates tells the decision which candidates are of one kind in several states.
func (e *evidenceSet) markStates() {
	for i := range e.candidates {
		c := &e.candidates[i]
		c.Conditions = 0
		if e.states != nil && c.Evidence != nil && c.Evidence.Located && e.states.labels[c.Reference] == c.Label {
			c.Conditions = 1
		}
	}
}

// see says in what state the photo shows what was found, and chooses by it among
// sub-labels that differ in that alone.
func (e *evidenceSet) see(f *Finding) {
	if e.photo == nil || f.Best == nil || !f.Best.Found.Located || f.Decision.Outcome != decide.Match && f.Decision.Outcome != decide.Ambiguous {
		return
	}
	seenBy, chooses := f.Best, false
	if e.states != nil {
		if plainest := e.seen[e.states.plainest]; plainest != nil && plainest.Found.Located {
			seenBy, chooses = plainest, true
		}
	}
	var seen condition.Seen
	f.Conditions, seen = e.photo.Conditions(seenBy.Reference, &seenBy.Found)
	f.Conditions = slices.DeleteFunc(f.Conditions, func(c Condition) bool { return !c.Sure })
	if !chooses {
		return
	}
	group := slices.Compact(slices.Sorted(maps.Values(e.states.labels)))
	var fit []decide.Label
	if e.states.tell {
		fit = e.states.nearest(&seen.Cautious)
	}
	f.Decision = f.Decision.ByCondition(e.policy, group, fit, e.states.says(f.Conditions, fit))
	if best := e.seen[f.Decision.Best.Reference]; best != nil {
		f.Best = best
	}
}

// says says, for instance, "it is seen with glare, as doc/glare is".
func (t *states) says(conditions []Condition, fit []decide.Label) string {
	var kinds []string
	for _, c := range conditions {
		kinds = append(kinds, string(c.Kind))
	}
	seen := "it is seen plain"
	if len(kinds) > 0 {
		seen = "it is seen " + strings.Join(kinds, ", ")
	}
	if len(fit) == 1 {
		return seen + ", as " + string(fit[0]) + " is"
	}
	return seen
}

// nearest returns the labels of the references whose states are nearest to that of a
// photo, the nearest first: see [condition.Nearest].
func (t *states) nearest(photo *condition.State) []decide.Label {
	ids := slices.Sorted(maps.Keys(t.of))
	registered := make([]condition.State, len(ids))
	for i, id := range ids {
		registered[i] = t.of[id]
	}
	var labels []decide.Label
	for _, i := range condition.Nearest(photo, registered) {
		if label := t.labels[ids[i]]; !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

// touches says whether a point of the reference lies in a condition's place.
func touches(conditions []Condition, p planar.Point) bool {
	for _, c := range conditions {
		for i := range c.Where {
			if planar.Contains(&c.Where[i].Reference, p) {
				return true
			}
		}
	}
	return false
}
