package db

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// Job is a row of the table of jobs.
type Job struct {
	ID, Collection string
	Created        time.Time
	Who, KeyPrefix string
	Kind, Place    string
	Options        string // JSON
	State, Reason  string
	Node           string // that receives its files
	Listed         bool
	Files, Done    int64
	Failed         int64
	Pages, Results int64
	Passed         int64
	Began, Ended   time.Time
}

const jobColumns = `id, collection, created, who, key_prefix, kind, place, options, state, reason, node, listed, files, done, failed, pages, results, passed, began, ended`

func scanJob(rows *sql.Rows, j *Job) error {
	var created, listed, began, ended int64
	err := rows.Scan(&j.ID, &j.Collection, &created, &j.Who, &j.KeyPrefix, &j.Kind, &j.Place, &j.Options, &j.State, &j.Reason, &j.Node, &listed,
		&j.Files, &j.Done, &j.Failed, &j.Pages, &j.Results, &j.Passed, &began, &ended)
	j.Created, j.Listed, j.Began, j.Ended = timeOf(created), listed != 0, timeOf(began), timeOf(ended)
	return err
}

// AddJob adds a row.
func (q *Tx) AddJob(ctx context.Context, j Job) error {
	_, err := q.exec(ctx, `INSERT INTO job (`+jobColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		j.ID, j.Collection, stamp(j.Created), j.Who, j.KeyPrefix, j.Kind, j.Place, j.Options, j.State, j.Reason, j.Node, flag(j.Listed),
		j.Files, j.Done, j.Failed, j.Pages, j.Results, j.Passed, stamp(j.Began), stamp(j.Ended))
	return err
}

// SetJob writes what changes of a row.
func (q *Tx) SetJob(ctx context.Context, j Job) error {
	return q.must(ctx, `UPDATE job SET state = ?, reason = ?, node = ?, listed = ?, files = ?, done = ?, failed = ?, pages = ?, results = ?, passed = ?, began = ?, ended = ? WHERE id = ?`,
		j.State, j.Reason, j.Node, flag(j.Listed), j.Files, j.Done, j.Failed, j.Pages, j.Results, j.Passed, stamp(j.Began), stamp(j.Ended), j.ID)
}

// Job returns the row with an id.
func (q *Tx) Job(ctx context.Context, id string) (Job, error) {
	return one(ctx, q.querier, scanJob, `SELECT `+jobColumns+` FROM job WHERE id = ?`, id)
}

// JobFilter selects jobs; an empty field selects all.
type JobFilter struct {
	Collection, State string
	Collections       []string // nil: all
	Before            string   // only those with a smaller id, which are older
	Limit             int
}

// Jobs returns jobs, the newest first.
func (q *Tx) Jobs(ctx context.Context, f JobFilter) ([]Job, error) {
	where, args := []string{"1 = 1"}, []any{}
	if f.Collection != "" {
		where, args = append(where, "collection = ?"), append(args, f.Collection)
	}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.Before != "" {
		where, args = append(where, "id < ?"), append(args, f.Before)
	}
	if f.Collections != nil {
		marks := []string{"NULL"} // of none: there is nothing in a list of nothing
		for _, name := range f.Collections {
			marks, args = append(marks, "?"), append(args, name)
		}
		where = append(where, "collection IN ("+strings.Join(marks, ", ")+")")
	}
	args = append(args, f.Limit)
	return all(ctx, q.querier, scanJob, `SELECT `+jobColumns+` FROM job WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT ?`, args...)
}

// JobsInState returns the jobs in a state, the oldest first.
func (q *Tx) JobsInState(ctx context.Context, state string) ([]Job, error) {
	return all(ctx, q.querier, scanJob, `SELECT `+jobColumns+` FROM job WHERE state = ? ORDER BY id`, state)
}

// LeftUploads returns the jobs in a state whose node is gone.
func (q *Tx) LeftUploads(ctx context.Context, state string) ([]Job, error) {
	return all(ctx, q.querier, scanJob, `SELECT `+jobColumns+` FROM job WHERE state = ? AND node NOT IN (SELECT id FROM node)`, state)
}

// jobTables are the tables beside that of jobs.
var jobTables = []string{"job_chunk", "job_file", "job_upload", "job_result"}

// RemoveJob removes a job with all that belongs to it.
func (q *Tx) RemoveJob(ctx context.Context, id string) error {
	n, err := q.removeJobs(ctx, `id = ?`, id)
	if err == nil && n == 0 {
		err = ErrNone
	}
	return err
}

