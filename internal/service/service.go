package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/service/db"
	"exemplar/internal/store/open"
)

// Options say how a service is opened.
type Options struct {
	Dir      string          // folder of its data, made if there is none; with Store, of temporary files: empty is one that goes with the service
	Store    string          // address of a PostgreSQL database that has its data, and may be used by any number of services; empty: the data is in Dir
	Model    *exemplar.Model // nil: the one inside the program
	Log      *slog.Logger    // nil: what goes wrong in the background is not told
	Pictures string          // where kept pictures are moved: dir:PATH or s3://BUCKET/PREFIX; empty: they stay in the database
	Workers  int             // pictures in work at once; 0: one per core
	Folders  []string        // of this machine, from which jobs may read
	Watch    []string        // of this machine, below which folders may be watched
	Looks    time.Duration   // between two looks into a watched folder, for which a file must rest; 0: 5 s
	Visit    bool            // only look and keep keys: another process may be serving the folder
}

// Service is an open service.
type Service struct {
	dir   string
	own   bool   // dir is this process's alone, and goes with it
	store string // address of the database of galleries and tables; empty: files in dir
	model *exemplar.Model
	log   *slog.Logger
	db    *db.DB
	work  *workplace

	mu        sync.Mutex
	galleries map[string]*exemplar.Gallery // open ones, by collection
	closed    bool

	folders []allowedFolder
	jobs    jobRunner

	watchBelow []string      // folders below which others may be watched
	watchEvery time.Duration // between two looks into one
	watchWake  chan struct{}

	outside *outside // nil: kept pictures stay in the database

	node    string       // this process, in the database
	others  watch        // used by live alone
	working sync.Map     // ids of intents that are being carried out
	away    away         // what is known while the database is away
	lost    atomic.Int64 // answers that could not be kept, and are not in the audit yet

	lock       *db.Lock // nil for visits
	background sync.WaitGroup
	ending     context.Context // ends with the service
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
	s := &Service{
		dir: opts.Dir, store: opts.Store, model: opts.Model, log: opts.Log, work: newWorkplace(opts.Workers),
		galleries: map[string]*exemplar.Gallery{}, node: newID(), jobs: newJobRunner(opts.Workers),
		watchEvery: cmp.Or(opts.Looks, watchEvery), watchWake: make(chan struct{}, 1),
	}
	s.ending, s.stop = context.WithCancel(context.Background())
	var err error
	if s.outside, err = newOutside(opts.Pictures); err != nil {
		return nil, err
	}
	if s.watchBelow, err = resolveFolders(opts.Watch); err == nil {
		s.folders, err = openFolders(opts.Folders)
	}
	if err == nil {
		err = s.open(ctx, opts.Visit)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open service %q: %w", s.Place(), err)
	}
	return s, nil
}

// Place is the folder or the database of the service, as messages may show it.
func (s *Service) Place() string {
	if s.store != "" {
		return open.ShownDatabase(s.store)
	}
	return s.dir
}

func (s *Service) open(ctx context.Context, visit bool) error {
	if err := s.openDatabase(ctx); err != nil || visit {
		return err
	}
	var err error
	if s.lock, err = db.TakeLock(ctx, filepath.Join(s.dir, "serve.lock")); err != nil {
		if errors.Is(err, db.ErrLocked) {
			return errors.New("another process serves this folder: end it first, or give another folder")
		}
		return fmt.Errorf("lock the folder: %w", err)
	}
	if err := errors.Join(s.removeTrials(), s.join(ctx), s.forgetRepeated(ctx, time.Now())); err != nil {
		return err
	}
	if s.store != "" {
		s.background.Go(func() { s.live(s.ending) })
	}
	s.background.Go(func() { s.sweep(s.ending) })
	if s.outside != nil {
		s.background.Go(func() { s.runPictures(s.ending) })
	}
	s.background.Go(func() { s.runJobs(s.ending) })
	if len(s.watchBelow) > 0 {
		s.background.Go(func() { s.runWatches(s.ending) })
	}
	return nil
}

