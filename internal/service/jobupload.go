package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"exemplar/internal/intake"
	"exemplar/internal/service/db"
)

// Upload is a job whose files are being sent. They are kept in a table until they are done,
// where every node finds them, also after the one that took them is gone.
type Upload struct {
	service *Service
	by      Actor
	job     db.Job
	held    []sentFile
	bytes   int
	passed  int64
	names   map[string]int
	first   string // name of the first file
}

// sentFile is a file that is not written yet, or why it cannot be used.
type sentFile struct {
	File
	reason string
}

// togetherBytes is how much of what is sent is written at once (by eye: little beside the
// memory of one picture in work).
const togetherBytes = 16 << 20

// archiveLimits bound an archive that is sent. Its members are files of the job, each within
// the limits of one.
var archiveLimits = intake.MemberLimits{Files: 100_000, Unpacked: 4 << 30, Bytes: jobFileBytes}

// BeginUpload begins a job whose files are sent. Call Finish or Abandon.
func (s *Service) BeginUpload(ctx context.Context, by Actor, collection string, opts ClassifyOptions) (*Upload, error) {
	row, err := s.addJob(ctx, by, collection, db.Job{Kind: JobUpload, State: JobUploading, Node: s.node}, opts)
	return &Upload{service: s, by: by, job: row, names: map[string]int{}}, err
}

// Held is how many files are in memory.
func (u *Upload) Held() int { return len(u.held) }

// IsArchive says by the beginning of a file whether [Upload.AddArchive] takes it.
func IsArchive(head []byte) bool { return intake.IsZIP(head) }

// Add takes a file. It may be in memory until a later call.
func (u *Upload) Add(ctx context.Context, f File) error {
	return u.add(ctx, sentFile{File: File{u.nameFor(f.Name), f.Data}})
}

func (u *Upload) add(ctx context.Context, f sentFile) error {
	if u.first == "" {
		u.first = f.Name
	}
	u.held, u.bytes = append(u.held, f), u.bytes+len(f.Data)
	if len(u.held) < u.service.jobs.chunkFiles && u.bytes < togetherBytes {
		return nil
	}
	return u.flush(ctx)
}

// AddArchive takes the files in an archive, each as a file of the job. The archive is on the
// disk meanwhile, and none of it in memory but one file after the other.
func (u *Upload) AddArchive(ctx context.Context, name string, r io.Reader) error {
	name = u.nameFor(name)
	spool, err := os.CreateTemp(u.service.dir, trialPrefix) // which goes with the next start, if this process is killed
	if err != nil {
		return err
	}
	defer os.Remove(spool.Name())
	defer spool.Close()
	size, err := io.Copy(spool, r)
	if errors.Is(err, syscall.ENOSPC) {
		return fault(Full, "the disk of the server is full: free some space, and send the archive again")
	}
	if err != nil {
		return err
	}
	for m := range intake.ZIPMembers(spool, size, archiveLimits, &u.passed) {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := sentFile{File: File{name, m.Data}}
		if m.Name != "" {
			f.Name = u.nameFor(name + "/" + m.Name)
		}
		if m.Err != nil {
			f.Data, f.reason = nil, m.Err.Error()
		}
		if err := u.add(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// nameFor gives each file a name of its own.
func (u *Upload) nameFor(name string) string {
	if name == "" {
		name = "file"
	}
	u.names[name]++
	n := u.names[name]
	if n == 1 {
		return name
	}
	ending := path.Ext(name)
	return u.nameFor(fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ending), n, ending))
}

// flush writes the files that are in memory.
func (u *Upload) flush(ctx context.Context) error {
	if len(u.held) == 0 {
		return nil
	}
	err := u.service.db.Write(ctx, func(tx *db.Tx) error {
		job, err := u.current(ctx, tx)
		if err != nil {
			return err
		}
		var found []foundFile
		for _, f := range u.held {
			found = append(found, foundFile{path: f.Name, reason: f.reason})
			if f.reason != "" {
				continue
			}
			if err := tx.AddUpload(ctx, job.ID, f.Name, f.Data); err != nil {
				return err
			}
		}
		if err := u.service.addChunk(ctx, tx, &job, found); err != nil {
			return err
		}
		return tx.SetJob(ctx, job)
	})
	u.held, u.bytes = nil, 0
	return explained(err)
}

// current is the job, if it still waits for files.
func (u *Upload) current(ctx context.Context, tx *db.Tx) (db.Job, error) {
	job, err := tx.Job(ctx, u.job.ID)
	if err == nil && job.State != JobUploading {
		return job, fault(Conflict, "the job was cancelled while its files were being sent")
	}
	return job, orUnknown(err, "the collection was removed while files were being sent")
}

// Finish has the files recognised.
func (u *Upload) Finish(ctx context.Context) (Job, error) {
	if err := u.flush(ctx); err != nil {
		return Job{}, err
	}
	var row db.Job
	err := u.service.db.Write(ctx, func(tx *db.Tx) (err error) {
		if row, err = u.current(ctx, tx); err != nil {
			return err
		}
		if row.Files == 0 {
			return fault(Invalid, "nothing that was sent may show a document: send files as fields named file, as curl -F file=@a.jpg -F file=@b.jpg does")
		}
		row.State, row.Listed, row.Passed, row.Node, row.Began = JobRunning, true, u.passed, "", time.Now()
		row.Place = u.first
		if row.Files > 1 {
			row.Place = fmt.Sprintf("%s and %d more", u.first, row.Files-1)
		}
		if err := tx.SetJob(ctx, row); err != nil {
			return err
		}
		if err := u.service.endJob(ctx, tx, row); err != nil { // if none of them could be used
			return err
		}
		row, err = tx.Job(ctx, row.ID)
		return err
	})
	if err != nil {
		return Job{}, explained(err)
	}
	u.service.wakeJobs()
	return u.service.shownJob(ctx, u.by, row)
}

// Abandon forgets a job whose files did not all come.
func (u *Upload) Abandon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	s := u.service
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		job, err := tx.Job(ctx, u.job.ID)
		if err != nil || job.State != JobUploading {
			return orGone(err)
		}
		if err := tx.RemoveJob(ctx, u.job.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, u.by, entry{What: "job.abandon", Collection: job.Collection, Subject: job.ID})
	})
	if err != nil && !errors.Is(err, db.ErrUnavailable) { // else it is given up when this node is gone
		s.log.Error("forget a job whose files did not come", "job", u.job.ID, "error", err)
	}
}
