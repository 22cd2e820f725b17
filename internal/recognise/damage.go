package recognise

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/store"
)

// unreadable says that a stored part of a reference is what was written, as far as
// the gallery can tell, but cannot be made sense of.
func unreadable(id string, part store.Part, err error) error {
	return &store.Damage{ID: id, Part: part, Why: err.Error()}
}

// leftOut notes the references that are damaged, by id.
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
	switch list := l.list(); len(list) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("a damaged reference of %s was left out", list[0].Label)
	default:
		return fmt.Sprintf("%d damaged references were left out", len(list))
	}
}
