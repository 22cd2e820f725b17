package imaging

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Budget is memory that all who decode pictures share: who finds it taken waits
// for the others to be done. It is for the pixels and tables of decoders, and a
// quarter as much again for the files that they are read from; what is made of a
// picture afterwards is not in it.
//
// The two are apart, so that who holds a file and waits for pixels never waits for
// somebody who holds pixels and waits for a file.
type Budget struct {
	size, filesSize int64
	free, files     *semaphore.Weighted
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	files := max(1, bytes/4)
	return &Budget{bytes, files, semaphore.NewWeighted(bytes), semaphore.NewWeighted(files)}
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
	return taken(b.free, bytes, bytes), nil
}

// takeFile is take for the bytes of a file. One that is larger than all there is
// for files has it for itself.
func (b *Budget) takeFile(bytes int64) (release func()) {
	return taken(b.files, min(bytes, b.filesSize), bytes)
}

// taken takes a share of a budget for a piece of memory.
func taken(from *semaphore.Weighted, share, bytes int64) (release func()) {
	_ = from.Acquire(context.Background(), share) // which ends well: the share fits, and nothing cancels
	return sync.OnceFunc(func() {
		if bytes >= largePiece {
			runtime.GC()
		}
		from.Release(share)
	})
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
