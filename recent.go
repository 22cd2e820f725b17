package exemplar

import (
	"slices"
	"sync"
)

// recent holds values by id, those that were made last. Its zero value is
// empty, and it may be used by several goroutines.
type recent[T any] struct {
	mu     sync.Mutex
	values map[string]T
	order  []string // of values, by age
}

// get returns the value of an id, made if it is not there, and then kept as
// long as it is among the limit last ones. Making one holds nobody up.
func (r *recent[T]) get(id string, limit int, make func() (T, error)) (T, error) {
	r.mu.Lock()
	value, there := r.values[id]
	r.mu.Unlock()
	if there {
		return value, nil
	}
	value, err := make()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]T{}
	}
	if _, there := r.values[id]; !there {
		r.order = append(r.order, id)
	}
	r.values[id] = value
	if len(r.order) > limit {
		delete(r.values, r.order[0])
		r.order = r.order[1:]
	}
	return value, nil
}

// forget drops the value of an id, if there is one.
func (r *recent[T]) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.values[id]; there {
		delete(r.values, id)
		r.order = slices.DeleteFunc(r.order, func(other string) bool { return other == id })
	}
}
