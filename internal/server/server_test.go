package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

// testServer is a running server with a client.
type testServer struct {
	*testing.T
	url     string
	key     string // that requests are sent with; empty: none
	dir     string // of the service
	service *service.Service
	server  *server
}

// newTestServer serves a new folder on loopback.
func newTestServer(t *testing.T) *testServer {
	t.Helper()
	dir := t.TempDir()
	s, err := service.Open(context.Background(), service.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	made := newServer(Options{Service: s, Version: "test"})
	running := httptest.NewServer(made.handler())
	t.Cleanup(running.Close)
	return &testServer{T: t, url: running.URL, dir: dir, service: s, server: made}
}

// send sends a request and returns its answer, which must have a status.
func (s *testServer) send(want int, method, path, contentType string, body io.Reader) (*http.Response, []byte) {
	s.Helper()
	request, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if s.key != "" {
		request.Header.Set("Authorization", "Bearer "+s.key)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	if answer.StatusCode != want {
		s.Fatalf("%s %s: status %d, want %d: %.500s", method, path, answer.StatusCode, want, data)
	}
	if want >= 400 && answer.Header.Get("Content-Type") != "application/problem+json" {
		s.Errorf("%s %s: an error comes as %q", method, path, answer.Header.Get("Content-Type"))
	}
	return answer, data
}

// ask sends JSON, if in is not nil, and reads JSON.
func ask[T any](s *testServer, want int, method, path string, in any) (out T) {
	s.Helper()
	var body io.Reader
	contentType := ""
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			s.Fatal(err)
		}
		body, contentType = bytes.NewReader(data), "application/json"
	}
	_, data := s.send(want, method, prefix+path, contentType, body)
	if len(data) > 0 {
		if err := json.Unmarshal(data, &out); err != nil {
			s.Fatalf("%s %s: %v: %.300s", method, path, err, data)
		}
	}
	return out
}

// problem asks for what must fail, and returns what it says.
func problemOf(s *testServer, want int, method, path string, in any) string {
	s.Helper()
	return ask[struct{ Detail string }](s, want, method, path, in).Detail
}

// formFile is a file of a form.
type formFile struct {
	name string
	data []byte
}

// newForm makes a form of fields and files.
func newForm(fields map[string]string, files ...formFile) (contentType string, body *bytes.Buffer) {
	body = new(bytes.Buffer)
	form := multipart.NewWriter(body)
	for name, value := range fields {
		form.WriteField(name, value)
	}
	for _, f := range files {
		part, _ := form.CreateFormFile("file", f.name)
		part.Write(f.data)
	}
	form.Close()
	return form.FormDataContentType(), body
}

// register registers files under a label.
func (s *testServer) register(collection, label string, files ...formFile) service.RegisteredFiles {
	s.Helper()
	contentType, body := newForm(map[string]string{"label": label}, files...)
	_, data := s.send(http.StatusOK, http.MethodPost, prefix+"/collections/"+collection+"/references", contentType, body)
	return decode[service.RegisteredFiles](s, data)
}

// classify classifies a file; query may be empty.
func (s *testServer) classify(collection, query string, file []byte) service.Classified {
	s.Helper()
	_, data := s.send(http.StatusOK, http.MethodPost, prefix+"/collections/"+collection+"/classify"+query, "application/octet-stream", bytes.NewReader(file))
	return decode[service.Classified](s, data)
}

func decode[T any](s *testServer, data []byte) (out T) {
	s.Helper()
	if err := json.Unmarshal(data, &out); err != nil {
		s.Fatal(err)
	}
	return out
}

// collection makes a collection that keeps what a person is to look at.
func (s *testServer) collection(name string) {
	s.Helper()
	ask[service.Collection](s, http.StatusCreated, http.MethodPost, "/collections", service.NewCollection{Name: name, KeepPictures: service.KeepUnknown})
}

// drawings holds what tests have drawn, which takes longer than to recognise it.
var drawings sync.Map

// drawnOnce is a file that draw makes, the first time.
func drawnOnce(name string, draw func() []byte) []byte {
	file, there := drawings.Load(name)
	if !there {
		file, _ = drawings.LoadOrStore(name, draw())
	}
	return file.([]byte)
}

// document is a drawn document of a kind.
func document(kind string) *imaging.Image {
	return synthdoc.Draw(synthdoc.Document{Kind: kind, Template: 3, Size: 600})
}

// drawn is the file of a drawn document.
func drawn(kind string) []byte {
	return drawnOnce(kind, func() []byte { return imaging.EncodePNG(document(kind)) })
}

