package server

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"exemplar/internal/service"
)

// metrics counts what is answered, for Prometheus. The client library of that project
// would make the program three megabytes larger for these few series.
type metrics struct {
	mu        sync.Mutex
	requests  map[route]*series
	decisions map[[2]string]int64 // by collection and decision
}

// route is what requests are counted by.
type route struct {
	pattern string
	status  int
}

// series is how many requests took how long.
type series struct {
	buckets [len(bucketBounds)]int64
	sum     float64
	count   int64
}

// bucketBounds are in seconds: a picture takes some hundredths.
var bucketBounds = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func newMetrics() *metrics {
	return &metrics{requests: map[route]*series{}, decisions: map[[2]string]int64{}}
}

// saw counts a request.
func (m *metrics) saw(pattern string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := route{cmp.Or(pattern, "none"), status}
	s := m.requests[key]
	if s == nil {
		s = &series{}
		m.requests[key] = s
	}
	seconds := took.Seconds()
	for i, bound := range bucketBounds {
		if seconds <= bound {
			s.buckets[i]++
		}
	}
	s.sum, s.count = s.sum+seconds, s.count+1
}

// decided counts answers.
func (m *metrics) decided(collection string, done service.Classified) {
	for _, a := range done.Answers {
		m.decidedOne(collection, string(a.Decision))
	}
}

func (m *metrics) decidedOne(collection, decision string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.decisions[[2]string{collection, decision}]++
}

// write writes all in the text format of Prometheus (version 0.0.4).
func (m *metrics) write(out *bytes.Buffer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fmt.Fprintf(out, "# HELP exemplar_request_seconds How long requests took.\n# TYPE exemplar_request_seconds histogram\n")
	for _, key := range slices.SortedFunc(maps.Keys(m.requests), func(a, b route) int {
		return cmp.Or(cmp.Compare(a.pattern, b.pattern), cmp.Compare(a.status, b.status))
	}) {
		s, labels := m.requests[key], fmt.Sprintf("route=%s,status=\"%d\"", strconv.Quote(key.pattern), key.status)
		for i, bound := range bucketBounds {
			fmt.Fprintf(out, "exemplar_request_seconds_bucket{%s,le=\"%g\"} %d\n", labels, bound, s.buckets[i])
		}
		fmt.Fprintf(out, "exemplar_request_seconds_bucket{%s,le=\"+Inf\"} %d\nexemplar_request_seconds_sum{%s} %g\nexemplar_request_seconds_count{%s} %d\n", labels, s.count, labels, s.sum, labels, s.count)
	}
	fmt.Fprintf(out, "# HELP exemplar_decisions_total Answers by decision.\n# TYPE exemplar_decisions_total counter\n")
	for _, key := range slices.SortedFunc(maps.Keys(m.decisions), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		fmt.Fprintf(out, "exemplar_decisions_total{collection=%s,decision=%s} %d\n", strconv.Quote(key[0]), strconv.Quote(key[1]), m.decisions[key])
	}
}

// gauge writes one number.
func gauge(out *bytes.Buffer, name, help string, value float64) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %s\n", name, help, name, name, strconv.FormatFloat(value, 'g', -1, 64))
}

// writeJobs writes the figures of the queue.
func writeJobs(out *bytes.Buffer, totals []service.JobTotals, atWork int) {
	var waiting, failed int64
	fmt.Fprintf(out, "# HELP exemplar_jobs Jobs by state.\n# TYPE exemplar_jobs gauge\n")
	for _, t := range totals {
		fmt.Fprintf(out, "exemplar_jobs{state=%s} %d\n", strconv.Quote(t.State), t.Jobs)
		if t.State == service.JobRunning || t.State == service.JobPaused {
			waiting += t.Left
		}
		failed += t.Failed
	}
	gauge(out, "exemplar_job_files_left", "Files of jobs that are running or paused, and not done.", float64(waiting))
	gauge(out, "exemplar_job_files_failed", "Files of jobs that failed.", float64(failed))
	gauge(out, "exemplar_job_chunks_at_work", "Chunks of jobs that this node works on.", float64(atWork))
}

// writePictures writes how many kept pictures wait for being moved, if they are to be moved.
func (s *server) writePictures(ctx context.Context, out *bytes.Buffer) error {
	waiting, elsewhere, err := s.service.PicturesWaiting(ctx)
	if err == nil && elsewhere {
		gauge(out, "exemplar_pictures_waiting", "Kept pictures that are in the database until their place takes them.", float64(waiting))
	}
	return err
}

// serveMetrics answers who may see figures: an admin.
func (s *server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	by := actorOf(r.Context())
	if err := by.May(service.Admin, ""); err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	var out bytes.Buffer
	s.metrics.write(&out)
	list, err := s.service.Collections(r.Context(), by)
	if err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	for _, g := range []struct {
		name, help string
		value      func(c service.Collection) int64
	}{
		{"exemplar_references", "References of a collection.", func(c service.Collection) int64 { return int64(c.References) }},
		{"exemplar_inbox", "Answers that wait for a person.", func(c service.Collection) int64 { return c.Inbox }},
		{"exemplar_gallery_version", "Number of the last change.", func(c service.Collection) int64 { return c.GalleryVersion }},
	} {
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s gauge\n", g.name, g.help, g.name)
		for _, c := range list {
			fmt.Fprintf(&out, "%s{collection=%s} %d\n", g.name, strconv.Quote(c.Name), g.value(c))
		}
	}
	totals, err := s.service.JobTotals(r.Context())
	if err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	writeJobs(&out, totals, s.service.JobsAtWork())
	if err := s.writePictures(r.Context(), &out); err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	gauge(&out, "exemplar_waiting", "Pictures that wait for their turn.", float64(s.service.Waiting()))
	gauge(&out, "exemplar_uploading_bytes", "Bytes of files that are being sent.", float64(s.uploads.used.Load()))
	gauge(&out, "go_memstats_heap_alloc_bytes", "Bytes of objects in use.", float64(memory.HeapAlloc))
	gauge(&out, "go_memstats_sys_bytes", "Bytes that the program has of the machine.", float64(memory.Sys))
	gauge(&out, "go_goroutines", "Goroutines.", float64(runtime.NumGoroutine()))
	gauge(&out, "process_start_time_seconds", "When the program started, in seconds since 1970.", float64(s.started.Unix()))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write(out.Bytes())
}