// removeJobs removes the jobs that a condition selects, with all that belongs to them.
func (q *Tx) removeJobs(ctx context.Context, where string, args ...any) (int64, error) {
	for _, table := range jobTables {
		if _, err := q.exec(ctx, `DELETE FROM `+table+` WHERE job IN (SELECT id FROM job WHERE `+where+`)`, args...); err != nil {
			return 0, err
		}
	}
	return q.exec(ctx, `DELETE FROM job WHERE `+where, args...)
}

// RemoveOldJobs removes the jobs of a collection that ended before a time.
func (q *Tx) RemoveOldJobs(ctx context.Context, collection string, before time.Time) (int64, error) {
	return q.removeJobs(ctx, `collection = ? AND ended > 0 AND ended < ?`, collection, stamp(before))
}

// Chunk is a row of the table of chunks: some files of a job, which one node works on.
type Chunk struct {
	Job    string
	Number int64 // 0: the listing of the job's files
	State  string
	Node   string
	Tries  int64
}

// The states of chunks and of files.
const (
	Waiting = "waiting"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

const chunkColumns = `job, number, state, node, tries`

func scanChunk(rows *sql.Rows, c *Chunk) error {
	return rows.Scan(&c.Job, &c.Number, &c.State, &c.Node, &c.Tries)
}

// AddChunk adds a row, if there is none.
func (q *Tx) AddChunk(ctx context.Context, c Chunk) error {
	_, err := q.exec(ctx, `INSERT INTO job_chunk (`+chunkColumns+`) VALUES (?, ?, ?, ?, ?) ON CONFLICT (job, number) DO NOTHING`, c.Job, c.Number, c.State, c.Node, c.Tries)
	return err
}

// SetChunk writes a row anew.
func (q *Tx) SetChunk(ctx context.Context, c Chunk) error {
	return q.must(ctx, `UPDATE job_chunk SET state = ?, node = ?, tries = ? WHERE job = ? AND number = ?`, c.State, c.Node, c.Tries, c.Job, c.Number)
}

// Chunk returns a row.
func (q *Tx) Chunk(ctx context.Context, job string, number int64) (Chunk, error) {
	return one(ctx, q.querier, scanChunk, `SELECT `+chunkColumns+` FROM job_chunk WHERE job = ? AND number = ?`, job, number)
}

// FreeChunk returns the first chunk of a job that waits, or whose node is gone.
func (q *Tx) FreeChunk(ctx context.Context, job string) (Chunk, error) {
	return one(ctx, q.querier, scanChunk, `SELECT `+chunkColumns+` FROM job_chunk WHERE job = ? AND (state = 'waiting' OR state = 'running' AND node NOT IN (SELECT id FROM node)) ORDER BY number LIMIT 1`, job)
}

// CountChunks counts the chunks of a job in a state.
func (q *Tx) CountChunks(ctx context.Context, job, state string) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM job_chunk WHERE job = ? AND state = ?`, job, state)
}

// CountOpenChunks counts the chunks of a job that are not done.
func (q *Tx) CountOpenChunks(ctx context.Context, job string) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM job_chunk WHERE job = ? AND state <> 'done'`, job)
}

// LastChunk is the largest number of a job's chunks.
func (q *Tx) LastChunk(ctx context.Context, job string) (int64, error) {
	return one(ctx, q.querier, number, `SELECT coalesce(MAX(number), 0) FROM job_chunk WHERE job = ?`, job)
}

// JobFile is a row of the table of files.
type JobFile struct {
	Job, Path     string
	Number, Chunk int64
	State, Hash   string
	Pages, Tries  int64
	Reason        string
}

const jobFileColumns = `job, path, number, chunk, state, hash, pages, tries, reason`

func scanJobFile(rows *sql.Rows, f *JobFile) error {
	return rows.Scan(&f.Job, &f.Path, &f.Number, &f.Chunk, &f.State, &f.Hash, &f.Pages, &f.Tries, &f.Reason)
}

