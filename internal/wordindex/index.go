package wordindex

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"

	"exemplar/internal/features"
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

// Query returns up to n references that share features with a photo, the likeliest
// first.
func (x *Index) Query(f *features.Features, n int) []string {
	v := words()
	first, second := v.assign(f.Descriptors)
	x.mu.RLock()
	defer x.mu.RUnlock()
	tallies := make([]tally, len(x.slots))
	for i := range f.Points {
		d := f.Descriptors[i*features.DescriptorBytes:][:features.DescriptorBytes]
		for _, number := range [2]int32{first[i], second[i]} {
			b := queryFeature{number: int32(i) + 1, angle: angleByte(f.Points[i].Angle), signature: v.signature(d, number)}
			x.vote(tallies, uint16(number), f.Points[i].Dark, b)
		}
	}
	var ids []string
	for _, c := range x.best(tallies, n) {
		ids = append(ids, c.id)
	}
	return ids
}

// candidate is a reference with its score, which compares within one query only.
type candidate struct {
	id    string
	score float32
}

// tally holds the votes for a reference, by the difference in angle.
type tally struct {
	votes  [rotationBins]float32
	last   int32   // number of the probe's feature that voted last, from 1
	weight float32 // of its vote
}

// queryFeature is a feature of the probe as one word describes it.
type queryFeature struct {
	number    int32 // from 1
	angle     uint8
	signature uint64
}

// vote lets a feature vote for all references that have a similar one in a word. In
// texture and repeated print one feature is similar to many of a reference. It votes
// once for that reference, by the most similar one (burstiness: Jegou, Douze and Schmid
// 2009, section 3).
func (x *Index) vote(tallies []tally, number uint16, dark bool, q queryFeature) {
	l := &x.lists[listOf(number, dark)]
	if len(l.entries) == 0 {
		return
	}
	rarity := float32(math.Log(1 + float64(len(x.slots))/float64(len(l.entries))))
	entries := l.entries[:len(l.signatures)]
	for k, s := range l.signatures {
		h := bits.OnesCount64(s ^ q.signature)
		if h > maxHamming {
			continue
		}
		t := &tallies[entries[k]>>8]
		weight := rarity * hammingWeight[h]
		if t.last != q.number {
			t.last, t.weight = q.number, 0
		}
		if weight > t.weight {
			t.votes[(q.angle-uint8(entries[k]))>>4] += weight - t.weight
			t.weight = weight
		}
	}
}

// hammingWeight falls as a Gaussian of the distance (Jegou, Douze and Schmid
// 2009, section 4.2).
var hammingWeight = newHammingWeight()

func newHammingWeight() (w [maxHamming + 1]float32) {
	for h := range w {
		w[h] = float32(math.Exp(-float64(h*h) / (2 * 13 * 13)))
	}
	return w
}

// best ranks the slots by their score.
func (x *Index) best(tallies []tally, n int) []candidate {
	var out []candidate
	for at := range tallies {
		s := &x.slots[at]
		if !s.live {
			continue
		}
		if score := tallies[at].score(); score > minVotes {
			out = append(out, candidate{id: s.id, score: score / float32(math.Sqrt(float64(s.features)))})
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return out[:min(n, len(out))]
}

// score is the number of votes in the fullest bins, less the number that chance puts
// there. The votes in all other bins estimate chance.
func (t *tally) score() float32 {
	const near = 3 // bins that the votes for one rotation spread over
	top, all := float32(0), float32(0)
	for k, v := range t.votes {
		all += v
		top = max(top, t.votes[(k+rotationBins-1)%rotationBins]+v+t.votes[(k+1)%rotationBins])
	}
	return top - (all-top)*near/(rotationBins-near)
}
