package recognise

import (
	"fmt"
	"sync"

	"exemplar/internal/geometry"
)

// Index names the references that share features with a photo, among many. It
// may be used by several goroutines.
type Index struct {
	features *geometry.Index

	mu      sync.RWMutex
	numbers map[string]int64
	ids     map[int64]string
	next    int64
}

// NewIndex makes an empty index.
func NewIndex() *Index {
	return &Index{features: geometry.NewIndex(), numbers: map[string]int64{}, ids: map[int64]string{}}
}

// Has reports whether the index holds a reference.
func (x *Index) Has(id string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	_, has := x.numbers[id]
	return has
}

// Add puts a reference into the index by the visual words that were kept of it
// under the name of this program's vocabulary.
func (x *Index) Add(id string, words []byte) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	number, known := x.numbers[id]
	if !known {
		number = x.next + 1
	}
	if err := x.features.AddWords(number, words); err != nil {
		return fmt.Errorf("reference %s: %w", id, err)
	}
	x.numbers[id], x.ids[number] = number, id
	x.next = max(x.next, number)
	return nil
}

// Remove takes a reference out, if it is there.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	number, known := x.numbers[id]
	delete(x.numbers, id)
	delete(x.ids, number)
	x.mu.Unlock()
	if known {
		x.features.Remove(number)
	}
}

// Query returns up to n references that share features with the photo, the
// likeliest first.
func (x *Index) Query(p *Photo, n int) []string { return x.names(x.features.Query(p.probe, n)) }

// QueryCloser is Query by the features of the closer look.
func (x *Index) QueryCloser(p *Photo, n int) []string {
	return x.names(x.features.QueryCloser(p.probe, n))
}

func (x *Index) names(found []geometry.Candidate) []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	ids := make([]string, 0, len(found))
	for _, c := range found {
		if id, still := x.ids[c.ID]; still {
			ids = append(ids, id)
		}
	}
	return ids
}
