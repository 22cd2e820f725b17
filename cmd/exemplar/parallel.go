package main

import (
	"context"
	"fmt"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// inOrder works on the items several at a time and hands the results over in
// the items' order, as soon as all before them are there.
func inOrder[In, Out any](ctx context.Context, items []In, work func(In) (Out, error), take func(In, Out) error) error {
	group, working := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	slots := make(chan chan Out, 2*workers) // bounds how far the work runs ahead
	group.Go(func() error {
		defer close(slots)
		var workersGroup errgroup.Group
		workersGroup.SetLimit(workers)
		for _, item := range items {
			slot := make(chan Out, 1)
			select {
			case slots <- slot:
			case <-working.Done():
				return workersGroup.Wait()
			}
			workersGroup.Go(func() error {
				result, err := work(item)
				if err != nil {
					close(slot)
					return err
				}
				slot <- result
				return nil
			})
		}
		return workersGroup.Wait()
	})
	group.Go(func() error {
		i := 0
		for slot := range slots {
			select {
			case result, worked := <-slot:
				if !worked {
					return nil // the worker's error is the group's
				}
				if err := take(items[i], result); err != nil {
					return err
				}
			case <-working.Done():
				return working.Err()
			}
			i++
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// batches cuts items into runs of at most n.
func batches[T any](items []T, n int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(items) > 0 {
			size := min(n, len(items))
			if !yield(items[:size]) {
				return
			}
			items = items[size:]
		}
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
