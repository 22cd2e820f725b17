package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"exemplar/internal/service/db"
)

// A job has many files recognised, in the background: those of a folder, of a list, or files
// that were sent. It is cut into chunks, which nodes claim; see jobwork.go. A table is the
// queue, and none of a library: what a page came to and that it is done are one
// transaction of the tables of this service, and a chunk whose node is gone is known by
// the beats of nodes. (riverqueue was measured: it makes the program 1.5 MB larger, its
// transactions are those of another driver, and it has no leases.)

// NewJob says what is to be recognised: one of folder and manifest.
type NewJob struct {
	Folder   string  `json:"folder,omitempty" maxLength:"4096" doc:"on the server's machine: its pictures, and those in folders below it"`
	Manifest string  `json:"manifest,omitempty" maxLength:"4096" doc:"file on the server's machine with a path on each line, or a table (.csv) or lines of JSON (.jsonl) with a field path; paths may be relative to its folder"`
	FPIR     float64 `json:"fpir,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"share of strangers that may be accepted; 0 or left out: the collection's"`
	Exact    bool    `json:"exact,omitempty" doc:"accept the same copy only, with no other print and no writing where the reference is blank"`
	All      bool    `json:"all,omitempty" doc:"answer with every document in a picture"`
	Discard  bool    `json:"discard,omitempty" doc:"keep no picture, whatever the collection keeps"`
}

// options are the options of a job's answers.
func (n NewJob) options() ClassifyOptions {
	return ClassifyOptions{FPIR: n.FPIR, Exact: n.Exact, All: n.All, Discard: n.Discard}
}

// jobOptions are options as a job keeps them: with what is not told of a decision.
type jobOptions struct {
	ClassifyOptions
	Discard bool `json:"discard,omitempty"`
}

// Job is a job, and how far it is.
type Job struct {
	ID         string     `json:"id"`
	Collection string     `json:"collection"`
	Who        string     `json:"who" doc:"that started it"`
	Kind       string     `json:"kind" enum:"folder,manifest,upload"`
	Place      string     `json:"place" doc:"the folder or the list; of files that were sent, their number or name"`
	State      string     `json:"state" enum:"uploading,running,paused,cancelled,done,failed"`
	Reason     string     `json:"reason,omitempty" doc:"why it failed, or why this server does not work on it"`
	Created    time.Time  `json:"created"`
	Ended      *time.Time `json:"ended,omitempty"`
	Listing    bool       `json:"listing" doc:"its files are still being listed: there will be more"`
	Files      int64      `json:"files"`
	Done       int64      `json:"done" doc:"files that are done"`
	Failed     int64      `json:"failed" doc:"files that could not be used"`
	Left       int64      `json:"left" doc:"files that are neither done nor failed"`
	Passed     int64      `json:"passed" doc:"files of the folder that show no document, by their names"`
	Pages      int64      `json:"pages" doc:"that are recognised"`
	Results    int64      `json:"results" doc:"answers: of a page there may be several"`

	PagesPerSecond float64  `json:"pages_per_second" doc:"of the last minute, of all nodes"`
	SecondsLeft    *float64 `json:"seconds_left,omitempty" doc:"estimated by that; absent where nothing is known"`

	Mine bool `json:"mine" doc:"who asks may pause, resume and cancel it, and have its failed files tried again"`
}

// The kinds of jobs.
const (
	JobFolder   = "folder"
	JobManifest = "manifest"
	JobUpload   = "upload"
)

// The states of jobs.
const (
	JobUploading = "uploading" // its files are being sent
	JobRunning   = "running"
	JobPaused    = "paused"
	JobCancelled = "cancelled"
	JobDone      = "done"   // with or without failed files
	JobFailed    = "failed" // its files could not be listed
)

// StartJob starts a job.
func (s *Service) StartJob(ctx context.Context, by Actor, collection string, asked NewJob) (Job, error) {
	row := db.Job{Kind: JobFolder, Place: asked.Folder, State: JobRunning}
	switch {
	case (asked.Folder == "") == (asked.Manifest == ""):
		return Job{}, fault(Invalid, "name either a folder or a manifest")
	case asked.Manifest != "":
		row.Kind, row.Place = JobManifest, asked.Manifest
	}
	if err := s.checkPlace(row.Kind, row.Place); err != nil {
		return Job{}, err
	}
	row, err := s.addJob(ctx, by, collection, row, asked.options())
	if err != nil {
		return Job{}, err
	}
	s.wakeJobs()
	return s.shownJob(ctx, by, row)
}

