package recognise

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/parallel"
	"exemplar/internal/planar"
	"exemplar/internal/store"
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
	otherForm, effectRim = 8, 0.06
	// mostBeyond is the share of a reference up to which it may lie outside of the picture of another,
	// or that one outside of its own, if the two may be one kind in two states: else they have a block
	// of print in common that lies elsewhere. By eye.
	mostBeyond = 0.1
	// plainly is how strong the condition of one of the references is at least, and
	// plainPlace the share of it that is in one that is not sure: what editions differ in may
	// look like a slight stain, and another emblem like a hole. Of 58 references of bench/conditions -odd
	// in a condition each is in one that is sure or covers more, of the editions of seed 1 of
	// bench/kinds that were taken for conditions none is.
	plainly, plainPlace = 0.8, 0.035
	// onlyContents is the share of the print in a place from which on nothing but contents is there.
	// By eye: where portraits of seed 4 of bench/kinds looked like glare and tears it was 0.82 and more.
	onlyContents = 0.75
	// keptStates bounds the groups of sub-labels whose states stay known.
	keptStates = 64
)

// states are the sub-labels of a label whose references show copies of one kind in
// states that differ: plain, with glare, torn. Nil where there are no such.
type states struct {
	plainest string                     // the reference that the others are held against
	of       map[string]condition.State // by reference
	labels   map[string]decide.Label    // of these references
	tell     bool                       // a photo's state may choose a label: all of them have a reference here
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
	labelled := make([]string, len(ids)) // another label is another group
	for i, id := range ids {
		labelled[i] = id + " " + string(s.members[id])
	}
	key := strings.Join(labelled, "\n")
	return s.engine.references.states.get(ctx, key, func(ctx context.Context) (*states, error) {
		labels := map[string]decide.Label{}
		for _, id := range ids {
			labels[id] = s.members[id]
		}
		return s.engine.compareStates(ctx, ids, labels)
	})
}

// seenAs is what was seen of one reference held against another: in what state it is,
// and what of the other is there.
type seenAs struct {
	reference  *Reference // the other
	found      *Found     // nil where it was not found
	conditions []Condition
	seen       condition.Seen
	recoloured bool // its form has quite other colours
}

// isInState says that something plainly happened to one of two references, as the conditions of
// seen, of one held against the other, and back, of the other held against it, tell.
func isInState(seen, back *seenAs) bool {
	return seen.seen.State.Worst() >= plainly && (slices.ContainsFunc(seen.conditions, seen.isPlain) || slices.ContainsFunc(back.conditions, back.isPlain))
}

// isPlain says that a condition is plainly seen, and beside the contents: another portrait looks
// like glare on this one, or like a tear.
func (s *seenAs) isPlain(c Condition) bool {
	if !c.Sure && c.Share < plainPlace {
		return false
	}
	kinds, places := s.found.seenKinds(), s.placesOf(0, c)
	judged, contents := 0, 0
	for i, is := range kinds.Judged {
		if x, y := shareOf(i, kinds); is && liesIn(places, x, y) {
			judged++
			if kinds.Filled[i] > 0 {
				contents++
			}
		}
	}
	return float64(contents) < onlyContents*float64(judged) || judged == 0
}

// isKin says whether two references show one form: beside what happened to either of
// them most agrees, hardly anything is another form, and what is printed has no other
// colours. a is the first held against the second, b the second against the first.
func isKin(a, b *seenAs) bool {
	if a.found == nil || a.recoloured || b.recoloured || a.beyond() > mostBeyond && (b.found == nil || b.beyond() > mostBeyond) {
		return false
	}
	places := slices.Concat(a.places(), b.places())
	return a.agreeBeside(places) >= sameForm && a.formBeside(places) <= otherForm
}

// beyond is the share of the document of the one reference that would lie outside of the picture
// of the other.
func (s *seenAs) beyond() float64 {
	share := 0.0
	for _, c := range s.conditions {
		if c.Kind == condition.CutOff {
			share += c.Share
		}
	}
	return share
}

// compareStates holds references against each other. The plainest is the one that the
// others have most against, and it least against them: what is torn away in one of two is
// seen in the other.
func (g *Engine) compareStates(ctx context.Context, ids []string, labels map[string]decide.Label) (*states, error) {
	rows, err := parallel.Map(ctx, 0, ids, func(ctx context.Context, id string) ([]seenAs, error) { return g.seenAgainst(ctx, id, ids) })
	if err != nil {
		return nil, err
	}
	return statesAmong(ids, labels, rows), nil
}

