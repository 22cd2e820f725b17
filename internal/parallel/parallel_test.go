package parallel

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errBad = errors.New("bad item")

// uneven takes longest for the first items, so that later ones overtake them.
func uneven(i, n int) { time.Sleep(time.Duration(n-i) * time.Millisecond) }

func TestOrderedKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1, 2, 7} {
			var got []int
			for out, err := range Ordered(t.Context(), workers, numbers(50), func(_ context.Context, i int) (int, error) {
				uneven(i, 50)
				return i * i, nil
			}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, out)
			}
			for i, v := range got {
				if v != i*i {
					t.Fatalf("%d workers: result %d is %d", workers, i, v)
				}
			}
			if len(got) != 50 {
				t.Fatalf("%d workers: %d results of 50", workers, len(got))
			}
		}
	})
}

// TestAnErrorAtAnyPlaceEndsIt fails, by the bubble's deadlock detection, if
// anything waits for ever.
func TestAnErrorAtAnyPlaceEndsIt(t *testing.T) {
	const n = 40
	for _, workers := range []int{1, 2, 5} {
		for bad := range n {
			synctest.Test(t, func(t *testing.T) {
				work := func(ctx context.Context, i int) (int, error) {
					uneven(i, n)
					if i == bad {
						return 0, fmt.Errorf("item %d: %w", i, errBad)
					}
					return i, ctx.Err()
				}
				taken := 0
				var last error
				for out, err := range Ordered(t.Context(), workers, numbers(n), work) {
					if last != nil {
						t.Fatal("went on after an error")
					}
					if err == nil && out != taken {
						t.Fatalf("result %d in place of %d", out, taken)
					}
					if err == nil {
						taken++
					}
					last = err
				}
				if !errors.Is(last, errBad) || taken != bad {
					t.Errorf("%d workers, bad item %d: error %v after %d results", workers, bad, last, taken)
				}
				err := Each(t.Context(), workers, n, func(ctx context.Context, i int) error {
					_, err := work(ctx, i)
					return err
				})
				if !errors.Is(err, errBad) {
					t.Errorf("%d workers, bad item %d: Each returned %v", workers, bad, err)
				}
				if _, err := Map(t.Context(), workers, slices.Collect(numbers(n)), work); !errors.Is(err, errBad) {
					t.Errorf("%d workers, bad item %d: Map returned %v", workers, bad, err)
				}
			})
		}
	}
}

func TestOrderedStopsWhenTheLoopDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started, ended atomic.Int32
		for range Ordered(t.Context(), 3, endless(), func(ctx context.Context, i int) (int, error) {
			started.Add(1)
			defer ended.Add(1)
			if i > 0 {
				<-ctx.Done()
			}
			return i, nil
		}) {
			break
		}
		if s, e := started.Load(), ended.Load(); s != e || s > 3*(1+ahead)+1 {
			t.Errorf("%d started, %d ended", s, e)
		}
	})
}

func TestOrderedStopsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var last error
		for _, err := range Ordered(ctx, 2, endless(), func(ctx context.Context, i int) (int, error) {
			time.Sleep(10 * time.Millisecond)
			return i, nil
		}) {
			last = err
		}
		if !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("ended with %v", last)
		}
	})
}

func TestOrderedNeverRunsFarAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int32
		taken := int32(0)
		for _, err := range Ordered(t.Context(), 2, numbers(100), func(context.Context, int) (int, error) {
			started.Add(1)
			return 0, nil
		}) {
			if err != nil {
				t.Fatal(err)
			}
			taken++
			time.Sleep(time.Second) // all that can start has started
			if lead := started.Load() - taken; lead > 2*ahead+2 {
				t.Fatalf("%d ahead of the loop", lead)
			}
		}
	})
}

func TestEachUsesAsManyAsItMay(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			want := int32(workers)
			if workers == 0 {
				want = int32(runtime.GOMAXPROCS(0))
			}
			var now, most atomic.Int32
			err := Each(t.Context(), workers, 20, func(context.Context, int) error {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(time.Second)
				now.Add(-1)
				return nil
			})
			if err != nil || most.Load() != want {
				t.Errorf("%d workers: %d at a time, error %v", workers, most.Load(), err)
			}
		})
	}
}

func TestEachCancelsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := Each(t.Context(), 4, 1000, func(ctx context.Context, i int) error {
			if i == 2 {
				return errBad
			}
			<-ctx.Done() // hangs unless it is cancelled
			return ctx.Err()
		})
		if !errors.Is(err, errBad) {
			t.Errorf("error %v", err)
		}
	})
}

func TestEndedContextsAreErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Each(ctx, 2, 0, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Each of nothing: %v", err)
	}
	if _, err := Map(ctx, 2, []int{1}, func(context.Context, int) (int, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Map: %v", err)
	}
}

func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func endless() iter.Seq[int] { return numbers(1 << 30) }

// TestNoMoreWorkersThanItems: a huge number of workers costs nothing.
func TestNoMoreWorkersThanItems(t *testing.T) {
	if got := count(1_000_000, 3); got != 3 {
		t.Errorf("%d workers for 3 items", got)
	}
	if got := count(0, 0); got != 1 {
		t.Errorf("%d workers for no items", got)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range Ordered(t.Context(), 1<<30, numbers(3), func(_ context.Context, i int) (int, error) { return i, nil }) {
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes taken for 3 items", taken)
	}
}