// photo is a photo of it.
func photo(kind string, seed uint64) []byte {
	return drawnOnce(fmt.Sprint(kind, seed), func() []byte {
		return imaging.EncodeJPEG(capturesim.Scene(document(kind), nil, capturesim.Plain(), seed).Image, 85)
	})
}

func TestADayOfWork(t *testing.T) {
	s := newTestServer(t)
	if me := ask[Me](s, 200, "GET", "/me", nil); !me.FirstRun || me.KeyNeeded || me.Role != service.Admin {
		t.Errorf("before anything: %+v", me)
	}
	s.collection("mailroom")
	done := s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")}, formFile{"notes.txt", []byte("no picture")})
	if done.Registered != 1 || done.Results[0].Outcome != "registered" || done.Results[1].Outcome != "refused" || done.Results[1].Reason == "" || done.GalleryVersion != 1 {
		t.Fatalf("one good file and one bad one: %+v", done)
	}
	hit := s.classify("mailroom", "", photo("ticket", 1))
	if len(hit.Answers) != 1 || hit.Answers[0].Label != "ticket" || hit.Answers[0].Status != service.StatusAnswered || hit.GalleryVersion != 1 {
		t.Fatalf("a photo of it: %+v", hit)
	}
	miss := s.classify("mailroom", "", photo("form", 1)).Answers[0]
	if miss.Decision != "unknown" || miss.Status != service.StatusOpen {
		t.Fatalf("a stranger: %+v", miss)
	}
	bad := s.classify("mailroom", "", []byte("no picture")).Answers[0]
	if bad.Decision != "refused" || bad.Reason == "" {
		t.Fatalf("what is no picture: %+v", bad)
	}
	list := ask[service.Decisions](s, 200, "GET", "/collections/mailroom/decisions?limit=2", nil)
	if len(list.Decisions) != 2 || list.Decisions[0].ID != bad.DecisionID || list.Next == "" {
		t.Errorf("the newest two of three decisions: %+v", list)
	}
	if rest := ask[service.Decisions](s, 200, "GET", "/collections/mailroom/decisions?cursor="+list.Next, nil); len(rest.Decisions) != 1 || rest.Decisions[0].Label != "ticket" {
		t.Errorf("the third: %+v", rest)
	}
	for format, want := range map[string]string{"csv": "\n" + hit.Answers[0].DecisionID + ",", "jsonl": `{"id":"` + hit.Answers[0].DecisionID} {
		answer, file := s.send(200, "GET", prefix+"/collections/mailroom/decisions?limit=1&format="+format, "", nil)
		if !strings.Contains(string(file), want) || bytes.Count(file, []byte("\n")) < 3 || !strings.Contains(answer.Header.Get("Content-Disposition"), "decisions."+format) {
			t.Errorf("all as %s: %s", format, file)
		}
	}
	c := ask[service.Collection](s, 200, "GET", "/collections/mailroom", nil)
	if c.Inbox != 1 || c.References != 1 || c.Labels != 1 {
		t.Errorf("the collection: %+v", c)
	}
}

