package server

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// System is what a person wants to know of the machine that serves.
type System struct {
	Version     string    `json:"version"`
	Model       string    `json:"model" doc:"fingerprint of the model with its calibration"`
	Go          string    `json:"go"`
	Platform    string    `json:"platform"`
	Cores       int       `json:"cores" doc:"pictures that are in work at once, at most"`
	Started     time.Time `json:"started"`
	Memory      uint64    `json:"memory_bytes" doc:"that the program has of the machine"`
	Uploading   int64     `json:"uploading_bytes" doc:"of files that are being sent"`
	Waiting     int       `json:"waiting" doc:"pictures that wait for their turn"`
	Jobs        int64     `json:"jobs" doc:"that are running"`
	FilesLeft   int64     `json:"job_files_left" doc:"files of running and paused jobs that are not done"`
	AtWork      int       `json:"job_chunks_at_work" doc:"pieces of jobs that this server works on"`
	Collections int       `json:"collections"`
	References  int       `json:"references" doc:"of all collections"`
	Inbox       int64     `json:"inbox" doc:"of all collections"`
	GalleryDisk int64     `json:"gallery_bytes" doc:"of all galleries on the disk"`
	ServiceDisk int64     `json:"service_bytes" doc:"of decisions, kept pictures and the audit on the disk"`
}

func (s *server) system(ctx context.Context, by service.Actor) (System, error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	out := System{
		Version: s.version, Model: s.service.Model().DecisionFingerprint(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Cores: runtime.GOMAXPROCS(0), Started: s.started, Memory: memory.Sys - memory.HeapReleased, Uploading: s.uploads.used.Load(), Waiting: s.service.Waiting(),
	}
	var err error
	if out.ServiceDisk, err = s.service.DatabaseBytes(ctx); err != nil {
		return out, err
	}
	totals, err := s.service.JobTotals(ctx)
	if err != nil {
		return out, err
	}
	out.AtWork = s.service.JobsAtWork()
	for _, t := range totals {
		if t.State == service.JobRunning {
			out.Jobs += t.Jobs
		}
		if t.State == service.JobRunning || t.State == service.JobPaused {
			out.FilesLeft += t.Left
		}
	}
	list, err := s.service.Collections(ctx, by)
	for _, c := range list {
		out.Collections++
		out.References += c.References
		out.Inbox += c.Inbox
		out.GalleryDisk += c.Bytes
	}
	return out, err
}

// addOperations adds what those need who look after the service.
func (s *server) addOperations() {
	add(s, service.Admin, huma.Operation{OperationID: "system", Method: http.MethodGet, Path: "/system", Summary: "What runs here, and how it is", Tags: []string{"operations"}},
		func(ctx context.Context, by service.Actor, _ *struct{}) (*body[System], error) {
			out, err := s.system(ctx, by)
			return &body[System]{out}, err
		})
	type stats struct {
		InCollection
		Days int `query:"days" minimum:"1" maximum:"3660" default:"30"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "stats", Method: http.MethodGet, Path: "/collections/{collection}/stats", Summary: "Figures of the decisions: by day, by confidence, and which labels are confused", Tags: []string{"decisions"}},
		func(ctx context.Context, _ service.Actor, in *stats) (*body[service.Stats], error) {
			out, err := s.service.Stats(ctx, in.Collection, in.Days)
			return &body[service.Stats]{out}, err
		})
	s.addAudit()
}

// addAudit adds the audit.
func (s *server) addAudit() {
	tags := []string{"audit"}
	type list struct {
		Cursor     int64  `query:"cursor" minimum:"0" doc:"next of the page before"`
		Subject    string `query:"subject" maxLength:"200" doc:"id or name of what rows are about, such as a decision"`
		Collection string `query:"collection" maxLength:"63" doc:"only rows about this collection"`
		What       string `query:"what" maxLength:"100" doc:"only rows of this, such as decisions.not, or of all that begins so with a full stop, such as decisions"`
		Limit      int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	add(s, service.Admin, huma.Operation{OperationID: "audit", Method: http.MethodGet, Path: "/audit", Summary: "Who did what, the newest first", Tags: tags},
		func(ctx context.Context, _ service.Actor, in *list) (*body[service.AuditPage], error) {
			page, err := s.service.Audit(ctx, in.Cursor, service.AuditFilter{Subject: in.Subject, Collection: in.Collection, What: in.What}, in.Limit)
			return &body[service.AuditPage]{page}, err
		})
	type verify struct {
		Head string `query:"head" maxLength:"64" doc:"hash of a row that was noted earlier"`
	}
	add(s, service.Admin, huma.Operation{OperationID: "verify-audit", Method: http.MethodGet, Path: "/audit/verify", Summary: "Is the audit as it was written?", Tags: tags},
		func(ctx context.Context, _ service.Actor, in *verify) (*body[service.Verified], error) {
			out, err := s.service.VerifyAudit(ctx, in.Head)
			return &body[service.Verified]{out}, err
		})
	add(s, service.Admin, huma.Operation{OperationID: "replay", Method: http.MethodPost, Path: "/collections/{collection}/decisions/{id}/replay", Summary: "Take a decision again, by the audit", Tags: tags},
		func(ctx context.Context, _ service.Actor, in *InDecision) (*body[service.Replayed], error) {
			out, err := s.service.Replay(ctx, in.Collection, in.ID)
			return &body[service.Replayed]{out}, err
		})
}