// addJob adds a job with its listing, which is its first chunk.
func (s *Service) addJob(ctx context.Context, by Actor, collection string, row db.Job, opts ClassifyOptions) (db.Job, error) {
	options, err := json.Marshal(jobOptions{opts, opts.Discard})
	if err != nil {
		return row, err
	}
	row.ID, row.Collection, row.Created, row.Who, row.KeyPrefix, row.Options = newID(), collection, time.Now(), by.Name, by.Key, string(options)
	row.Began = row.Created
	return row, explained(s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Collection(ctx, collection); err != nil {
			return orNoCollection(err, collection)
		}
		if err := tx.AddJob(ctx, row); err != nil {
			return err
		}
		if row.Kind != JobUpload {
			if err := tx.AddChunk(ctx, db.Chunk{Job: row.ID, State: db.Waiting}); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by, entry{What: "job.start", Collection: collection, Subject: row.ID,
			After: map[string]any{"kind": row.Kind, "place": row.Place, "options": json.RawMessage(options)}})
	}))
}

// shownJob is a job as it is shown to who asks.
func (s *Service) shownJob(ctx context.Context, by Actor, row db.Job) (Job, error) {
	j := Job{
		ID: row.ID, Collection: row.Collection, Who: row.Who, Kind: row.Kind, Place: row.Place, State: row.State, Reason: row.Reason, Created: row.Created,
		Listing: !row.Listed && (row.State == JobRunning || row.State == JobPaused || row.State == JobUploading), Files: row.Files, Done: row.Done, Failed: row.Failed,
		Left: row.Files - row.Done - row.Failed, Passed: row.Passed, Pages: row.Pages, Results: row.Results, Mine: mayControl(by, row),
	}
	if !row.Ended.IsZero() {
		j.Ended = &row.Ended
	}
	if row.State != JobRunning {
		return j, nil
	}
	if !s.reaches(row) {
		j.Reason = "this server may not read from there, and leaves the job to others: it was started without --folder for that"
	}
	now := time.Now()
	since := now.Add(-speedOver)
	if row.Began.After(since) {
		since = row.Began
	}
	n, err := s.db.Read().CountResultsSince(ctx, row.ID, since)
	if err != nil {
		return j, explained(err)
	}
	if took := now.Sub(since).Seconds(); took > 0 && n > 0 && row.Results > 0 {
		j.PagesPerSecond = float64(n) * float64(row.Pages) / float64(row.Results) / took
	}
	if j.PagesPerSecond > 0 && row.Listed && row.Done > 0 {
		left := float64(j.Left) * float64(row.Pages) / float64(row.Done) / j.PagesPerSecond
		j.SecondsLeft = &left
	}
	return j, nil
}

// speedOver is the time over which the speed of a job is told (by eye): long enough to be
// steady, short enough to show that a node has joined.
const speedOver = time.Minute

// mayControl reports whether somebody may pause and cancel a job: who started it, and
// admins.
func mayControl(by Actor, row db.Job) bool {
	return by.sees(row.Collection) && (by.Role.Includes(Admin) || by.Role.Includes(Classifier) && by.Key == row.KeyPrefix)
}

// visibleJob returns a job that somebody may see.
func (s *Service) visibleJob(ctx context.Context, tx *db.Tx, by Actor, id string) (db.Job, error) {
	row, err := tx.Job(ctx, id)
	if err == nil && !by.sees(row.Collection) {
		err = db.ErrNone
	}
	return row, explained(orUnknown(err, "there is no job %q: GET /api/v1/jobs lists them", id))
}

// Job returns a job.
func (s *Service) Job(ctx context.Context, by Actor, id string) (Job, error) {
	row, err := s.visibleJob(ctx, s.db.Read(), by, id)
	if err != nil {
		return Job{}, err
	}
	return s.shownJob(ctx, by, row)
}

// JobFilter selects jobs; an empty field selects all.
type JobFilter struct {
	Collection, State string
	Before            string // id: only those that are older
	Limit             int
}

