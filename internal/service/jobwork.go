package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"exemplar"
	"exemplar/internal/parallel"
	"exemplar/internal/service/db"
)

// chunkFiles is how many files a node claims at once: so many that claiming costs nothing
// beside them, so few that those of a node that is gone are soon done by others.
const chunkFiles = 200

// chunksAtOnce is how many chunks a node works on: a second one keeps its cores busy while
// the last file of the first is large.
const chunksAtOnce = 2

// lookForJobs is how often a node looks for what it was not told of.
const lookForJobs = time.Second

// mostDeaths is how often the node of a chunk may be gone before its files are tried one by
// one, and that of a file before it is given up. By eye: nobody stops it so often by
// chance.
const mostDeaths = 2

// jobRunner is what a node has of jobs.
type jobRunner struct {
	workers    int
	chunkFiles int
	places     *semaphore.Weighted // pages in work: as many as cores, so that a request waits for one of them to end, and for none that waits
	wake       chan struct{}
	recordings chan *recording
	atWork     atomic.Int64
	decided    atomic.Pointer[func(collection, decision string)]
}

func newJobRunner(workers int) jobRunner {
	return jobRunner{workers: workers, chunkFiles: chunkFiles, places: semaphore.NewWeighted(int64(workers)), wake: make(chan struct{}, chunksAtOnce), recordings: make(chan *recording)}
}

// WhenDecided has do called with each answer of a job that this node has recorded.
func (s *Service) WhenDecided(do func(collection, decision string)) { s.jobs.decided.Store(&do) }

// wakeJobs has this node look for a chunk at once.
func (s *Service) wakeJobs() {
	for range chunksAtOnce {
		select {
		case s.jobs.wake <- struct{}{}:
		default:
			return
		}
	}
}

// errStopped says that a chunk is no longer this node's: its job was paused, cancelled or
// removed, or another node has taken it.
var errStopped = errors.New("the chunk is no longer this node's")

// runJobs works on chunks until ctx ends.
func (s *Service) runJobs(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.recordAll(ctx) })
	for range chunksAtOnce {
		all.Go(func() { s.workOnChunks(ctx) })
	}
	all.Wait()
}

func (s *Service) workOnChunks(ctx context.Context) {
	tick := time.NewTicker(lookForJobs)
	defer tick.Stop()
	for ctx.Err() == nil {
		job, chunk, err := s.claimChunk(ctx)
		switch {
		case err == nil:
			s.workOnChunk(ctx, job, chunk)
			continue
		case ctx.Err() == nil && !errors.Is(err, db.ErrNone) && !errors.Is(err, db.ErrUnavailable):
			s.log.Error("look for jobs", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-s.jobs.wake:
		}
	}
}

// claimChunk claims a chunk of the job that has the fewest in work, or gives
// [db.ErrNone].
func (s *Service) claimChunk(ctx context.Context) (job db.Job, chunk db.Chunk, err error) {
	if err := s.giveUpUploads(ctx); err != nil {
		return job, chunk, err
	}
	if job, chunk, err = s.freeChunk(ctx, s.db.Read()); err != nil { // most of the time there is none, and nothing is written
		return job, chunk, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if job, chunk, err = s.freeChunk(ctx, tx); err != nil {
			return err
		}
		chunk.State, chunk.Node, chunk.Tries = db.Running, s.node, chunk.Tries+1
		return tx.SetChunk(ctx, chunk)
	})
	return job, chunk, err
}

func (s *Service) freeChunk(ctx context.Context, tx *db.Tx) (db.Job, db.Chunk, error) {
	jobs, err := tx.JobsInState(ctx, JobRunning)
	if err != nil {
		return db.Job{}, db.Chunk{}, err
	}
	jobs = slices.DeleteFunc(jobs, func(j db.Job) bool { return !s.reaches(j) })
	busy := map[string]int64{}
	if len(jobs) > 1 {
		for _, j := range jobs {
			if busy[j.ID], err = tx.CountChunks(ctx, j.ID, db.Running); err != nil {
				return db.Job{}, db.Chunk{}, err
			}
		}
		sort.SliceStable(jobs, func(i, j int) bool { return busy[jobs[i].ID] < busy[jobs[j].ID] })
	}
	for _, j := range jobs {
		c, err := tx.FreeChunk(ctx, j.ID)
		if !errors.Is(err, db.ErrNone) {
			return j, c, err
		}
	}
	return db.Job{}, db.Chunk{}, db.ErrNone
}

