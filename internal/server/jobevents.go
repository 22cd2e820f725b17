package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// The pace of events (by eye): what a person can follow, and so often that no proxy takes the
// connection for a dead one.
const (
	eventEvery = time.Second
	pingEvery  = 15 * time.Second
)

// addJobEvents adds the progress of a job as events (HTML Living Standard, 9.2).
func (s *server) addJobEvents(tags []string) {
	job := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[service.Job](), true, "Job")
	op := huma.Operation{OperationID: "job-events", Method: http.MethodGet, Path: jobsPath + "/{id}/events", Summary: "How far a job is, told while it goes on", Tags: tags,
		Description: "Server-sent events: progress, with the job as its data, whenever it has changed, at most once a second; end, with the same, when the job has ended. GET jobs/{id} says the same once.",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString, Description: "the data of an event is a Job, as " + job.Ref}},
		}}}}
	type events struct {
		InJob
		Raw
	}
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *events) (*huma.StreamResponse, error) {
		first, err := s.service.Job(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			hc.SetHeader("Content-Type", "text/event-stream")
			hc.SetHeader("X-Accel-Buffering", "no") // nginx would keep events back
			s.tell(ctx, in.writer, first, func() (service.Job, error) {
				by, err := s.actor(in.request) // a key may have been revoked, and a session ended, since
				if err == nil && by.Role == "" {
					err = service.Fault(service.NoKey, "the session has ended")
				}
				if err != nil {
					return service.Job{}, err
				}
				return s.service.Job(ctx, by, in.ID)
			})
		}}, nil
	})
}

// tell writes events until the job has ended, the client is gone or the server stops.
func (s *server) tell(ctx context.Context, w http.ResponseWriter, job service.Job, next func() (service.Job, error)) {
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	var told []byte
	var last time.Time
	for {
		data, err := json.Marshal(job)
		if err != nil {
			return
		}
		text := ""
		switch {
		case job.Ended != nil:
			text = fmt.Sprintf("event: end\ndata: %s\n\n", data)
		case !bytes.Equal(data, told):
			text = fmt.Sprintf("event: progress\ndata: %s\n\n", data)
		case time.Since(last) >= pingEvery:
			text = ": still there\n\n"
		}
		if text != "" {
			if _, err := io.WriteString(w, text); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
			told, last = data, time.Now()
		}
		if job.Ended != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-stopping(ctx):
			return
		case <-tick.C:
		}
		if job, err = next(); err != nil { // it was removed, or the database is away: the client asks again
			return
		}
	}
}
