package imaging

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestBudgetIsShared(t *testing.T) {
	b := NewBudget(100)
	var taken, most atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			release, err := b.take(40)
			if err != nil {
				t.Error(err)
				return
			}
			most.Store(max(most.Load(), taken.Add(40)))
			taken.Add(-40)
			release()
		})
	}
	group.Wait()
	if most.Load() > 100 {
		t.Errorf("%d bytes were taken at once", most.Load())
	}
}

func TestOverBudget(t *testing.T) {
	drawn := testFile(t, "drawn.png")
	_, _, err := Decode(drawn, Limits{Memory: NewBudget(1000)})
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "the budget is 1000 bytes: raise it with --memory") {
		t.Error(err)
	}
	if _, _, err := Decode(drawn, Limits{Memory: NewBudget(1 << 20)}); err != nil {
		t.Error(err)
	}
}

func TestDefaultBudget(t *testing.T) {
	if b := DefaultBudget(); b < 16<<20 || b > 1<<42 {
		t.Errorf("%d bytes", b)
	}
}
