// Package parallel spreads work over cores, for all packages. When an item fails, the
// call cancels the others, waits for those that it has started, and returns the error.
package parallel

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Each calls work(ctx, i) for every i in [0,n), at most workers at a time (one per
// core, if workers is not positive). The first error cancels the context of the
// others, and Each returns it when all of them have ended.
func Each(ctx context.Context, workers, n int, work func(ctx context.Context, i int) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(count(workers, n))
	for i := range n {
		if inner.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := inner.Err(); err != nil {
				return err
			}
			return work(inner, i)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// Map returns the result of work for each item, in the order of the items. An error
// ends it as it ends [Each].
func Map[In, Out any](ctx context.Context, workers int, items []In, work func(context.Context, In) (Out, error)) ([]Out, error) {
	results := make([]Out, len(items))
	err := Each(ctx, workers, len(items), func(ctx context.Context, i int) (err error) {
		results[i], err = work(ctx, items[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// ahead is how many results for each worker may wait for an earlier one (by eye).
const ahead = 2

// Ordered yields the result of work for each item, in the order of the items. It
// yields the first error in that order last, with the zero result; the same holds for
// the error of ctx. When the caller's loop ends, for any reason, nothing that Ordered
// started is still running. The sequence of items must end when ctx does, because
// Ordered waits for it.
func Ordered[In, Out any](ctx context.Context, workers int, items iter.Seq[In], work func(context.Context, In) (Out, error)) iter.Seq2[Out, error] {
	type result struct {
		out Out
		err error
	}
	return func(yield func(Out, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()

		workers := count(workers, mostWorkers)
		slots := make(chan chan result, ahead*workers)
		running.Go(func() {
			defer close(slots)
			free := make(chan struct{}, workers)
			for item := range items {
				slot := make(chan result, 1)
				select {
				case free <- struct{}{}:
				case <-inner.Done():
					return
				}
				select {
				case slots <- slot:
				case <-inner.Done():
					return
				}
				running.Go(func() {
					defer func() { <-free }()
					out, err := work(inner, item)
					slot <- result{out, err}
				})
			}
		})
		var zero Out
		for slot := range slots {
			r := <-slot
			if r.err != nil {
				yield(zero, r.err)
				return
			}
			if !yield(r.out, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(zero, err)
		}
	}
}

// mostWorkers stands for the unknown length of a sequence: no machine has more cores.
const mostWorkers = 4096

// count returns the number of workers for n items.
func count(workers, n int) int {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return max(1, min(workers, n))
}
