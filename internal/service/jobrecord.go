package service

import (
	"context"
	"errors"
	"time"

	"exemplar/internal/service/db"
)

// recording is what pages of a file came to, on its way into the tables.
type recording struct {
	job    db.Job
	file   db.JobFile
	data   []byte
	opts   ClassifyOptions
	pages  []pageAnswers
	ends   bool   // it is all that the file comes to
	reason string // why the file has failed; empty if it has not

	done    chan error
	written []db.Decision
}

// mostTogether bounds how many recordings are one transaction.
const mostTogether = 64

// recordPages writes results with their decisions, and what they make of the file, in one
// transaction. What waits meanwhile comes into the next one together: the disk is waited
// for once.
func (s *Service) recordPages(ctx context.Context, r *recording) error {
	return s.persist(ctx, func() error {
		r.done = make(chan error, 1)
		select {
		case s.jobs.recordings <- r:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case err := <-r.done:
			return err
		case <-s.ending.Done(): // nobody may be there to answer
			return s.ending.Err()
		}
	})
}

// recordAll writes recordings until ctx ends.
func (s *Service) recordAll(ctx context.Context) {
	for {
		var batch []*recording
		select {
		case <-ctx.Done():
			return
		case r := <-s.jobs.recordings:
			batch = append(batch, r)
		}
	more:
		for len(batch) < mostTogether {
			select {
			case r := <-s.jobs.recordings:
				batch = append(batch, r)
			default:
				break more
			}
		}
		if err := s.recordTogether(ctx, batch); err != nil { // one of them, perhaps
			for _, r := range batch {
				err := s.recordTogether(ctx, []*recording{r})
				if err == nil {
					s.tellDecided(r)
				}
				r.done <- err
			}
			continue
		}
		for _, r := range batch {
			s.tellDecided(r)
			r.done <- nil
		}
	}
}

func (s *Service) tellDecided(r *recording) {
	if tell := s.jobs.decided.Load(); tell != nil {
		for _, d := range r.written {
			(*tell)(d.Collection, d.Decision)
		}
	}
}

func (s *Service) recordTogether(ctx context.Context, batch []*recording) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, r := range batch {
			if err := s.recordOne(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// recordOne writes a recording, if the chunk is still this node's. Results that are there
// already stay, and their decisions with them.
func (s *Service) recordOne(ctx context.Context, tx *db.Tx, r *recording) error {
	r.written = nil
	job, _, err := s.holds(ctx, tx, r.job.ID, r.file.Chunk)
	if err != nil {
		return err
	}
	f, err := tx.JobFile(ctx, job.ID, r.file.Path)
	if err == nil && f.State != db.Waiting {
		err = errStopped
	}
	if err != nil {
		return orStopped(err)
	}
	if len(r.pages) > 0 {
		if err := s.recordResults(ctx, tx, &job, r); err != nil {
			return err
		}
	}
	if r.ends {
		if err := s.endFile(ctx, tx, &job, &f, r); err != nil {
			return err
		}
	}
	return tx.SetJob(ctx, job)
}

// recordResults writes results with their decisions.
func (s *Service) recordResults(ctx context.Context, tx *db.Tx, job *db.Job, r *recording) error {
	collection, err := tx.Collection(ctx, job.Collection)
	if err != nil {
		return orStopped(err)
	}
	kept, err := newKept(Actor{Name: job.Who, Key: job.KeyPrefix}, collection, File{r.file.Path, r.data}, r.file.Hash, r.opts)
	if err != nil {
		return err
	}
	for _, page := range r.pages {
		isNew := false
		for nth, a := range page.Answers {
			before := len(kept.rows)
			row, err := kept.add(page, nth)
			if err != nil {
				return err
			}
			added, err := tx.AddJobResult(ctx, db.JobResult{
				Job: job.ID, Path: r.file.Path, Hash: kept.hash, Part: page.part, Nth: nth, Number: job.Results + 1, At: time.Now(), Member: a.Member, Page: a.Page,
				Decision: row.Decision, Label: a.Label, Confidence: a.Confidence, Summary: a.Summary, DecisionID: row.ID,
			})
			if err != nil {
				return err
			}
			if !added {
				kept.rows = kept.rows[:before]
				continue
			}
			isNew = true
			job.Results++
		}
		if isNew {
			job.Pages++
		}
	}
	r.written = kept.rows
	return s.recordKept(ctx, tx, kept)
}

// endFile notes that a file is done, or has failed.
func (s *Service) endFile(ctx context.Context, tx *db.Tx, job *db.Job, f *db.JobFile, r *recording) error {
	f.Hash, f.Reason, f.State = r.file.Hash, r.reason, db.Done
	if r.reason != "" {
		f.State = db.Failed
		job.Failed++
	} else {
		job.Done++
	}
	parts, err := tx.ResultParts(ctx, job.ID, f.Path, f.Hash)
	if err != nil {
		return err
	}
	f.Pages = int64(len(parts))
	if f.State == db.Done && job.Kind == JobUpload {
		if err := tx.RemoveUpload(ctx, job.ID, f.Path); err != nil {
			return err
		}
	}
	return tx.SetJobFile(ctx, *f)
}

// giveUpUploads ends the jobs whose files were being sent to a node that is gone.
func (s *Service) giveUpUploads(ctx context.Context) error {
	left, err := s.db.Read().LeftUploads(ctx, JobUploading)
	for _, row := range left {
		err = errors.Join(err, s.db.Write(ctx, func(tx *db.Tx) error {
			now, err := tx.Job(ctx, row.ID)
			if err != nil || now.State != JobUploading {
				return orGone(err)
			}
			return s.failJob(ctx, tx, now, "the server ended while the files were being sent: send them again")
		}))
	}
	return err
}

// failJob ends a job that cannot be carried out.
func (s *Service) failJob(ctx context.Context, tx *db.Tx, job db.Job, reason string) error {
	job.State, job.Reason, job.Ended = JobFailed, reason, time.Now()
	if err := tx.RemoveUploads(ctx, job.ID); err != nil {
		return err
	}
	if err := tx.SetJob(ctx, job); err != nil {
		return err
	}
	return s.record(ctx, tx, Actor{Name: "service"}, entry{What: "job.fail", Collection: job.Collection, Subject: job.ID, After: reason})
}
