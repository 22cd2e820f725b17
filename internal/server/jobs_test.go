package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/service"
)

// events reads the events of a job until they end, and returns the names and the last job.
func (s *testServer) events(id string) (names []string, last service.Job) {
	s.Helper()
	answer, data := s.send(http.StatusOK, "GET", prefix+"/jobs/"+id+"/events", "", nil)
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		s.Errorf("events come as %q", kind)
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			names = append(names, name)
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				s.Fatal(err)
			}
		}
	}
	return names, last
}

// blot is a picture that shows no document, and is soon recognised.
func blot(n int) []byte {
	img := imaging.NewImage(40, 40)
	for i := range img.Pix {
		img.Pix[i] = byte(i * (n + 2) >> 2)
	}
	return imaging.EncodePNG(img)
}

// Files are sent, recognised in the background, and told of in every way.
func TestAJobOfFilesThatAreSent(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	files := []formFile{{"bad.jpg", []byte("no picture")}}
	for n := range 5 {
		files = append(files, formFile{"same.png", blot(n)})
	}
	contentType, body := newForm(nil, files...)
	_, data := s.send(http.StatusCreated, "POST", prefix+mailroom+"/jobs/upload", contentType, body)
	job := decode[service.Job](s, data)
	if job.Kind != service.JobUpload || job.Files != 6 || !job.Mine {
		t.Errorf("started: %+v", job)
	}
	names, job := s.events(job.ID)
	if names[len(names)-1] != "end" || job.State != service.JobDone || job.Done != 5 || job.Failed != 1 || job.Pages != 5 {
		t.Errorf("events %v, and then %+v", names, job)
	}
	list := ask[service.Jobs](s, 200, "GET", "/jobs?collection=mailroom&state=done", nil)
	if len(list.Jobs) != 1 || list.Jobs[0].ID != job.ID {
		t.Errorf("the list: %+v", list)
	}
	path := "/jobs/" + job.ID
	page := ask[service.JobResults](s, 200, "GET", path+"/results?limit=3", nil)
	rest := ask[service.JobResults](s, 200, "GET", fmt.Sprintf("%s/results?limit=3&cursor=%d", path, page.Next), nil)
	if len(page.Results) != 3 || len(rest.Results) != 2 || rest.Next != 0 || rest.Results[0].Number != 4 || page.Counts["unknown"] != 5 {
		t.Errorf("the results: %+v, %+v", page, rest)
	}
	for format, want := range map[string]string{"csv": ",same (2).png,", "jsonl": `"path":"same (2).png"`} {
		answer, file := s.send(200, "GET", prefix+path+"/results?limit=1&format="+format, "", nil)
		if !strings.Contains(string(file), want) || bytes.Count(file, []byte("\n")) < 5 || !strings.Contains(answer.Header.Get("Content-Disposition"), "results."+format) {
			t.Errorf("all as %s: %s", format, file)
		}
	}
	failed := ask[service.JobFiles](s, 200, "GET", path+"/files?state=failed", nil)
	if len(failed.Files) != 1 || failed.Files[0].Path != "bad.jpg" || failed.Files[0].Reason == "" {
		t.Errorf("failed: %+v", failed)
	}
	ask[service.Job](s, 200, "POST", path+"/retry", nil)
	if _, job = s.events(job.ID); job.Failed != 1 || job.Done != 5 {
		t.Errorf("tried again: %+v", job)
	}
	if _, text := s.send(200, "GET", metricsPath, "", nil); !strings.Contains(string(text), "exemplar_jobs{state=\"done\"} 1\n") || !strings.Contains(string(text), "exemplar_job_files_failed 1\n") ||
		!strings.Contains(string(text), "exemplar_decisions_total{collection=\"mailroom\",decision=\"unknown\"} 5\n") {
		t.Errorf("metrics: %s", text)
	}
}