// Jobs is a part of the jobs, the newest first.
type Jobs struct {
	Jobs []Job  `json:"jobs"`
	Next string `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// Jobs lists the jobs that somebody may see.
func (s *Service) Jobs(ctx context.Context, by Actor, f JobFilter) (Jobs, error) {
	rows, err := s.db.Read().Jobs(ctx, db.JobFilter{Collection: f.Collection, State: f.State, Collections: by.Collections, Before: f.Before, Limit: f.Limit})
	if err != nil {
		return Jobs{}, explained(err)
	}
	page := Jobs{Jobs: []Job{}}
	for _, row := range rows {
		j, err := s.shownJob(ctx, by, row)
		if err != nil {
			return Jobs{}, err
		}
		page.Jobs = append(page.Jobs, j)
	}
	if len(rows) == f.Limit {
		page.Next = rows[len(rows)-1].ID
	}
	return page, nil
}

// controlJob changes a job, if it is in one of some states and the caller may.
func (s *Service) controlJob(ctx context.Context, by Actor, id, what string, states []string, change func(tx *db.Tx, row *db.Job) error) (Job, error) {
	var row db.Job
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if row, err = s.visibleJob(ctx, tx, by, id); err != nil {
			return err
		}
		if !mayControl(by, row) {
			return fault(Denied, "the job was started with another key: only an admin may do that, or who started it")
		}
		if !slices.Contains(states, row.State) {
			return fault(Conflict, "the job is %s: this can be done with one that is %s", row.State, listed(states))
		}
		before := row.State
		if err := change(tx, &row); err != nil {
			return err
		}
		if err := tx.SetJob(ctx, row); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "job." + what, Collection: row.Collection, Subject: id, Before: before, After: row.State})
	})
	if err != nil {
		return Job{}, explained(err)
	}
	s.wakeJobs()
	return s.shownJob(ctx, by, row)
}

func listed(words []string) string {
	text := words[0]
	for _, w := range words[1:] {
		text += " or " + w
	}
	return text
}

// PauseJob stops a job until it is resumed. What is in work is not recorded, and done again
// then.
func (s *Service) PauseJob(ctx context.Context, by Actor, id string) (Job, error) {
	return s.controlJob(ctx, by, id, "pause", []string{JobRunning}, func(_ *db.Tx, row *db.Job) error {
		row.State = JobPaused
		return nil
	})
}

// ResumeJob has a paused job go on.
func (s *Service) ResumeJob(ctx context.Context, by Actor, id string) (Job, error) {
	return s.controlJob(ctx, by, id, "resume", []string{JobPaused}, func(_ *db.Tx, row *db.Job) error {
		row.State, row.Began = JobRunning, time.Now()
		return nil
	})
}

// CancelJob ends a job. Its results stay.
func (s *Service) CancelJob(ctx context.Context, by Actor, id string) (Job, error) {
	return s.controlJob(ctx, by, id, "cancel", []string{JobRunning, JobPaused, JobUploading}, func(tx *db.Tx, row *db.Job) error {
		row.State, row.Ended = JobCancelled, time.Now()
		return tx.RemoveUploads(ctx, id)
	})
}

// RetryJob has the failed files of a job tried again; one whose files could not be listed
// lists them again.
func (s *Service) RetryJob(ctx context.Context, by Actor, id string) (Job, error) {
	return s.controlJob(ctx, by, id, "retry", []string{JobRunning, JobPaused, JobDone, JobFailed}, func(tx *db.Tx, row *db.Job) error {
		if row.Failed == 0 && row.State != JobFailed {
			return fault(Conflict, "no file of the job has failed")
		}
		if row.Kind == JobUpload && row.State == JobFailed {
			return fault(Conflict, "the files of the job did not all come: send them again")
		}
		if row.Kind != JobUpload && !row.Listed && row.State == JobFailed {
			if err := tx.SetChunk(ctx, db.Chunk{Job: id, State: db.Waiting}); err != nil {
				return err
			}
		}
		chunk, err := tx.LastChunk(ctx, id)
		if err != nil {
			return err
		}
		for row.Failed > 0 {
			chunk++
			n, err := tx.RetryFiles(ctx, id, chunk, s.jobs.chunkFiles)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("the job counts %d failed files, and has none", row.Failed)
			}
			row.Failed -= n
			if err := tx.AddChunk(ctx, db.Chunk{Job: id, Number: chunk, State: db.Waiting}); err != nil {
				return err
			}
		}
		if row.State != JobPaused {
			row.State, row.Reason, row.Began, row.Ended = JobRunning, "", time.Now(), time.Time{}
		}
		return nil
	})
}

// JobFile is a file of a job.
type JobFile struct {
	Path   string `json:"path"`
	State  string `json:"state" enum:"waiting,done,failed"`
	Reason string `json:"reason,omitempty" doc:"why it failed, and what to do"`
	Pages  int64  `json:"pages"`
	SHA256 string `json:"sha256,omitempty"`
}

// JobFiles is a part of a job's files, in their order.
type JobFiles struct {
	Files []JobFile `json:"files"`
	Next  int64     `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// JobFiles lists files of a job, of a state if it is not empty.
func (s *Service) JobFiles(ctx context.Context, by Actor, id, state string, after int64, limit int) (JobFiles, error) {
	if _, err := s.visibleJob(ctx, s.db.Read(), by, id); err != nil {
		return JobFiles{}, err
	}
	rows, err := s.db.Read().JobFiles(ctx, id, state, after, limit)
	if err != nil {
		return JobFiles{}, explained(err)
	}
	page := JobFiles{Files: []JobFile{}}
	for _, f := range rows {
		page.Files = append(page.Files, JobFile{f.Path, f.State, f.Reason, f.Pages, f.Hash})
	}
	if len(rows) == limit {
		page.Next = rows[len(rows)-1].Number
	}
	return page, nil
}

// JobResult is an answer that a job came to.
type JobResult struct {
	Number     int64     `json:"number" doc:"of the results of the job, from 1, in the order in which they came"`
	Path       string    `json:"path"`
	Member     string    `json:"member,omitempty" doc:"the file within a container"`
	Page       int       `json:"page,omitempty" doc:"from 1, of a file that has several"`
	SHA256     string    `json:"sha256" doc:"of the file"`
	Decision   string    `json:"decision" enum:"match,ambiguous,unknown,refused"`
	Label      string    `json:"label"`
	Confidence float64   `json:"confidence"`
	Summary    string    `json:"summary"`
	DecisionID string    `json:"decision_id"`
	At         time.Time `json:"at"`
}

// JobResults is a part of a job's results, in their order.
type JobResults struct {
	Results []JobResult      `json:"results"`
	Next    int64            `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
	Counts  map[string]int64 `json:"counts,omitempty" doc:"with the first page: how many results of the job there are, by decision"`
}

// ResultFilter selects results.
type ResultFilter = db.ResultFilter

// JobResults lists results of a job.
func (s *Service) JobResults(ctx context.Context, by Actor, id string, f ResultFilter) (JobResults, error) {
	page := JobResults{Results: []JobResult{}}
	if _, err := s.visibleJob(ctx, s.db.Read(), by, id); err != nil {
		return page, err
	}
	var err error
	if page.Results, page.Next, err = s.someResults(ctx, id, f); err != nil {
		return page, err
	}
	if f.After == 0 {
		counts, err := s.db.Read().CountDecidedResults(ctx, id)
		if err != nil {
			return page, explained(err)
		}
		page.Counts = map[string]int64{}
		for _, c := range counts {
			page.Counts[c.Name] = c.Count
		}
	}
	return page, nil
}

// someResults reads results of a job, and the cursor of those after them.
func (s *Service) someResults(ctx context.Context, id string, f ResultFilter) (results []JobResult, next int64, err error) {
	rows, err := s.db.Read().JobResults(ctx, id, f)
	if err != nil {
		return nil, 0, explained(err)
	}
	results = []JobResult{}
	for _, r := range rows {
		results = append(results, JobResult{r.Number, r.Path, r.Member, r.Page, r.Hash, r.Decision, r.Label, r.Confidence, r.Summary, r.DecisionID, r.At})
	}
	if len(rows) == f.Limit {
		next = rows[len(rows)-1].Number
	}
	return results, next, nil
}

// EachJobResult begins to read all results of a job that a filter selects. What is wrong
// with the job or the filter is an error at once; then each,
// which is for one call, calls do with the results.
func (s *Service) EachJobResult(ctx context.Context, by Actor, id string, f ResultFilter) (each func(do func(JobResult) error) error, err error) {
	if _, err := s.visibleJob(ctx, s.db.Read(), by, id); err != nil {
		return nil, err
	}
	f.Limit = 1000
	results, next, err := s.someResults(ctx, id, f)
	if err != nil {
		return nil, err
	}
	return func(do func(JobResult) error) error {
		for {
			for _, r := range results {
				if err := do(r); err != nil {
					return err
				}
			}
			if next == 0 {
				break
			}
			f.After = next
			if results, next, err = s.someResults(ctx, id, f); err != nil {
				return err
			}
		}
		_, err := s.visibleJob(ctx, s.db.Read(), by, id) // the results of one that is gone are not all
		return err
	}, nil
}

// JobTotals are figures of all jobs in a state.
type JobTotals = db.JobTotals

// JobTotals counts jobs and their files by state.
func (s *Service) JobTotals(ctx context.Context) ([]JobTotals, error) {
	totals, err := s.db.Read().CountJobs(ctx)
	return totals, explained(err)
}

// JobsAtWork is the number of chunks that this node works on.
func (s *Service) JobsAtWork() int { return int(s.jobs.atWork.Load()) }
