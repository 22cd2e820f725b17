package main

import (
	"context"
	"iter"
	"slices"

	"exemplar/internal/parallel"
)

// inOrder works on several items at a time. It calls take with the results in the order
// of the items, each as soon as all earlier ones are there.
func inOrder[In, Out any](ctx context.Context, items []In, work func(In) (Out, error), take func(In, Out) error) error {
	i := 0
	for out, err := range parallel.Ordered(ctx, 0, slices.Values(items), func(_ context.Context, in In) (Out, error) { return work(in) }) {
		if err != nil {
			return err
		}
		if err := take(items[i], out); err != nil {
			return err
		}
		i++
	}
	return nil
}

// batches cuts items into runs of at most n.
func batches[T any](items []T, n int) iter.Seq[[]T] { return slices.Chunk(items, n) }
