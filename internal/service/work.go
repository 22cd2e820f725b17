package service

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// workplace bounds how many pictures are in work at once. More than one for each core
// would make all of them slower; those that wait are few, so that they do not wait long.
type workplace struct {
	workers int
	places  *semaphore.Weighted
	waiting atomic.Int64
	queue   int64
}

// queuedPerWorker is how many pictures may wait for each that is in work, and
// longestWait how long each does (by eye: a picture takes a tenth of a second).
const (
	queuedPerWorker = 32
	longestWait     = 20 * time.Second
)

func newWorkplace(workers int) *workplace {
	return &workplace{workers: workers, places: semaphore.NewWeighted(int64(workers)), queue: int64(workers * queuedPerWorker)}
}

// enter waits for a place. Call leave when the picture is done.
func (w *workplace) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { w.places.Release(1) }
	if w.places.TryAcquire(1) {
		return leave, nil
	}
	defer w.waiting.Add(-1)
	if w.waiting.Add(1) > w.queue {
		return nil, &Error{Kind: Busy, Text: "too many pictures are waiting: send this one again later, or fewer at once", After: time.Second}
	}
	waited, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	if err := w.places.Acquire(waited, 1); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &Error{Kind: Busy, Text: "the picture waited too long for its turn: send it again later, or fewer at once", After: 2 * time.Second}
	}
	return leave, nil
}

// Waiting is the number of pictures that wait for their turn.
func (s *Service) Waiting() int { return int(s.work.waiting.Load()) }