// JobPaths returns which of some paths a job has. Each path is looked up by itself: asked for a
// list of them, a server without statistics of a new table reads all files of the job each time.
func (q *Tx) JobPaths(ctx context.Context, job string, paths []string) (map[string]bool, error) {
	has := map[string]bool{}
	for some := range slices.Chunk(paths, rowsAtOnce) {
		args := []any{job}
		for _, path := range some {
			args = append(args, path)
		}
		list, err := all(ctx, q.querier, func(rows *sql.Rows, path *sql.NullString) error { return rows.Scan(path) },
			`SELECT (SELECT path FROM job_file WHERE job = ? AND path = asked.column1) FROM (VALUES (?)`+strings.Repeat(`, (?)`, len(some)-1)+`) AS asked`, args...)
		if err != nil {
			return nil, err
		}
		for _, path := range list {
			if path.Valid {
				has[path.String] = true
			}
		}
	}
	return has, nil
}

// rowsAtOnce is how many rows a statement writes: most of what a statement costs is not for
// its rows.
const rowsAtOnce = 100

// AddJobFiles adds rows, whose paths the job has not.
func (q *Tx) AddJobFiles(ctx context.Context, files []JobFile) error {
	for some := range slices.Chunk(files, rowsAtOnce) {
		var args []any
		for _, f := range some {
			args = append(args, f.Job, f.Path, f.Number, f.Chunk, f.State, f.Hash, f.Pages, f.Tries, f.Reason)
		}
		row := `(?, ?, ?, ?, ?, ?, ?, ?, ?)`
		if _, err := q.exec(ctx, `INSERT INTO job_file (`+jobFileColumns+`) VALUES `+row+strings.Repeat(`, `+row, len(some)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// SetJobFile writes what changes of a row.
func (q *Tx) SetJobFile(ctx context.Context, f JobFile) error {
	return q.must(ctx, `UPDATE job_file SET chunk = ?, state = ?, hash = ?, pages = ?, tries = ?, reason = ? WHERE job = ? AND path = ?`,
		f.Chunk, f.State, f.Hash, f.Pages, f.Tries, f.Reason, f.Job, f.Path)
}

// JobFile returns a row.
func (q *Tx) JobFile(ctx context.Context, job, path string) (JobFile, error) {
	return one(ctx, q.querier, scanJobFile, `SELECT `+jobFileColumns+` FROM job_file WHERE job = ? AND path = ?`, job, path)
}

// WaitingFiles returns the files of a chunk that wait, in their order.
func (q *Tx) WaitingFiles(ctx context.Context, job string, chunk int64) ([]JobFile, error) {
	return all(ctx, q.querier, scanJobFile, `SELECT `+jobFileColumns+` FROM job_file WHERE job = ? AND chunk = ? AND state = 'waiting' ORDER BY number`, job, chunk)
}

// JobFiles returns the files of a job in a state (empty: in any), from the one after a
// number on.
func (q *Tx) JobFiles(ctx context.Context, job, state string, after int64, limit int) ([]JobFile, error) {
	if state == "" {
		return all(ctx, q.querier, scanJobFile, `SELECT `+jobFileColumns+` FROM job_file WHERE job = ? AND number > ? ORDER BY number LIMIT ?`, job, after, limit)
	}
	return all(ctx, q.querier, scanJobFile, `SELECT `+jobFileColumns+` FROM job_file WHERE job = ? AND state = ? AND number > ? ORDER BY number LIMIT ?`, job, state, after, limit)
}

// RetryFiles has some failed files of a job wait again, as a chunk, and returns how many.
func (q *Tx) RetryFiles(ctx context.Context, job string, chunk int64, limit int) (int64, error) {
	return q.exec(ctx, `UPDATE job_file SET state = 'waiting', reason = '', tries = 0, chunk = ? WHERE job = ? AND number IN (
		SELECT number FROM job_file WHERE job = ? AND state = 'failed' ORDER BY number LIMIT ?)`, chunk, job, job, limit)
}

// AddUpload keeps a file that was sent, if there is none of that path.
func (q *Tx) AddUpload(ctx context.Context, job, path string, data []byte) error {
	_, err := q.exec(ctx, `INSERT INTO job_upload (job, path, data) VALUES (?, ?, ?) ON CONFLICT (job, path) DO NOTHING`, job, path, data)
	return err
}

// Upload returns a file that was sent.
func (q *Tx) Upload(ctx context.Context, job, path string) ([]byte, error) {
	return one(ctx, q.querier, func(rows *sql.Rows, data *[]byte) error { return rows.Scan(data) }, `SELECT data FROM job_upload WHERE job = ? AND path = ?`, job, path)
}

// RemoveUpload forgets a file that was sent.
func (q *Tx) RemoveUpload(ctx context.Context, job, path string) error {
	_, err := q.exec(ctx, `DELETE FROM job_upload WHERE job = ? AND path = ?`, job, path)
	return err
}

// RemoveUploads forgets all files that were sent for a job.
func (q *Tx) RemoveUploads(ctx context.Context, job string) error {
	_, err := q.exec(ctx, `DELETE FROM job_upload WHERE job = ?`, job)
	return err
}

// JobResult is a row of the table of results: an answer.
type JobResult struct {
	Job, Path, Hash string
	Part, Nth       int
	Number          int64
	At              time.Time
	Member          string
	Page            int
	Decision, Label string
	Confidence      float64
	Summary         string
	DecisionID      string
}

const jobResultColumns = `job, path, hash, part, nth, number, at, member, page, decision, label, confidence, summary, decision_id`

func scanJobResult(rows *sql.Rows, r *JobResult) error {
	var at int64
	err := rows.Scan(&r.Job, &r.Path, &r.Hash, &r.Part, &r.Nth, &r.Number, &at, &r.Member, &r.Page, &r.Decision, &r.Label, &r.Confidence, &r.Summary, &r.DecisionID)
	r.At = timeOf(at)
	return err
}

// AddJobResult adds a row, and reports whether it was not there.
func (q *Tx) AddJobResult(ctx context.Context, r JobResult) (bool, error) {
	n, err := q.exec(ctx, `INSERT INTO job_result (`+jobResultColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job, path, hash, part, nth) DO NOTHING`,
		r.Job, r.Path, r.Hash, r.Part, r.Nth, r.Number, stamp(r.At), r.Member, r.Page, r.Decision, r.Label, r.Confidence, r.Summary, r.DecisionID)
	return n > 0, err
}

// ResultParts returns which pages of a file have results.
func (q *Tx) ResultParts(ctx context.Context, job, path, hash string) ([]int64, error) {
	return all(ctx, q.querier, number, `SELECT DISTINCT part FROM job_result WHERE job = ? AND path = ? AND hash = ?`, job, path, hash)
}

// ResultFilter selects results; an empty field selects all.
type ResultFilter struct {
	Decision, Label string
	Text            string // in the path
	After           int64  // only those with a larger number
	Limit           int
}

// JobResults returns results in their order.
func (q *Tx) JobResults(ctx context.Context, job string, f ResultFilter) ([]JobResult, error) {
	where, args := []string{"job = ?", "number > ?"}, []any{job, f.After}
	add := func(clause string, values ...any) { where, args = append(where, clause), append(args, values...) }
	if f.Decision != "" {
		add("decision = ?", f.Decision)
	}
	if f.Label != "" {
		add("(label = ? OR label LIKE ? ESCAPE '!')", f.Label, like(f.Label)+"/%")
	}
	if f.Text != "" {
		add("lower(path) LIKE ? ESCAPE '!'", "%"+like(strings.ToLower(f.Text))+"%")
	}
	args = append(args, f.Limit)
	return all(ctx, q.querier, scanJobResult, `SELECT `+jobResultColumns+` FROM job_result WHERE `+strings.Join(where, " AND ")+` ORDER BY number LIMIT ?`, args...)
}

// CountResultsSince counts the results of a job that were written since a time.
func (q *Tx) CountResultsSince(ctx context.Context, job string, since time.Time) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM job_result WHERE job = ? AND at >= ?`, job, stamp(since))
}

// CountDecidedResults counts the results of a job by decision.
func (q *Tx) CountDecidedResults(ctx context.Context, job string) ([]NamedCount, error) {
	return all(ctx, q.querier, func(rows *sql.Rows, c *NamedCount) error { return rows.Scan(&c.Name, &c.Count) },
		`SELECT decision, COUNT(*) FROM job_result WHERE job = ? GROUP BY decision ORDER BY decision`, job)
}

// JobTotals are figures of all jobs in a state.
type JobTotals struct {
	State              string
	Jobs, Left, Failed int64
}

// CountJobs counts jobs and their files by state.
func (q *Tx) CountJobs(ctx context.Context) ([]JobTotals, error) {
	return all(ctx, q.querier, func(rows *sql.Rows, t *JobTotals) error { return rows.Scan(&t.State, &t.Jobs, &t.Left, &t.Failed) },
		`SELECT state, COUNT(*), CAST(coalesce(SUM(files - done - failed), 0) AS BIGINT), CAST(coalesce(SUM(failed), 0) AS BIGINT) FROM job GROUP BY state ORDER BY state`)
}