// workOnChunk works on a chunk, and ends it or gives it back.
func (s *Service) workOnChunk(ctx context.Context, job db.Job, chunk db.Chunk) {
	s.jobs.atWork.Add(1)
	defer s.jobs.atWork.Add(-1)
	err := s.workOnFiles(ctx, job, chunk)
	if err == nil {
		err = s.persist(ctx, func() error { return s.endChunk(ctx, job, chunk) })
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, errStopped), ctx.Err() != nil:
	default:
		s.log.Error("work on a job", "job", job.ID, "chunk", chunk.Number, "error", err)
	}
	s.giveBack(ctx, job, chunk)
	if ctx.Err() == nil && !errors.Is(err, errStopped) {
		select { // so that what fails again and again does not fill the log
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

// retryAfter is how long a node waits before it tries again what failed for a reason that
// may pass.
const retryAfter = time.Second

// giveBack lets others have a chunk that this node does not end. While the node is alive
// nobody else would take it, so that it is said until it is heard; a node that ends need
// not say it.
func (s *Service) giveBack(ctx context.Context, job db.Job, chunk db.Chunk) {
	for {
		saying, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
		err := s.db.Write(saying, func(tx *db.Tx) error {
			now, err := tx.Chunk(saying, job.ID, chunk.Number)
			if err != nil || now.State != db.Running || now.Node != s.node {
				return orGone(err)
			}
			now.State, now.Node, now.Tries = db.Waiting, "", now.Tries-1
			return tx.SetChunk(saying, now)
		})
		cancel()
		if err == nil || ctx.Err() != nil {
			return
		}
		if !errors.Is(err, db.ErrUnavailable) {
			s.log.Error("give a chunk of a job back", "job", job.ID, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}
}

// persist repeats what fails because the database is away or busy, until ctx ends.
func (s *Service) persist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || !errors.Is(err, db.ErrUnavailable) && !errors.Is(err, db.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryAfter):
		}
	}
}

// holds returns the job and the chunk as they are, or [errStopped] if this node is not to
// work on it.
func (s *Service) holds(ctx context.Context, tx *db.Tx, id string, chunk int64) (db.Job, db.Chunk, error) {
	job, err := tx.Job(ctx, id)
	if err == nil && job.State != JobRunning {
		err = errStopped
	}
	if err != nil {
		return job, db.Chunk{}, orStopped(err)
	}
	c, err := tx.Chunk(ctx, id, chunk)
	if err == nil && (c.State != db.Running || c.Node != s.node) {
		err = errStopped
	}
	return job, c, orStopped(err)
}

// orStopped makes [db.ErrNone] the end of a chunk.
func orStopped(err error) error {
	if errors.Is(err, db.ErrNone) {
		return errStopped
	}
	return err
}

// endChunk notes that a chunk is done, and with the last one the job.
func (s *Service) endChunk(ctx context.Context, job db.Job, chunk db.Chunk) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		job, chunk, err := s.holds(ctx, tx, job.ID, chunk.Number)
		if err != nil {
			return err
		}
		chunk.State, chunk.Node = db.Done, ""
		if err := tx.SetChunk(ctx, chunk); err != nil {
			return err
		}
		return s.endJob(ctx, tx, job)
	})
}

// endJob ends a job of which nothing is left.
func (s *Service) endJob(ctx context.Context, tx *db.Tx, job db.Job) error {
	left, err := tx.CountOpenChunks(ctx, job.ID)
	if err != nil || left > 0 || !job.Listed {
		return err
	}
	job.State, job.Ended = JobDone, time.Now()
	if err := tx.SetJob(ctx, job); err != nil {
		return err
	}
	return s.record(ctx, tx, Actor{Name: "service"}, entry{What: "job.end", Collection: job.Collection, Subject: job.ID,
		After: map[string]int64{"files": job.Files, "done": job.Done, "failed": job.Failed, "pages": job.Pages, "results": job.Results}})
}

// workOnFiles recognises the files of a chunk.
func (s *Service) workOnFiles(ctx context.Context, job db.Job, chunk db.Chunk) error {
	if chunk.Number == 0 {
		return s.listFiles(ctx, job)
	}
	var stored jobOptions
	if err := json.Unmarshal([]byte(job.Options), &stored); err != nil {
		return err
	}
	opts := stored.ClassifyOptions
	opts.Discard = stored.Discard
	files, err := s.db.Read().WaitingFiles(ctx, job.ID, chunk.Number)
	if err != nil {
		return err
	}
	if chunk.Tries <= mostDeaths {
		return parallel.Each(ctx, s.jobs.workers, len(files), func(ctx context.Context, i int) error { return s.workOnFile(ctx, job, files[i], opts) })
	}
	for _, f := range files { // one of them ends the program, perhaps
		if f.Tries >= mostDeaths {
			s.log.Warn("a file of a job is given up: the program ended while it was at work on it", "job", job.ID, "path", f.Path)
			if err := s.recordPages(ctx, &recording{job: job, file: f, ends: true, reason: "the program ended several times while it was at work on this file: look at it by itself"}); err != nil {
				return err
			}
			continue
		}
		if err := s.noteTry(ctx, job, &f); err != nil {
			return err
		}
		if err := s.workOnFile(ctx, job, f, opts); err != nil {
			return err
		}
	}
	return nil
}

// noteTry notes that a file is about to be worked on.
func (s *Service) noteTry(ctx context.Context, job db.Job, f *db.JobFile) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, _, err := s.holds(ctx, tx, job.ID, f.Chunk); err != nil {
			return err
		}
		f.Tries++
		return tx.SetJobFile(ctx, *f)
	})
}

