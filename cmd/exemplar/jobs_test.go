package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// blots writes pictures that show no document and are soon recognised.
func (s *session) blots(folder string, count int) string {
	s.t.Helper()
	for n := range count {
		img := imaging.NewImage(40, 40)
		for i := range img.Pix {
			img.Pix[i] = byte(i * (n + 2) >> 2)
		}
		s.write(fmt.Sprintf("%s/%04d.png", folder, n), imaging.EncodePNG(img))
	}
	return filepath.Join(s.folder, folder)
}

// served is a process that serves a folder.
type served struct {
	*child
	api string
}

func (s *session) serves(args ...string) served {
	s.t.Helper()
	address := papertest.FreeAddress(s.t)
	p := served{s.command(append([]string{"serve", "--quiet", "--listen", address}, args...)...).start(), "http://" + address + "/api/v1"}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get("http://" + address + "/readyz"); err == nil {
			answer.Body.Close()
			return p
		}
		if time.Now().After(end) {
			p.Process.Kill()
			s.t.Fatal("the server does not start")
		}
	}
}

// ask sends JSON, and reads what is answered.
func (p served) ask(method, path, in string) (out map[string]any, text string) {
	p.t.Helper()
	request, err := http.NewRequest(method, p.api+path, strings.NewReader(in))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		p.t.Fatalf("%s %s: %d, %v: %s", method, path, answer.StatusCode, err, data)
	}
	json.Unmarshal(data, &out)
	return out, string(data)
}

// A server that is killed in the middle of a chunk goes on with it, and every page is there
// once.
func TestAKilledServerGoesOnWithItsJob(t *testing.T) {
	const files = 150
	s := newSession(t)
	folder := s.blots("in", files)
	args := []string{"--data", filepath.Join(s.folder, "service"), "--folder", folder}
	p := s.serves(args...)
	p.ask("POST", "/collections", `{"name": "mailroom"}`)
	asked, _ := json.Marshal(map[string]string{"folder": folder})
	job, _ := p.ask("POST", "/collections/mailroom/jobs", string(asked))
	path := "/jobs/" + job["id"].(string)
	for _, until := range []float64{10, files} {
		const patience = 2 * time.Minute // with a job that does not go on
		for end := time.Now().Add(patience); job["pages"].(float64) < until; time.Sleep(2 * time.Millisecond) {
			before := job["pages"]
			if job, _ = p.ask("GET", path, ""); job["pages"] != before {
				end = time.Now().Add(patience)
			}
			if time.Now().After(end) {
				t.Fatalf("the job is %v", job)
			}
		}
		if until < files {
			p.Process.Kill()
			p.ends()
			p = s.serves(args...)
		}
	}
	_, text := p.ask("GET", path+"/results?format=jsonl", "")
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		var r struct{ Path, Decision_id string }
		if err := json.Unmarshal([]byte(line), &r); err != nil || seen[r.Path] || r.Decision_id == "" {
			t.Errorf("%v: %s", err, line)
		}
		seen[r.Path] = true
	}
	decisions, _ := p.ask("GET", "/collections/mailroom/decisions?limit=1000", "")
	if list := decisions["decisions"].([]any); len(seen) != files || len(list) != files {
		t.Errorf("%d results and %d decisions of %d files", len(seen), len(list), files)
	}
	if audit, _ := p.ask("GET", "/audit/verify", ""); audit["sound"] != true {
		t.Errorf("the audit: %v", audit)
	}
	p.Process.Kill()
	p.ends()
}
