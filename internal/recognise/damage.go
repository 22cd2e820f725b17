package recognise

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"exemplar/internal/decide"
	"exemplar/internal/store"
	"exemplar/internal/vectorindex"
)

// unreadable says that a stored part of a reference is what was written, as far as
// the gallery can tell, but cannot be made sense of.
func unreadable(id string, part store.Part, err error) error {
	return &store.Damage{ID: id, Part: part, Why: err.Error()}
}

// whyAway is why a reference is left out that is not in memory while the database cannot
// be reached.
const whyAway = "it is not in memory, and the database cannot be reached"

// leaveAway makes the error of a reference that cannot be read because the database is
// away one of that reference alone: those in memory answer.
func leaveAway(id string, part store.Part, err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		return &store.Damage{ID: id, Part: part, Why: whyAway}
	}
	return err
}

// noteAway is what an answer says that was given while the database could not be
// reached; empty if it could.
func noteAway(vectors *vectorindex.View) []string {
	since, away := vectors.Away()
	if !away {
		return nil
	}
	return []string{"the database cannot be reached: answered by what was known on " + since.Format("2006-01-02 at 15:04:05 MST")}
}

// leftOut notes the references that are damaged or out of reach, by id.
type leftOut map[string]*store.Damage

// skips reports whether an error is about one reference of a label alone, so that
// the others answer: it was removed just now by another process, or is damaged,
// which is noted.
func (l leftOut) skips(err error, of decide.Label) bool {
	var damage *store.Damage
	if errors.As(err, &damage) {
		noted := *damage
		noted.Label = of
		l[noted.ID] = &noted
		return true
	}
	return errors.Is(err, store.ErrNoReference)
}

// list returns what was left out, in the order of ids.
func (l leftOut) list() []*store.Damage {
	return slices.SortedFunc(maps.Values(l), func(a, b *store.Damage) int { return cmp.Compare(a.ID, b.ID) })
}

// say is a clause about what was left out; empty if nothing was.
func (l leftOut) say() string {
	damaged, away := 0, 0
	for _, d := range l {
		if d.Why == whyAway {
			away++
		} else {
			damaged++
		}
	}
	var clauses []string
	switch {
	case damaged == 1 && away == 0:
		clauses = append(clauses, fmt.Sprintf("a damaged reference of %s was left out", l.list()[0].Label))
	case damaged > 0:
		clauses = append(clauses, fmt.Sprintf("%d damaged references were left out", damaged))
	}
	if away > 0 {
		clauses = append(clauses, fmt.Sprintf("%d references were left out that are not in memory", away))
	}
	return strings.Join(clauses, "; ")
}