// openDatabase opens the tables, and makes the folder.
func (s *Service) openDatabase(ctx context.Context) (err error) {
	if s.store == "" {
		if err := os.MkdirAll(filepath.Join(s.dir, collectionsFolder), 0o700); err != nil {
			return err
		}
		s.db, err = db.Open(ctx, filepath.Join(s.dir, databaseName))
		return err
	}
	if _, err := open.Collection(s.store, "any"); err != nil { // it is no name of a database
		return err
	}
	if s.dir == "" {
		s.dir, err = os.MkdirTemp("", "exemplar-")
		s.own = err == nil
	} else {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err != nil {
		return err
	}
	s.db, err = db.OpenServer(ctx, s.store)
	return err
}

// Close closes all galleries. What is in work then fails.
func (s *Service) Close() error {
	s.stop()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.background.Wait()
	for _, f := range s.folders {
		f.root.Close()
	}
	for _, g := range s.galleries {
		if err := g.Close(); err != nil {
			s.log.Error("close a gallery", "error", err)
		}
	}
	var err error
	if s.db != nil {
		if s.lock != nil {
			s.leave()
		}
		err = s.db.Close()
	}
	if s.lock != nil {
		s.lock.Release()
	}
	if s.own {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// Ready returns an error if the service cannot work.
func (s *Service) Ready(ctx context.Context) error {
	if _, err := s.db.Read().AuditHead(ctx); err != nil {
		return err
	}
	if err := s.galleriesThere(ctx); err != nil {
		return explained(err)
	}
	if s.dir != "" && fileio.FreeBytes(s.dir) < leastFree {
		return explained(db.ErrFull)
	}
	return explained(s.db.Full())
}

// Unusable counts the collections, and those in which nothing can be looked up: their
// galleries are damaged, or of another model than the service's, as after an update. The
// others can be used.
func (s *Service) Unusable(ctx context.Context) (unusable, all int, err error) {
	list, err := s.db.Read().Collections(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range list {
		g, err := s.gallery(ctx, c.Name)
		if err == nil {
			err = g.CheckModel(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return 0, 0, ctx.Err()
		case errors.Is(err, exemplar.ErrUnavailable), errors.Is(err, exemplar.ErrNoGallery), errors.Is(err, exemplar.ErrClosed): // away, or going
		case err != nil:
			unusable++
		}
	}
	return unusable, len(list), nil
}

// galleriesThere returns an error if galleries are in a database that they cannot reach: they
// have connections of their own, which can be back later than those of the service. All
// galleries share them, so that one is asked.
func (s *Service) galleriesThere(ctx context.Context) error {
	if s.store == "" {
		return nil
	}
	s.mu.Lock()
	var one *exemplar.Gallery
	for _, one = range s.galleries {
		break
	}
	s.mu.Unlock()
	if one == nil {
		return nil
	}
	if _, err := one.Version(ctx); errors.Is(err, exemplar.ErrUnavailable) {
		return err
	}
	return nil
}

// leastFree is how much of the disk must be free, in bytes: less takes no page (by eye).
const leastFree = 1 << 20

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
		if err := s.forgetRepeated(ctx, time.Now()); err != nil && ctx.Err() == nil {
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
			before := now.AddDate(0, 0, -c.RetentionDays)
			n, err := tx.RemoveOldJobs(ctx, c.Name, before)
			if err == nil && n > 0 {
				err = s.recordExpired(ctx, tx, "jobs.expire", c.Name, n)
			}
			if err != nil {
				return err
			}
			n, err = tx.RemoveOldDecisions(ctx, c.Name, before)
			if err != nil || n == 0 {
				return err
			}
			return s.recordExpired(ctx, tx, "decisions.expire", c.Name, n)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) recordExpired(ctx context.Context, tx *db.Tx, what, collection string, n int64) error {
	return s.record(ctx, tx, Actor{Name: "retention"}, entry{What: what, Collection: collection, After: map[string]int64{"removed": n}})
}

// newID returns an id that is larger than those before it.
func newID() string { return ulid.Make().String() }

// DatabaseBytes is how much of the disk decisions, kept pictures and the audit take.
func (s *Service) DatabaseBytes(ctx context.Context) (int64, error) { return s.db.Read().Bytes(ctx) }

// databaseName is the file of all but the galleries.
const databaseName = "service.db"
