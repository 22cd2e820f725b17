package families

import (
	"context"
	"fmt"

	"exemplar/internal/parallel"
)

// Each makes something of every family, on all cores.
func Each[F, T any, S ~func() (F, error)](ctx context.Context, sources []S, of func(number int, f F) (T, error)) ([]T, error) {
	made := make([]T, len(sources))
	return made, parallel.Each(ctx, 0, len(sources), func(_ context.Context, i int) error {
		family, err := sources[i]()
		if err == nil {
			made[i], err = of(i, family)
		}
		return err
	})
}

// strangers is how many families [FirstMembers] takes: enough for a dozen to be
// drawn for every photo.
const strangers = 60

// FirstMembers makes something of families all over the list, of which the first
// member is to be a stranger to others.
func FirstMembers[T any](ctx context.Context, sources []Source, of func(Family) T) ([]T, error) {
	n := min(strangers, len(sources))
	some := make([]Source, n)
	for i := range some {
		some[i] = sources[i*len(sources)/n]
	}
	return Each(ctx, some, func(i int, f Family) (made T, err error) {
		if len(f.Members) == 0 {
			return made, fmt.Errorf("family %d has no members", i*len(sources)/n)
		}
		return of(f), nil
	})
}
