package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/fileio"
	"exemplar/internal/service"
)

// InJob is an address of a job.
type InJob struct {
	ID string `path:"id" maxLength:"64" doc:"id of the job"`
}

const jobsPath = "/jobs"

// addJobs adds what is recognised in the background.
func (s *server) addJobs() {
	tags := []string{"jobs"}
	type list struct {
		Collection string `query:"collection" maxLength:"63" doc:"only jobs of this collection"`
		State      string `query:"state" enum:"uploading,running,paused,cancelled,done,failed"`
		Cursor     string `query:"cursor" maxLength:"64" doc:"next of the page before"`
		Limit      int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "list-jobs", Method: http.MethodGet, Path: jobsPath, Summary: "List the jobs, the newest first", Tags: tags},
		func(ctx context.Context, by service.Actor, in *list) (*body[service.Jobs], error) {
			page, err := s.service.Jobs(ctx, by, service.JobFilter{Collection: in.Collection, State: in.State, Before: in.Cursor, Limit: in.Limit})
			return &body[service.Jobs]{page}, err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "job-folders", Method: http.MethodGet, Path: "/job-folders", Summary: "The folders of the server's machine from which jobs may read", Tags: tags},
		func(ctx context.Context, _ service.Actor, _ *struct{}) (*body[jobFolders], error) {
			return &body[jobFolders]{jobFolders{s.service.Folders()}}, nil
		})
	type start struct {
		InCollection
		Body service.NewJob
	}
	add(s, service.Classifier, huma.Operation{OperationID: "start-job", Method: http.MethodPost, Path: "/collections/{collection}/jobs", Summary: "Have the files of a folder or of a list recognised in the background", Tags: tags, DefaultStatus: http.StatusCreated,
		Description: "Folder and list lie on the server's machine, in a folder that its operator allows (serve --folder)."},
		func(ctx context.Context, by service.Actor, in *start) (*body[service.Job], error) {
			job, err := s.service.StartJob(ctx, by, in.Collection, in.Body)
			return &body[service.Job]{job}, err
		})
	s.addJobUpload(tags)
	add(s, service.Classifier, huma.Operation{OperationID: "get-job", Method: http.MethodGet, Path: jobsPath + "/{id}", Summary: "A job, and how far it is", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InJob) (*body[service.Job], error) {
			job, err := s.service.Job(ctx, by, in.ID)
			return &body[service.Job]{job}, err
		})
	s.addJobEvents(tags)
	for _, c := range []struct {
		id, path, summary string
		do                func(context.Context, service.Actor, string) (service.Job, error)
	}{
		{"pause-job", "pause", "Stop a job until it is resumed", s.service.PauseJob},
		{"resume-job", "resume", "Have a paused job go on", s.service.ResumeJob},
		{"cancel-job", "cancel", "End a job; its results stay", s.service.CancelJob},
		{"retry-job", "retry", "Try the failed files of a job again", s.service.RetryJob},
	} {
		add(s, service.Classifier, huma.Operation{OperationID: c.id, Method: http.MethodPost, Path: jobsPath + "/{id}/" + c.path, Summary: c.summary, Tags: tags, Errors: []int{http.StatusConflict},
			Description: "For who started it, with the same key, and for admins."},
			func(ctx context.Context, by service.Actor, in *InJob) (*body[service.Job], error) {
				job, err := c.do(ctx, by, in.ID)
				return &body[service.Job]{job}, err
			})
	}
	type files struct {
		InJob
		State  string `query:"state" enum:"waiting,done,failed" doc:"left out: all"`
		Cursor int64  `query:"cursor" minimum:"0" doc:"next of the page before"`
		Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "job-files", Method: http.MethodGet, Path: jobsPath + "/{id}/files", Summary: "The files of a job; those that failed, with the reasons", Tags: tags},
		func(ctx context.Context, by service.Actor, in *files) (*body[service.JobFiles], error) {
			page, err := s.service.JobFiles(ctx, by, in.ID, in.State, in.Cursor, in.Limit)
			return &body[service.JobFiles]{page}, err
		})
	s.addJobResults(tags)
}

// jobFolders is the answer to who asks for folders.
type jobFolders struct {
	Folders []string `json:"folders" doc:"empty: the server may read none"`
}

