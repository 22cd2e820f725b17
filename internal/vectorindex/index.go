package vectorindex

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// Index finds exactly the labels whose references are most like a probe. It works in
// memory: for every reference it keeps four embeddings of dim numbers, as float32 and
// as bytes, and about 150 bytes more. For dim = 256 that is 5.3 KB. It is safe for
// concurrent use.
type Index struct {
	dim int

	mu       sync.RWMutex
	blocks   []*block
	borrowed []bool           // by block: another index has it too
	ids      []string         // by slot
	labels   []int32          // by slot: into names
	slots    map[string]int32 // by id

	names   []label.Label
	numbers map[label.Label]int32 // into names
	counts  []int                 // references, by label number
	live    int                   // labels with references

	norm, residual float64 // the largest of all embeddings that were ever added

	version uint64 // grows with every change
	holders int    // of a [SyncedIndex], which guards it
}

// Item is a reference for the index.
type Item struct {
	ID      string
	Label   label.Label
	Vectors []float32 // (store.Rotations,dim)
}

// NewIndex makes an empty index of embeddings of dim numbers.
func NewIndex(dim int) *Index {
	return &Index{dim: dim, slots: map[string]int32{}, numbers: map[label.Label]int32{}}
}

// Len returns the number of references.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.ids)
}

// Labels returns the number of labels that have references.
func (x *Index) Labels() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// Changes is a version of the index, which grows with every change.
func (x *Index) Changes() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.version
}

// Members returns the references, each with its label, and their [Index.Changes]. If the version still equals since, it returns no references.
func (x *Index) Members(since uint64) (members map[string]label.Label, version uint64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.version == since {
		return nil, since
	}
	members = make(map[string]label.Label, len(x.ids))
	for slot, id := range x.ids {
		members[id] = x.names[x.labels[slot]]
	}
	return members, x.version
}

// Upright returns the embedding of a reference's picture that is not turned, and nil
// if there is no such reference.
func (x *Index) Upright(id string) []float32 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	slot, known := x.slots[id]
	if !known {
		return nil
	}
	b, row := x.at(int(slot))
	return slices.Clone(b.exact[row*x.dim : (row+1)*x.dim])
}

// Update removes references and then adds the items, which replace references of the
// same id. A search sees the whole update or none of it.
func (x *Index) Update(removed []string, items ...Item) {
	for _, item := range items {
		if len(item.Vectors) != store.Rotations*x.dim {
			panic(fmt.Sprintf("vectorindex: index of %d numbers: item of %d", x.dim, len(item.Vectors)))
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.version++
	for _, id := range removed {
		x.remove(id)
	}
	for _, item := range items {
		x.put(item)
	}
}

func (x *Index) put(item Item) {
	b, row := x.place(item)
	norm, residual := b.quantise(x.dim, row, row+store.Rotations)
	x.norm, x.residual = math.Max(x.norm, norm), math.Max(x.residual, residual)
}

// place puts an item's embeddings into a block, and returns it with the first of their rows.
func (x *Index) place(item Item) (*block, int) {
	slot, known := x.slots[item.ID]
	if !known {
		slot = int32(len(x.ids))
		x.slots[item.ID] = slot
		x.ids = append(x.ids, item.ID)
		x.labels = append(x.labels, x.count(item.Label))
		x.grow()
	} else {
		old := x.labels[slot]
		x.labels[slot] = x.count(item.Label)
		x.uncount(old)
	}
	x.own(int(slot) / blockReferences)
	b, row := x.at(int(slot))
	copy(b.exact[row*x.dim:(row+store.Rotations)*x.dim], item.Vectors)
	return b, row
}

// at returns the block of a slot and the first of its rows there.
func (x *Index) at(slot int) (*block, int) {
	return x.blocks[slot/blockReferences], slot % blockReferences * store.Rotations
}

// grow makes room for one more slot.
func (x *Index) grow() {
	if len(x.ids) > len(x.blocks)*blockReferences {
		x.blocks = append(x.blocks, new(block))
	}
	x.own(len(x.blocks) - 1)
	b := x.blocks[len(x.blocks)-1]
	rows := len(b.scale) + store.Rotations
	if len(x.blocks) > 1 && rows == store.Rotations { // a large gallery: what it may waste is little beside what it has
		b.exact = make([]float32, 0, blockReferences*store.Rotations*x.dim)
		b.bytes = make([]int8, 0, blockReferences*store.Rotations*x.dim)
		b.scale = make([]float32, 0, blockReferences*store.Rotations)
	}
	b.exact = extend(b.exact, rows*x.dim, blockReferences*store.Rotations*x.dim)
	b.bytes = extend(b.bytes, rows*x.dim, blockReferences*store.Rotations*x.dim)
	b.scale = extend(b.scale, rows, blockReferences*store.Rotations)
}

// extend lengthens s to n elements, doubling its memory up to limit elements.
func extend[T any](s []T, n, limit int) []T {
	if n > cap(s) {
		grown := make([]T, n, min(limit, max(2*n, 16)))
		copy(grown, s)
		return grown
	}
	return s[:n]
}

// remove removes a reference and moves the reference of the last slot into its slot.
func (x *Index) remove(id string) {
	slot, known := x.slots[id]
	if !known {
		return
	}
	last := int32(len(x.ids) - 1)
	x.uncount(x.labels[slot])
	x.ids[slot], x.labels[slot] = x.ids[last], x.labels[last]
	x.slots[x.ids[slot]] = slot
	delete(x.slots, id)
	x.ids[last] = ""
	x.ids, x.labels = x.ids[:last], x.labels[:last]

	x.own(int(slot) / blockReferences)
	x.own(int(last) / blockReferences)
	to, row := x.at(int(slot))
	from, fromRow := x.at(int(last))
	n := store.Rotations * x.dim
	copy(to.exact[row*x.dim:][:n], from.exact[fromRow*x.dim:])
	copy(to.bytes[row*x.dim:][:n], from.bytes[fromRow*x.dim:])
	copy(to.scale[row:][:store.Rotations], from.scale[fromRow:])
	from.exact, from.bytes, from.scale = from.exact[:fromRow*x.dim], from.bytes[:fromRow*x.dim], from.scale[:fromRow]
	if fromRow == 0 {
		x.blocks = x.blocks[:len(x.blocks)-1]
		x.borrowed = x.borrowed[:min(len(x.borrowed), len(x.blocks))]
	}
}

// count counts one more reference of a label and returns the number of the label.
func (x *Index) count(of label.Label) int32 {
	number, known := x.numbers[of]
	if !known {
		number = int32(len(x.names))
		x.numbers[of] = number
		x.names = append(x.names, of)
		x.counts = append(x.counts, 0)
	}
	if x.counts[number]++; x.counts[number] == 1 {
		x.live++
	}
	return number
}

func (x *Index) uncount(number int32) {
	if x.counts[number]--; x.counts[number] == 0 {
		x.live--
	}
}
