package service

import (
	"context"
	"errors"
	"time"

	"exemplar/internal/service/db"
)

// The signs of life of the processes that share a database (by eye): how often one is
// given, and after how long without one a process counts as gone. What it had begun is
// then recorded by another.
const (
	beatEvery = 5 * time.Second
	goneAfter = time.Minute
)

// watch is what a process knows of the others. It compares beats and reads no other
// machine's clock.
type watch struct {
	seen map[string]sign // by node
}

type sign struct {
	beat int64
	at   time.Time // when it was first seen
}

// gone returns the nodes whose beat has stood still for too long.
func (w *watch) gone(nodes []db.Node, now time.Time) []string {
	var gone []string
	seen := map[string]sign{}
	for _, n := range nodes {
		s, known := w.seen[n.ID]
		if !known || s.beat != n.Beat {
			s = sign{n.Beat, now}
		}
		seen[n.ID] = s
		if now.Sub(s.at) >= goneAfter {
			gone = append(gone, n.ID)
		}
	}
	w.seen = seen
	return gone
}

// join begins to serve: alone in a folder, where every other process is gone, or beside
// others.
func (s *Service) join(ctx context.Context) error {
	var gone []string
	if s.store == "" {
		nodes, err := s.db.Read().Nodes(ctx)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			gone = append(gone, n.ID)
		}
	}
	return errors.Join(s.beat(ctx), s.takeOver(ctx, gone))
}

// beat shows that this process is there.
func (s *Service) beat(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return tx.Beat(ctx, s.node) })
}

// takeOver records what nodes that are gone had begun.
func (s *Service) takeOver(ctx context.Context, gone []string) error {
	for _, id := range gone {
		s.log.Warn("a process that served is gone: what it had begun is recorded", "node", id)
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return tx.RemoveNode(ctx, id) }); err != nil {
			return err
		}
	}
	return s.recover(ctx)
}

// live gives signs of life, and looks for those of others, until ctx ends.
func (s *Service) live(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := errors.Join(s.beat(ctx), s.lookAround(ctx, time.Now())); err != nil && ctx.Err() == nil && !errors.Is(err, db.ErrUnavailable) {
			s.log.Error("look for other processes", "error", err)
		}
	}
}

// lookAround records what processes that are gone by now had begun, and what this one
// could not record while the database was away. A process that could not ask begins to
// watch anew: others could not show themselves either.
func (s *Service) lookAround(ctx context.Context, now time.Time) error {
	nodes, err := s.db.Read().Nodes(ctx)
	if err != nil {
		s.others.seen = nil
		return err
	}
	return s.takeOver(ctx, s.others.gone(nodes, now))
}

// leave says that this process ends: what it had begun and not recorded, others may.
func (s *Service) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	err := s.db.Write(ctx, func(tx *db.Tx) error { return tx.RemoveNode(ctx, s.node) })
	if err != nil && !errors.Is(err, db.ErrUnavailable) {
		s.log.Error("tell others that this process ends", "error", err)
	}
}

// leaveTime is how long a process that ends waits for the database to be told (by eye).
const leaveTime = 3 * time.Second