// addJobUpload adds the route for files that are sent.
func (s *server) addJobUpload(tags []string) {
	type upload struct {
		InCollection
		FPIR    float64 `query:"fpir" minimum:"0" exclusiveMaximum:"1" doc:"share of strangers that may be accepted; 0 or left out: the collection's"`
		Exact   bool    `query:"exact" doc:"accept the same copy only, with no other print and no writing where the reference is blank"`
		All     bool    `query:"all" doc:"answer with every document in a picture"`
		Discard bool    `query:"discard" doc:"keep no picture, whatever the collection keeps"`
		Raw
	}
	op := huma.Operation{OperationID: "upload-job", Method: http.MethodPost, Path: "/collections/{collection}/jobs/upload", Summary: "Have files recognised in the background that are sent", Tags: tags, DefaultStatus: http.StatusCreated,
		Description: "A form with any number of fields named file, at most 64 MB each. A ZIP archive may be larger: each file in it is one of the job. They are kept until they are done, and a server that ends meanwhile goes on with them.",
		Errors:      []int{http.StatusRequestTimeout, http.StatusRequestEntityTooLarge}, RequestBody: form(nil)}
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *upload) (*body[service.Job], error) {
		reading := &uploaded{memory: s.uploads, patient: s.patient}
		parts, err := reading.form(&in.Raw, streamBytes)
		if err == nil && parts == nil {
			err = service.Fault(service.Invalid, "the body is no form: send the files as fields named file, as curl -F file=@a.jpg -F file=@b.jpg does")
		}
		if err != nil {
			return nil, err
		}
		job, err := s.service.BeginUpload(ctx, by, in.Collection, service.ClassifyOptions{FPIR: in.FPIR, Exact: in.Exact, All: in.All, Discard: in.Discard})
		if err != nil {
			return nil, err
		}
		err = s.takeFiles(ctx, parts, job)
		var started service.Job
		if err == nil {
			started, err = job.Finish(ctx)
		}
		if err != nil {
			job.Abandon(ctx)
			giveUpBody(&in.Raw)
			return nil, err
		}
		bodyIsRead(ctx)
		return &body[service.Job]{started}, nil
	})
}

// headBytes is how much of a file is looked at to tell its kind.
const headBytes = 64 << 10

// takeFiles takes the files of a form as they come.
func (s *server) takeFiles(ctx context.Context, parts *multipart.Reader, job *service.Upload) error {
	var held []*uploaded // files that are in memory still
	release := func() {
		for _, u := range held {
			u.release()
		}
		held = nil
	}
	defer func() { release() }()
	in := bufio.NewReaderSize(nil, headBytes)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cutOff(err)
		}
		if err := misnamed(part); err != nil {
			return err
		}
		if part.FormName() != "file" {
			continue
		}
		in.Reset(part)
		if head, _ := in.Peek(headBytes); service.IsArchive(head) {
			if err := job.AddArchive(ctx, fileName(part.FileName()), in); err != nil {
				return cutOffBody(err)
			}
		} else {
			u := &uploaded{memory: s.uploads}
			held = append(held, u)
			data, err := u.file(in)
			if err == nil {
				err = job.Add(ctx, service.File{Name: fileName(part.FileName()), Data: data})
			}
			if err != nil {
				return err
			}
		}
		if job.Held() == 0 {
			release()
		}
	}
}

// cutOffBody is [cutOff] of an error that may be another one.
func cutOffBody(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return cutOff(err)
	}
	return err
}

// addJobResults adds the list of results, a page at a time or all as a file.
func (s *server) addJobResults(tags []string) {
	type list struct {
		InJob
		Decision string `query:"decision" enum:"match,ambiguous,unknown,refused"`
		Label    string `query:"label" maxLength:"512" doc:"this label and those below it"`
		Text     string `query:"q" maxLength:"200" doc:"text in the path of the file"`
		Cursor   int64  `query:"cursor" minimum:"0" doc:"next of the page before"`
		Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		Format   string `query:"format" enum:"json,csv,jsonl" default:"json" doc:"json: one page; csv and jsonl: all that are selected, as a file"`
	}
	op := s.selecting(huma.Operation{OperationID: "job-results", Path: jobsPath + "/{id}/results", Summary: "What the pages of a job were found to be", Tags: tags},
		reflect.TypeFor[service.JobResults](), "results")
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *list) (*listing, error) {
		filter := service.ResultFilter{Decision: in.Decision, Label: in.Label, Text: in.Text, After: in.Cursor, Limit: in.Limit}
		var page service.JobResults
		var each func(write func(service.JobResult) error) error
		var err error
		if in.Format == "json" {
			page, err = s.service.JobResults(ctx, by, in.ID, filter)
		} else {
			each, err = s.service.EachJobResult(ctx, by, in.ID, filter)
		}
		if err != nil {
			return nil, err
		}
		return listed(ctx, s, in.Format, page, table[service.JobResult]{"results", resultColumns, resultCells, each}), nil
	})
}

var resultColumns = []string{"number", "path", "member", "page", "decision", "label", "confidence", "summary", "decision_id", "sha256", "at"}

func resultCells(r service.JobResult) []string {
	return []string{
		strconv.FormatInt(r.Number, 10), fileio.TextCell(r.Path), fileio.TextCell(r.Member), pageCell(r.Page), r.Decision, fileio.TextCell(r.Label),
		confidenceCell(r.Confidence), fileio.TextCell(r.Summary), r.DecisionID, r.SHA256, r.At.Format(time.RFC3339),
	}
}