// The pages of a file that are recorded together: so many, or what came within a time.
const (
	recordPages = 20
	recordEvery = time.Second
)

// workOnFile recognises the pages of a file that have no results yet.
func (s *Service) workOnFile(ctx context.Context, job db.Job, f db.JobFile, opts ClassifyOptions) error {
	r := &recording{job: job, file: f, opts: opts}
	data, err := s.readJobFile(ctx, job, f.Path)
	var unfit *unfitError
	switch {
	case errors.As(err, &unfit):
		r.ends, r.reason = true, unfit.Error()
		return s.recordPages(ctx, r)
	case err != nil:
		return err
	}
	r.data = data
	r.file.Hash = hashOf(data)
	known, err := s.db.Read().ResultParts(ctx, job.ID, f.Path, r.file.Hash)
	if err != nil {
		return err
	}
	return s.workOnPages(ctx, r, known)
}

// workOnPages recognises pages, and records them while they come. Pages that cannot be used
// are held back: if all are such, the file has failed, and none is a result.
func (s *Service) workOnPages(ctx context.Context, r *recording, known []int64) error {
	var held []pageAnswers
	usable := len(known) > 0
	last := time.Now()
	classify := func(ctx context.Context, p numberedPage) (pageAnswers, error) { return s.answerOfJob(ctx, r, p) }
	for page, err := range parallel.Ordered(ctx, s.jobs.workers, unknownPages(ctx, r.data, known), classify) {
		var unfit *unfitError
		if errors.As(err, &unfit) {
			r.reason = unfit.Error()
			break
		}
		if err != nil {
			return err
		}
		if !usable && isUnusable(page) {
			held = append(held, page)
			continue
		}
		usable = true
		r.pages = append(append(r.pages, held...), page)
		held = nil
		if len(r.pages) < recordPages && time.Since(last) < recordEvery {
			continue
		}
		if err := s.recordPages(ctx, r); err != nil {
			return err
		}
		r.pages, last = nil, time.Now()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.ends = true
	if !usable && r.reason == "" {
		r.reason = "there is no page in it: send another"
		if len(held) > 0 {
			r.reason = held[0].Answers[0].Reason
		}
	}
	return s.recordPages(ctx, r)
}

// isUnusable reports whether a page was refused, and not because it is blank.
func isUnusable(page pageAnswers) bool {
	return !slices.ContainsFunc(page.Answers, func(a exemplar.Answer) bool { return a.Decision != exemplar.Refused || a.Blank })
}

type numberedPage struct {
	part int
	exemplar.Picture
}

// unknownPages yields the pages of a file but those that are known.
func unknownPages(ctx context.Context, data []byte, known []int64) iter.Seq[numberedPage] {
	return func(yield func(numberedPage) bool) {
		part := 0
		for p := range exemplar.Pages(ctx, exemplar.FromBytes(data), exemplar.PageOptions{}) {
			if !slices.Contains(known, int64(part)) && !yield(numberedPage{part, p}) {
				return
			}
			part++
		}
	}
}

// unfitError says why a file of a job has failed.
type unfitError struct{ reason string }

func (e *unfitError) Error() string { return e.reason }

func unfit(format string, args ...any) error { return &unfitError{fmt.Sprintf(format, args...)} }

// answerOfJob classifies a page when a core is free for it. What may pass is waited for;
// another fault is that of the file.
func (s *Service) answerOfJob(ctx context.Context, r *recording, p numberedPage) (answers pageAnswers, err error) {
	for _, places := range []*semaphore.Weighted{s.jobs.places, s.work.places} {
		if err := places.Acquire(ctx, 1); err != nil {
			return answers, err
		}
		defer places.Release(1)
	}
	defer func() {
		if broken := recover(); broken != nil {
			s.log.Error("panic", "job", r.job.ID, "path", r.file.Path, "fault", broken)
			err = unfit("something went wrong inside; the log has the details")
		}
	}()
	err = s.persist(ctx, func() error {
		row, err := s.db.Read().Collection(ctx, r.job.Collection)
		if err != nil {
			return orStopped(err)
		}
		fpir := r.opts.FPIR
		if fpir == 0 {
			fpir = row.FPIR
		}
		g, err := s.gallery(ctx, r.job.Collection)
		if err != nil {
			return whileAway(err)
		}
		result, err := g.Classify(ctx, p.Picture, exemplar.ClassifyOptions{FPIR: fpir, Exact: r.opts.Exact, All: r.opts.All})
		if err != nil {
			return whileAway(explained(err))
		}
		answers = pageAnswers{p.part, s.likenessOf(p.Picture, result), result}
		return nil
	})
	return answers, err
}

// whileAway makes an error one that passes, or that of a file.
func whileAway(err error) error {
	var known *Error
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &known) && (known.Kind == Unavailable || known.Kind == Busy):
		return fmt.Errorf("%w (%w)", db.ErrUnavailable, err)
	case errors.As(err, &known) && known.Kind == Unknown:
		return errStopped
	}
	return unfit("%v", err)
}