// statesAmong finds the states of references, which rows hold against each other.
func statesAmong(ids []string, labels map[string]decide.Label, rows [][]seenAs) *states {
	kin := make([][]bool, len(ids))
	for i := range rows {
		kin[i] = make([]bool, len(ids))
		for j := range rows {
			kin[i][j] = i != j && (isKin(&rows[i][j], &rows[j][i]) || isKin(&rows[j][i], &rows[i][j]))
		}
	}
	spread(kin)
	plainest, least := -1, math.Inf(1)
	for i := range rows {
		if score, ok := badness(i, rows, kin); ok && score < least {
			plainest, least = i, score
		}
	}
	if plainest < 0 {
		return nil
	}
	found := &states{plainest: ids[plainest], of: map[string]condition.State{}, labels: map[string]decide.Label{}}
	inState := map[decide.Label]bool{labels[ids[plainest]]: true}
	for i, row := range rows {
		if seen := row[plainest]; i == plainest || kin[i][plainest] && seen.found != nil {
			found.of[ids[i]], found.labels[ids[i]] = seen.seen.State, labels[ids[i]]
			inState[labels[ids[i]]] = inState[labels[ids[i]]] || isInState(&seen, &rows[plainest][i])
		}
	}
	differ := 0
	found.tell = true
	for _, label := range labels {
		_, isHere := inState[label]
		found.tell = found.tell && isHere
	}
	for _, is := range inState {
		if is {
			differ++
		}
	}
	if differ < 2 {
		return nil
	}
	return found
}

// stateOfOne is the condition in which one of a pair shows the kind of both, and the other
// does not; empty where they differ in something else.
func (g *Engine) stateOfOne(o *AlignedPair, labels [2]decide.Label) condition.Kind {
	if parent := labels[0].Parent(); parent == "" || labels[1].Parent() != parent {
		return ""
	}
	on := NewReference(g.model.Embedder, o.On.Picture()).Reference
	laid := NewPhoto(g.model.Embedder, o.Picture)
	rows := [][]seenAs{{{}, against(o.On, o.Reference)}, {against(laid, on), {}}}
	found := statesAmong([]string{"0", "1"}, map[string]decide.Label{"0": labels[0], "1": labels[1]}, rows)
	if found == nil {
		return ""
	}
	seen := rows[0][1].seen.Conditions
	if found.plainest == "0" {
		seen = rows[1][0].seen.Conditions
	}
	return seen[max(0, slices.IndexFunc(seen, func(c condition.Condition) bool { return c.Sure }))].Kind
}

// against holds a photo against a reference; nothing is seen where that is not found.
func against(p *Photo, r *Reference) seenAs {
	found := Found{Evidence: alignment.Verify(p.probe, r.target)}
	if !found.Located {
		return seenAs{}
	}
	p.lay(r, &found) // no decision is taken
	conditions, seen := p.Conditions(r, &found)
	return seenAs{r, &found, conditions, seen, p.hasOtherHues(&Hypothesis{Reference: r, Found: found})}
}

// badness orders references by how bad their state is; ok is false for one that is no
// measure, since it has no kin. What happened to a reference is seen against every other
// one, in the same place: what is only seen against one of them is rather the other's own
// harm. Where that tells nothing, all that is seen does, and
// what is seen of the whole. Weights are by eye.
func badness(i int, rows [][]seenAs, kin [][]bool) (score float64, ok bool) {
	const side, little, whole = 40, 0.1, 0.015
	var others []*condition.Happened
	for j := range rows {
		if kin[i][j] && rows[i][j].found != nil {
			others = append(others, &rows[i][j].seen.Happened)
			score += whole * (rows[i][j].seen.State.Whole() - rows[j][i].seen.State.Whole())
		}
	}
	if len(others) == 0 {
		return 0, false
	}
	for k := range side * side {
		x, y := (float64(k%side)+0.5)/side, (float64(k/side)+0.5)/side
		inAll, mean := 1.0, 0.0
		for _, t := range others {
			inAll *= math.Pow(t.At(x, y), 1/float64(len(others)))
			mean += t.At(x, y) / float64(len(others))
		}
		score += (inAll + little*mean) / (side * side)
	}
	return score, true
}

// spread makes kin of two that have kin in common.
func spread(kin [][]bool) {
	for k := range kin {
		for i := range kin {
			for j := range kin {
				kin[i][j] = kin[i][j] || i != j && kin[i][k] && kin[k][j]
			}
		}
	}
}

// seenAgainst holds a reference against others, itself excepted.
func (g *Engine) seenAgainst(ctx context.Context, id string, others []string) ([]seenAs, error) {
	picture, err := g.Picture(ctx, id)
	if errors.Is(err, store.ErrNoReference) { // removed just now: what is kept would be half of it
		return nil, err
	}
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
		if errors.Is(err, store.ErrNoReference) {
			return nil, err
		}
		if err != nil {
			continue
		}
		row[i] = against(photo, reference)
	}
	return row, nil
}

// places are those that something happened to, in shares of the reference, with a rim to
// which its effect may reach.
func (s *seenAs) places() [][4]float64 { return s.placesOf(effectRim, s.conditions...) }

