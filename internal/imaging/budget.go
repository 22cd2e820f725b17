package imaging

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Budget is memory that all who decode pictures share: who finds it taken waits
// for the others to be done. It is for the pixels and tables of decoders; files
// and what is made of a picture afterwards are not in it.
type Budget struct {
	size int64
	free *semaphore.Weighted
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	return &Budget{size: bytes, free: semaphore.NewWeighted(bytes)}
}

// DefaultBudget returns the bytes that decoding may take when nobody says: a
// quarter of what the machine, or the container around the process, has.
func DefaultBudget() int64 { return machineMemory() / 4 }

var process = struct {
	sync.Mutex
	budget *Budget
}{}

// SetBudget sets the memory for decoding of the whole process, which counts
// where [Limits] have no budget of their own. Call it before decoding.
func SetBudget(bytes int64) {
	process.Lock()
	defer process.Unlock()
	process.budget = NewBudget(bytes)
}

func processBudget() *Budget {
	process.Lock()
	defer process.Unlock()
	if process.budget == nil {
		process.budget = NewBudget(DefaultBudget())
	}
	return process.budget
}

// largePiece is what is given back to the system at once: from here on the
// collector's habit of letting the heap double before it looks would cost more
// than a collection (by eye).
const largePiece = 64 << 20

// take waits until so many bytes are free and takes them. It refuses what would
// never fit. Call release when the memory is no longer referred to.
func (b *Budget) take(bytes int64) (release func(), err error) {
	if bytes > b.size {
		return nil, fmt.Errorf("%w: it needs %s decoded, the budget is %s: raise it with --memory, or scale the picture down",
			ErrTooLarge, inWords(bytes), inWords(b.size))
	}
	if err := b.free.Acquire(context.Background(), bytes); err != nil {
		return nil, err
	}
	return func() {
		if bytes >= largePiece {
			runtime.GC()
		}
		b.free.Release(bytes)
	}, nil
}

// inWords returns a number of bytes as people say it.
func inWords(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.0f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// unknownMemory stands for a machine's memory where it cannot be found out: a
// modest machine of today.
const unknownMemory int64 = 8 << 30