func TestReferencesAreChanged(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	id := s.register("mailroom", "ticket/old", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	path := "/collections/mailroom/references/" + id
	changed := ask[struct{ ID, Label, Note string }](s, 200, "PATCH", path, map[string]string{"note": "from the fair"})
	if changed.ID != id || changed.Note != "from the fair" || changed.Label != "ticket/old" {
		t.Errorf("what is left out stays: %+v", changed)
	}
	ask[service.Changed](s, 200, "POST", "/collections/mailroom/labels/rename", map[string]string{"from": "ticket", "to": "fare"})
	labels := ask[service.Labels](s, 200, "GET", "/collections/mailroom/labels", nil)
	if len(labels.Labels) != 2 || labels.Labels[0].Label != "fare" || labels.Labels[1].Label != "fare/old" || labels.Labels[1].References != 1 || labels.Labels[1].Example != id {
		t.Errorf("the tree after renaming: %+v", labels)
	}
	for address, contentType := range map[string]string{path + "/picture": "image/jpeg", path + "/picture?width=100": "image/jpeg", path + "/contents.png": "image/png"} {
		answer, data := s.send(200, "GET", prefix+address, "", nil)
		if answer.Header.Get("Content-Type") != contentType || len(data) < 500 {
			t.Errorf("%s: %d bytes of %s", address, len(data), answer.Header.Get("Content-Type"))
		}
	}
	ask[service.Changed](s, 200, "DELETE", path, nil)
	if said := problemOf(s, 404, "GET", path, nil); !strings.Contains(said, "no such reference") {
		t.Errorf("what is removed: %q", said)
	}
	ask[struct{}](s, 204, "DELETE", "/collections/mailroom", nil)
	if said := problemOf(s, 404, "GET", "/collections/mailroom", nil); !strings.Contains(said, `no collection "mailroom"`) {
		t.Errorf("a deleted collection: %q", said)
	}
}

// What makes no sense gets an answer that says so, and what to do.
func TestWhatMakesNoSense(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for _, c := range []struct {
		name, method, path string
		in                 any
		status             int
		want               string
	}{
		{"no such address", "GET", "/nothing", nil, 404, "openapi.json lists"},
		{"no such collection", "GET", "/collections/post/labels", nil, 404, `no collection "post"`},
		{"a name twice", "POST", "/collections", map[string]string{"name": "mailroom"}, 409, "take another name"},
		{"a name with a space", "POST", "/collections", map[string]string{"name": "mail room"}, 422, "body.name: expected string to be small letters"},
		{"a device on Windows", "POST", "/collections", map[string]string{"name": "nul"}, 400, "device on Windows"},
		{"a share of 0", "POST", "/collections", map[string]any{"name": "post", "fpir": 0}, 422, "body.fpir: "},
		{"a share of 0 for one file", "POST", "/collections/mailroom/classify?fpir=0", nil, 422, "query.fpir: "},
		{"much JSON", "POST", "/collections/mailroom/inbox/resolve", map[string]string{"label": strings.Repeat("x", jsonBytes)}, 413, "1 MB of JSON that are taken here: send less"},
		{"a share above 1", "POST", "/collections", map[string]any{"name": "post", "fpir": 2}, 422, "body.fpir: expected number < 1"},
		{"a field that there is not", "POST", "/collections", map[string]string{"name": "post", "colour": "red"}, 422, "body.colour: unexpected"},
		{"a parameter that there is not", "GET", "/collections/mailroom/decisions?colour=red", nil, 422, "query.colour: unknown"},
		{"a label that there is not", "DELETE", "/collections/mailroom/labels?label=x", nil, 404, "GET labels lists"},
		{"a reserved label", "POST", "/collections/mailroom/labels/rename", map[string]string{"from": "a", "to": "_not/a"}, 400, "take another label"},
		{"a decision that there is not", "GET", "/collections/mailroom/decisions/x", nil, 404, "GET decisions lists"},
	} {
		if said := problemOf(s, c.status, c.method, c.path, c.in); !strings.Contains(said, c.want) {
			t.Errorf("%s: %q", c.name, said)
		}
	}
}

// What is wrong with all files of a registration is the request's fault, and not theirs.
func TestWhatMakesNoSenseOfARegistration(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for _, c := range []struct{ label, contents, want string }{
		{"a//b", "", "a part is empty"}, {"", "", "a label is missing"}, {"a:b", "", "write - instead"}, {"con", "", "device on Windows"}, {"?", "", "the label \\\"?\\\" cannot be"},
		{"_not/a", "", "take another label"}, {"a", "other", "write vary, fixed, or auto"},
	} {
		contentType, body := newForm(map[string]string{"label": c.label, "contents": c.contents}, formFile{"ticket.png", drawn("ticket")})
		if _, said := s.send(400, "POST", prefix+mailroom+"/references", contentType, body); !strings.Contains(string(said), c.want) {
			t.Errorf("label %q, contents %q: %s", c.label, c.contents, said)
		}
	}
	contentType, body := newForm(map[string]string{"label": "auto", "contents": "auto"}, formFile{"ticket.png", drawn("ticket")})
	s.send(200, "POST", prefix+mailroom+"/references", contentType, body)
	decision := s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID
	if said := problemOf(s, 400, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: []string{decision}, Action: service.ActNew, Label: "a:b"}); !strings.Contains(said, "write - instead") {
		t.Errorf("a new kind: %q", said)
	}
	said := problemOf(s, 400, "POST", mailroom+"/inbox/preview", service.Previewing{Decisions: []string{decision}, Label: "?"})
	if !strings.HasPrefix(said, `the label "?" cannot be: part "?"`) || strings.Contains(said, ": not a label") {
		t.Errorf("a preview is to say of the label what is wrong, in one sentence: %q", said)
	}
}

// The committed document is what the server offers. EXEMPLAR_UPDATE=1 writes it anew.
func TestOpenAPIDocumentIsCommitted(t *testing.T) {
	const path = "../../docs/formats/openapi.yaml"
	s := newTestServer(t)
	_, got := s.send(200, "GET", prefix+"/openapi.yaml", "", nil)
	got = bytes.Replace(got, []byte("version: test"), []byte("version: 0.1.0"), 1)
	if os.Getenv("EXEMPLAR_UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the server offers: run EXEMPLAR_UPDATE=1 go test ./internal/server/ -run OpenAPI, and read the difference", path)
	}
}