// placesOf are the places of conditions, with a rim.
func (s *seenAs) placesOf(rim float64, conditions ...Condition) (all [][4]float64) {
	if s.found == nil {
		return nil
	}
	w, h := s.reference.Size()
	for _, c := range conditions {
		for _, where := range c.Where {
			low, high := where.Reference[0], where.Reference[2]
			all = append(all, [4]float64{low.X/float64(w) - rim, low.Y/float64(h) - rim, high.X/float64(w) + rim, high.Y/float64(h) + rim})
		}
	}
	return all
}

// shareOf is where the middle of a cell lies, in shares of the sides.
func shareOf(cell int, m *changedetect.Map) (x, y float64) {
	return (float64(cell%m.W) + 0.5) / float64(m.W), (float64(cell/m.W) + 0.5) / float64(m.H)
}

func liesIn(places [][4]float64, x, y float64) bool {
	return slices.ContainsFunc(places, func(p [4]float64) bool { return x > p[0] && x < p[2] && y > p[1] && y < p[3] })
}

// agreeBeside is the share of the other's blocks that agree, of those beside places.
func (s *seenAs) agreeBeside(places [][4]float64) float64 {
	agree, judged := 0, 0
	w, h := s.reference.Size()
	for i, corners := range s.reference.Blocks(s.found) {
		middle := planar.Between(corners[0], corners[2], 0.5)
		if s.found.Blocks[i].State == alignment.NotComparable || liesIn(places, middle.X/float64(w), middle.Y/float64(h)) {
			continue
		}
		judged++
		if s.found.Blocks[i].State == alignment.InPlace {
			agree++
		}
	}
	return float64(agree) / math.Max(1, float64(judged))
}

// formBeside is the number of cells that show another form in the place with most of
// them, of those beside places.
func (s *seenAs) formBeside(places [][4]float64) float64 {
	if s.found.rectified == nil {
		return 0
	}
	seen := s.found.seenKinds()
	visible := slices.Clone(s.found.rectified.Visible)
	for i := range visible {
		x, y := shareOf(i, seen)
		visible[i] = visible[i] && !liesIn(places, x, y)
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
	e.states, err = s.statesOf(ctx, best)
	if s.skips(err, best.Label) {
		e.states = nil
		return nil
	}
	if err != nil || e.states == nil {
		return err
	}
	if e.states.labels[best.ID] == "" {
		e.states = nil // the best is none of them
		return nil
	}
	if e.seen[e.states.plainest] == nil {
		reference, err := s.engine.references.get(ctx, s.engine, e.states.plainest)
		if s.skips(err, best.Label) {
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
	if e.photo == nil || f.Best == nil || !f.Best.Found.Located || !wasFound(f) {
		return
	}
	seenBy, measured := f.Best, false
	if e.states != nil {
		if plainest := e.seen[e.states.plainest]; plainest != nil && plainest.Found.Located {
			seenBy, measured = plainest, true
		}
	}
	var seen condition.Seen
	f.Conditions, seen = e.photo.Conditions(seenBy.Reference, &seenBy.Found)
	var fit []decide.Label
	if e.states != nil && e.states.tell && measured {
		fit = e.states.nearest(&seen.State)
	}
	// What a registered reference shows plainly may be said with less evidence.
	f.Conditions = slices.DeleteFunc(f.Conditions, func(c Condition) bool {
		return !c.Sure && !(len(fit) == 1 && e.states.show(fit[0], c.Kind))
	})
	if e.states == nil {
		return
	}
	group := slices.Compact(slices.Sorted(maps.Values(e.states.labels)))
	f.Decision = f.Decision.ByCondition(e.policy, group, fit, e.states.says(f.Conditions, fit))
	if best := e.seen[f.Decision.Best.Reference]; best != nil {
		f.Best = best
	}
}

// show says whether a reference of a label is plainly in a condition.
func (t *states) show(label decide.Label, k condition.Kind) bool {
	for id, of := range t.labels {
		if state := t.of[id]; of == label && state.IsIn(k) {
			return true
		}
	}
	return false
}

// says says, for instance, "it is seen glare, as doc/glare is", or "it is seen torn, and comes
// nearest to doc/plain".
func (t *states) says(conditions []Condition, fit []decide.Label) string {
	var kinds []string
	for _, c := range conditions {
		kinds = append(kinds, string(c.Kind))
	}
	seen := "it is seen plain"
	if len(kinds) > 0 {
		seen = "it is seen " + strings.Join(kinds, ", ")
	}
	switch {
	case len(fit) != 1:
		return seen
	case t.isSeenAs(fit[0], conditions):
		return seen + ", as " + string(fit[0]) + " is"
	}
	return seen + ", and comes nearest to " + string(fit[0])
}

// isSeenAs says that a reference of a label is plainly in what a photo is seen in, or in nothing if
// that is plain.
func (t *states) isSeenAs(label decide.Label, conditions []Condition) bool {
	for _, c := range conditions {
		if !t.show(label, c.Kind) {
			return false
		}
	}
	if len(conditions) > 0 {
		return true
	}
	for id, of := range t.labels {
		if state := t.of[id]; of == label && state.Worst() < plainly {
			return true
		}
	}
	return false
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
