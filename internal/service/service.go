package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"exemplar"
	"exemplar/internal/service/db"
)

// Options say how a service is opened.
type Options struct {
	Dir     string          // folder of its data, made if there is none
	Model   *exemplar.Model // nil: the one inside the program
	Log     *slog.Logger    // nil: what goes wrong in the background is not told
	Workers int             // pictures in work at once; 0: one per core
	Visit   bool            // only look and keep keys: another process may be serving the folder
}

// Service is an open service.
type Service struct {
	dir   string
	model *exemplar.Model
	log   *slog.Logger
	db    *db.DB
	work  *workplace

	mu        sync.Mutex
	galleries map[string]*exemplar.Gallery // open ones, by collection
	closed    bool

	lock       *db.Lock // nil for visits
	background sync.WaitGroup
	stop       context.CancelFunc
}

// Open opens the service in a folder, and records what a killed process left behind.
func Open(ctx context.Context, opts Options) (*Service, error) {
	if opts.Model == nil {
		opts.Model = exemplar.DefaultModel()
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Workers < 1 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	if err := os.MkdirAll(filepath.Join(opts.Dir, "collections"), 0o700); err != nil {
		return nil, fmt.Errorf("open service %q: %w", opts.Dir, err)
	}
	kept, err := db.Open(ctx, filepath.Join(opts.Dir, databaseName))
	if err != nil {
		return nil, fmt.Errorf("open service %q: %w", opts.Dir, err)
	}
	background, stop := context.WithCancel(context.Background())
	s := &Service{
		dir: opts.Dir, model: opts.Model, log: opts.Log, db: kept, work: newWorkplace(opts.Workers),
		galleries: map[string]*exemplar.Gallery{}, stop: stop,
	}
	if opts.Visit {
		return s, nil
	}
	if s.lock, err = db.TakeLock(ctx, filepath.Join(opts.Dir, "serve.lock")); err != nil {
		s.Close()
		return nil, fmt.Errorf("open service %q: another process serves this folder: end it first, or give another folder: %w", opts.Dir, err)
	}
	if err := errors.Join(s.removeTrials(), s.recover(ctx)); err != nil {
		s.Close()
		return nil, fmt.Errorf("open service %q: %w", opts.Dir, err)
	}
	if err := s.forgetRepeated(ctx, time.Now(), true); err != nil {
		s.Close()
		return nil, fmt.Errorf("open service %q: %w", opts.Dir, err)
	}
	s.background.Go(func() { s.sweep(background) })
	return s, nil
}

// Close closes all galleries. What is in work then fails.
func (s *Service) Close() error {
	s.stop()
	s.background.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for _, g := range s.galleries {
		if err := g.Close(); err != nil {
			s.log.Error("close a gallery", "error", err)
		}
	}
	if s.lock != nil {
		s.lock.Release()
	}
	return s.db.Close()
}

// Ready returns an error if the service cannot work.
func (s *Service) Ready(ctx context.Context) error {
	_, err := s.db.Read().AuditHead(ctx)
	return err
}

// Model returns the model that answers.
func (s *Service) Model() *exemplar.Model { return s.model }

// sweepEvery is how often old decisions are looked for (by eye): retention is told in
// days.
const sweepEvery = time.Hour

// sweep removes what is older than its collection keeps, until ctx ends.
func (s *Service) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.removeOld(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Error("remove old decisions", "error", err)
		}
		if err := s.forgetRepeated(ctx, time.Now(), false); err != nil && ctx.Err() == nil {
			s.log.Error("forget old answers", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// removeOld removes the decisions, with their pictures, that are older than their
// collections keep them.
func (s *Service) removeOld(ctx context.Context, now time.Time) error {
	list, err := s.db.Read().Collections(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.RetentionDays == 0 {
			continue
		}
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			n, err := tx.RemoveOldDecisions(ctx, c.Name, now.AddDate(0, 0, -c.RetentionDays))
			if err != nil || n == 0 {
				return err
			}
			return s.record(ctx, tx, Actor{Name: "retention"}, entry{What: "decisions.expire", Collection: c.Name, After: map[string]int64{"removed": n}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// newID returns an id that is larger than those before it.
func newID() string { return ulid.Make().String() }

// DatabaseBytes is how much of the disk decisions, kept pictures and the audit take.
func (s *Service) DatabaseBytes() int64 {
	var n int64
	for _, part := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(s.dir, databaseName+part)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// databaseName is the file of all but the galleries.
const databaseName = "service.db"
