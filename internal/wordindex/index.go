package wordindex

import (
	"fmt"
	"sync"
)

// Index finds, among many references, those that a probe may show. References get
// votes for the visual words that they share with the probe (Sivic and Zisserman
// 2003), weighted by signatures within the words, and counted by rotation (Jegou, Douze
// and Schmid 2008). It takes about 12 bytes per feature. It is safe for concurrent use.
type Index struct {
	mu    sync.RWMutex
	lists []postings
	slots []slot
	byID  map[string]int
	dead  int
}

// postings are the features of one word and polarity.
type postings struct {
	signatures []uint64
	entries    []uint32 // slot<<8 | angle in 1/256 of a turn
}

type slot struct {
	id       string
	features int
	live     bool
}

const (
	maxSlots     = 1 << 24
	maxHamming   = 18   // of 64 bits: signatures further apart do not vote (by eye)
	rotationBins = 16   // bins of the difference in angle
	minVotes     = 1e-6 // a reference with fewer has none but for rounding
	deadFraction = 4    // lists are cleaned when a quarter of the slots is dead
)

// New returns an empty index.
func New() *Index {
	return &Index{lists: make([]postings, 2*vocabularySize), byID: map[string]int{}}
}

// Len is the number of references.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.byID)
}

// Has reports whether the index holds a reference.
func (x *Index) Has(id string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	_, has := x.byID[id]
	return has
}

// Add adds a reference by its [Words], which this program's [Vocabulary] must have
// made. It replaces a reference with the same id. Invalid words leave the index as it
// was, and the error wraps [ErrWords].
func (x *Index) Add(id string, stored []byte) error {
	light, dark, err := unmarshalWords(stored)
	if err != nil {
		return fmt.Errorf("reference %s: %w", id, err)
	}
	x.add(id, light, dark)
	return nil
}

func (x *Index) add(id string, light, dark []word) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	if len(x.slots) == maxSlots {
		panic("wordindex: more than 16 million references")
	}
	at := uint32(len(x.slots))
	x.slots = append(x.slots, slot{id: id, features: len(light) + len(dark), live: true})
	x.byID[id] = int(at)
	for _, w := range light {
		x.lists[listOf(w.number, false)].add(at, w)
	}
	for _, w := range dark {
		x.lists[listOf(w.number, true)].add(at, w)
	}
}

func (l *postings) add(at uint32, w word) {
	l.signatures = append(l.signatures, w.signature)
	l.entries = append(l.entries, at<<8|uint32(w.angle))
}

func listOf(number uint16, dark bool) int {
	if dark {
		return 2*int(number) + 1
	}
	return 2 * int(number)
}

// Remove takes a reference out of the index, if it is there.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	if x.dead*deadFraction > len(x.slots) {
		x.clean()
	}
}

func (x *Index) remove(id string) {
	if at, ok := x.byID[id]; ok {
		x.slots[at].live = false
		delete(x.byID, id)
		x.dead++
	}
}

// clean drops the entries of dead slots and renumbers the others.
func (x *Index) clean() {
	moved := make([]int, len(x.slots))
	kept := x.slots[:0]
	for i, s := range x.slots {
		moved[i] = -1
		if s.live {
			moved[i] = len(kept)
			x.byID[s.id] = len(kept)
			kept = append(kept, s)
		}
	}
	x.slots, x.dead = kept, 0
	for i := range x.lists {
		l := &x.lists[i]
		n := 0
		for k, entry := range l.entries {
			if to := moved[entry>>8]; to >= 0 {
				l.entries[n], l.signatures[n] = uint32(to)<<8|entry&255, l.signatures[k]
				n++
			}
		}
		l.entries, l.signatures = l.entries[:n], l.signatures[:n]
	}
}