// The files of an archive are files of the job, however large it is, and one that is
// damaged is a failed file among others.
func TestAJobOfAnArchive(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	archive := papertest.ZIP(map[string][]byte{"a/1.png": blot(1), "a/2.png": blot(2), "notes.txt": []byte("words"), "bad.jpg": []byte("no picture"),
		"deep.zip": papertest.ZIP(map[string][]byte{"3.png": blot(3)})})
	contentType, body := newForm(map[string]string{"x": "no file"}, formFile{"scans.zip", archive}, formFile{"cut.zip", archive[:len(archive)-5]})
	_, data := s.send(http.StatusCreated, "POST", prefix+mailroom+"/jobs/upload", contentType, body)
	_, job := s.events(decode[service.Job](s, data).ID)
	if job.State != service.JobDone || job.Files != 5 || job.Done != 3 || job.Failed != 2 || job.Pages != 3 || job.Passed != 1 {
		t.Errorf("%+v", job)
	}
	failed := ask[service.JobFiles](s, 200, "GET", "/jobs/"+job.ID+"/files?state=failed", nil)
	if len(failed.Files) != 2 || failed.Files[0].Path != "scans.zip/bad.jpg" || failed.Files[1].Path != "cut.zip" || !strings.Contains(failed.Files[1].Reason, "pack and send it again") {
		t.Errorf("failed: %+v", failed)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "*trial*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	contentType, body = newForm(nil, formFile{"scans.zip", papertest.ZIP(map[string][]byte{"notes.txt": []byte("words")})})
	s.send(http.StatusBadRequest, "POST", prefix+mailroom+"/jobs/upload", contentType, body)
	contentType, body = newForm(nil, formFile{"cut.zip", archive[:len(archive)-5]})
	_, data = s.send(http.StatusCreated, "POST", prefix+mailroom+"/jobs/upload", contentType, body)
	if job := decode[service.Job](s, data); job.State != service.JobDone || job.Failed != 1 {
		t.Errorf("nothing of it can be used: %+v", job)
	}
}

// Keys start jobs where they may, and control their own; what makes no sense is said.
func TestWhoMayDoWhatWithJobs(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.collection("other")
	key := func(name string, role service.Role, collections ...string) string {
		return ask[service.MadeKey](s, 201, "POST", "/keys", service.NewKey{Name: name, Role: role, Collections: collections}).Secret
	}
	admin := key("admin", service.Admin)
	s.key = admin
	one, two := key("one", service.Classifier, "mailroom"), key("two", service.Registrar, "mailroom", "other")
	upload := func(want int, key, collection string, files ...formFile) (job service.Job) {
		s.key = key
		contentType, body := newForm(nil, files...)
		_, data := s.send(want, "POST", prefix+"/collections/"+collection+"/jobs/upload", contentType, body)
		json.Unmarshal(data, &job)
		return job
	}
	upload(404, one, "other", formFile{"a.png", blot(1)})
	upload(400, one, "mailroom")
	job := upload(201, one, "mailroom", formFile{"a.png", blot(1)})
	s.key = one
	s.events(job.ID)
	s.key = two
	if seen := ask[service.Job](s, 200, "GET", "/jobs/"+job.ID, nil); seen.Mine {
		t.Error("the job of another key is its own")
	}
	problemOf(s, 403, "POST", "/jobs/"+job.ID+"/cancel", nil)
	for _, key := range []string{one, admin} {
		s.key = key
		if said := problemOf(s, 409, "POST", "/jobs/"+job.ID+"/cancel", nil); !strings.Contains(said, "the job is done") {
			t.Errorf("a job that has ended: %q", said)
		}
	}
	hidden := upload(201, two, "other", formFile{"a.png", blot(1)})
	s.key = one
	problemOf(s, 404, "GET", "/jobs/"+hidden.ID, nil)
	problemOf(s, 404, "GET", "/jobs/"+hidden.ID+"/results?format=csv", nil)
	if list := ask[service.Jobs](s, 200, "GET", "/jobs", nil); len(list.Jobs) != 1 {
		t.Errorf("a key of one collection sees %+v", list)
	}
	if said := problemOf(s, 400, "POST", mailroom+"/jobs", service.NewJob{Folder: "/"}); !strings.Contains(said, "--folder") {
		t.Errorf("a folder that is not allowed: %q", said)
	}
	s.key = admin
	if rows := ask[service.AuditPage](s, 200, "GET", "/audit?subject="+job.ID, nil); len(rows.Entries) != 2 || rows.Entries[1].What != "job.start" || rows.Entries[1].Who != "one" {
		t.Errorf("the audit: %+v", rows)
	}
}

// A form that is cut off leaves no job behind.
func TestAJobWhoseFilesDoNotCome(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	contentType, body := newForm(nil, formFile{"a.png", blot(1)}, formFile{"b.png", blot(2)})
	body.Truncate(body.Len() - 100)
	s.send(400, "POST", prefix+mailroom+"/jobs/upload", contentType, body)
	if list := ask[service.Jobs](s, 200, "GET", "/jobs", nil); len(list.Jobs) != 0 {
		t.Errorf("left is %+v", list)
	}
}

// A server that stops ends the events of jobs that go on, so that it need not wait for them.
func TestEventsEndWithTheServer(t *testing.T) {
	dir := t.TempDir()
	opened, err := service.Open(t.Context(), service.Options{Dir: dir, Folders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	by := service.Actor{Name: "local", Role: service.Admin}
	if _, err := opened.CreateCollection(t.Context(), by, service.NewCollection{Name: "mailroom"}); err != nil {
		t.Fatal(err)
	}
	job, err := opened.BeginUpload(t.Context(), by, "mailroom", service.ClassifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Abandon(context.Background())
	list, err := opened.Jobs(t.Context(), by, service.JobFilter{Limit: 1})
	if err != nil || len(list.Jobs) != 1 {
		t.Fatal(err, list)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, New(Options{Service: opened}), nil, slog.New(slog.DiscardHandler)) }()
	answer, err := http.Get("http://" + l.Addr().String() + prefix + "/jobs/" + list.Jobs[0].ID + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if line, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil || line != "event: progress\n" {
		t.Fatalf("%q, %v", line, err)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("the server waits for who listens")
	}
}

// Whose key is revoked hears no more of a job, also where it was listening.
func TestEventsEndWithTheKey(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.key = s.makeKey(service.NewKey{Name: "admin", Role: service.Admin}).Secret
	clerk := s.makeKey(service.NewKey{Name: "clerk", Role: service.Classifier})
	job, err := s.service.BeginUpload(t.Context(), service.Actor{Name: "local", Role: service.Admin}, "mailroom", service.ClassifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Abandon(context.Background())
	id := ask[service.Jobs](s, 200, "GET", "/jobs", nil).Jobs[0].ID
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, "GET", s.url+prefix+"/jobs/"+id+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+clerk.Secret)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	events := bufio.NewReader(answer.Body)
	if line, err := events.ReadString('\n'); err != nil || line != "event: progress\n" {
		t.Fatalf("%q, %v", line, err)
	}
	ask[any](s, 204, "DELETE", "/keys/"+clerk.Prefix, nil)
	if _, err := io.Copy(io.Discard, events); err != nil {
		t.Errorf("the events go on: %v", err)
	}
}
