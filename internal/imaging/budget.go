package imaging

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Budget is memory that all goroutines that decode pictures share. A goroutine that finds it
// used up waits for the others. It includes the pixels and tables of decoders, and
// separately a quarter as much for the bytes of files. It does not include what is computed
// from a picture afterwards.
//
// The two parts are separate to prevent a deadlock between a goroutine that has a file and
// waits for pixels and one that has pixels and waits for a file.
type Budget struct {
	size, filesSize int64
	free, files     *semaphore.Weighted
}

// NewBudget returns a budget of the given number of bytes.
func NewBudget(bytes int64) *Budget {
	files := max(1, bytes/4)
	return &Budget{bytes, files, semaphore.NewWeighted(bytes), semaphore.NewWeighted(files)}
}

// DefaultBudget returns the default budget for decoding in bytes: a quarter of the memory of
// the machine, or of the container that the process runs in.
func DefaultBudget() int64 { return machineMemory() / 4 }

var process = struct {
	sync.Mutex
	budget *Budget
}{}

// SetBudget sets the process's budget for decoding, which applies if [Limits] have no budget
// of their own. Call it before decoding.
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

// largePiece is the size from which released memory is collected and returned to the system
// at once. The collector alone would wait until the heap has doubled, which for large
// pieces costs more than a collection. By eye.
const largePiece = 64 << 20

// take waits until the given number of bytes is free and takes them. It returns an error if
// they exceed the whole budget. Call release when the memory is no longer referred to.
func (b *Budget) take(bytes int64) (release func(), err error) {
	if bytes > b.size {
		return nil, fmt.Errorf("%w: it needs %s decoded, the budget is %s: raise it with --memory, or scale the picture down",
			ErrTooLarge, inWords(bytes), inWords(b.size))
	}
	return taken(b.free, bytes, bytes), nil
}

// takeFile is take for the bytes of a file. A file that is larger than the whole budget for
// files takes all of it.
func (b *Budget) takeFile(bytes int64) (release func()) {
	return taken(b.files, min(bytes, b.filesSize), bytes)
}

// taken takes a share of a semaphore for a piece of memory, and returns what gives it back.
func taken(from *semaphore.Weighted, share, bytes int64) (release func()) {
	_ = from.Acquire(context.Background(), share) // cannot fail: the share fits, and the context does not end
	return sync.OnceFunc(func() {
		if bytes >= largePiece {
			runtime.GC()
		}
		from.Release(share)
	})
}

// inWords returns a number of bytes for people, with a unit.
func inWords(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.0f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// unknownMemory is the assumed memory of a machine, in bytes, if it cannot be determined.
const unknownMemory int64 = 8 << 30
