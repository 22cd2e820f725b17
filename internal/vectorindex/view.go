package vectorindex

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"exemplar/internal/store"
)

// View is a store at one version: its index, and what is known beside it. Nothing of it
// changes while it is held: see [SyncedIndex.Hold].
type View struct {
	*Index

	seq      int64 // of the last change
	synced   time.Time
	away     bool
	damaged  map[string]*store.Damage
	contents map[string]store.Contents
}

// Version returns the number of the last change that the view has.
func (v *View) Version() int64 { return v.seq }

// Damaged returns the damage of references, by id. The index leaves these out.
func (v *View) Damaged() []*store.Damage {
	return slices.SortedFunc(maps.Values(v.damaged), func(a, b *store.Damage) int { return cmp.Compare(a.ID, b.ID) })
}

// Contents is what somebody said of the contents of a reference, if anybody did.
func (v *View) Contents(id string) store.Contents { return v.contents[id] }

// Away reports whether the store could not be asked in the last Sync, and when it was
// asked last. The view then has the changes up to that moment, and no later ones.
func (v *View) Away() (since time.Time, away bool) { return v.synced, v.away }

// clone returns an index of its own with the same content. It shares the embeddings, and
// copies a block of them before it changes it.
func (x *Index) clone() *Index {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return &Index{
		dim: x.dim, blocks: slices.Clone(x.blocks), borrowed: slices.Repeat([]bool{true}, len(x.blocks)),
		ids: slices.Clone(x.ids), labels: slices.Clone(x.labels), slots: maps.Clone(x.slots),
		names: slices.Clone(x.names), numbers: maps.Clone(x.numbers), counts: slices.Clone(x.counts), live: x.live,
		norm: x.norm, residual: x.residual, version: x.version,
	}
}

// own makes a block one that may be changed.
func (x *Index) own(block int) {
	if block < len(x.borrowed) && x.borrowed[block] {
		x.copyBlock(block)
	}
}

//go:noinline
func (x *Index) copyBlock(at int) {
	b := x.blocks[at]
	x.blocks[at] = &block{withRoom(b.exact), withRoom(b.bytes), withRoom(b.scale)}
	x.borrowed[at] = false
}

// withRoom is a copy with as much room to grow.
func withRoom[T any](s []T) []T { return append(make([]T, 0, cap(s)), s...) }
