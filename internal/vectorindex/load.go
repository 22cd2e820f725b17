package vectorindex

import (
	"math"
	"sync"

	"exemplar/internal/store"
)

// loading is an index that is filled with all references of a store. The bytes of a block
// are computed on another core while the next block is read.
type loading struct {
	index *Index

	working        sync.WaitGroup
	mu             sync.Mutex
	norm, residual float64 // of the blocks that are done
}

func newLoading(dim int) *loading { return &loading{index: NewIndex(dim)} }

// put adds a reference.
func (l *loading) put(item Item) {
	x := l.index
	if _, known := x.slots[item.ID]; known { // its block may be in work
		l.working.Wait()
		x.put(item)
		return
	}
	b, row := x.place(item)
	if row/store.Rotations == blockReferences-1 {
		l.working.Go(func() { l.quantise(b) })
	}
}

func (l *loading) quantise(b *block) {
	norm, residual := b.quantise(l.index.dim, 0, len(b.scale))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.norm, l.residual = math.Max(l.norm, norm), math.Max(l.residual, residual)
}

// done returns the index. The loading must not be used afterwards.
func (l *loading) done() *Index {
	x := l.index
	if n := len(x.blocks); n > 0 && len(x.blocks[n-1].scale) < blockReferences*store.Rotations {
		l.quantise(x.blocks[n-1])
	}
	l.working.Wait()
	x.norm, x.residual = math.Max(x.norm, l.norm), math.Max(x.residual, l.residual)
	return x
}
