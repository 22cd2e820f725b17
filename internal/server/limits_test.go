package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"exemplar/internal/service"
)

// dial opens a connection of its own to the server.
func (s *testServer) dial() net.Conn {
	s.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	return c
}

// statusOn reads an answer from a connection.
func (s *testServer) statusOn(c net.Conn) (int, string) {
	s.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

const classifyHead = "POST " + prefix + "/collections/mailroom/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"

// Whoever sends too much, too little, too slowly or nonsense gets a clear answer.
func TestHostileBodies(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	const path = prefix + "/collections/mailroom/classify"
	endless := io.LimitReader(zeros{}, fileBytes+2*fieldBytes)
	if _, said := s.send(413, "POST", path, "application/octet-stream", endless); !strings.Contains(string(said), "64 MB") {
		t.Errorf("too large: %s", said)
	}
	many := make([]formFile, mostFiles+1)
	manyType, manyBody := newForm(map[string]string{"label": "a"}, many...)
	longType, longBody := newForm(map[string]string{"label": strings.Repeat("a", fieldBytes+1)})
	for _, c := range []struct {
		name, path, contentType string
		body                    io.Reader
		status                  int
		want                    string
	}{
		{"empty", path, "image/jpeg", strings.NewReader(""), 400, "the body is empty"},
		{"a form without boundary", path, "multipart/form-data", strings.NewReader("x"), 400, "without a boundary"},
		{"a form that ends early", path, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc"), 400, "ends early"},
		{"a form that is none", path, "multipart/form-data; boundary=x", strings.NewReader("abc"), 400, "the form has 0 files"},
		{"a part with endless headers", path, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nA: " + strings.Repeat("a", 11<<20) + "\r\n\r\n\r\n--x--"), 400, "the form cannot be read"},
		{"a part with a header that is none", path, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"\x1f\"\r\n\r\n\r\n--x--\r\n"), 400, "the form cannot be read"},
		{"a batch that ends early", prefix + "/collections/mailroom/classify-batch", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc"), 200, "ends early"},
		{"and after it", prefix + "/collections/mailroom/classify-batch", "text/plain", strings.NewReader("x"), 400, "the body is no form"},
		{"a form without files", path, "multipart/form-data; boundary=x", strings.NewReader("--x--\r\n"), 400, "the form has 0 files"},
		{"too many files", prefix + "/collections/mailroom/references", manyType, manyBody, 413, "more than 1000 files"},
		{"a long field", prefix + "/collections/mailroom/references", longType, longBody, 413, `is longer than 64 KB`},
		{"too much JSON", prefix + "/collections", "application/json", strings.NewReader(`{"title":"` + strings.Repeat("a", jsonBytes) + `"}`), 413, ""},
		{"deep JSON", prefix + "/collections", "application/json", strings.NewReader(strings.Repeat("[", 100_000)), 400, ""},
		{"JSON that ends early", prefix + "/collections", "application/json", strings.NewReader(`{"name":`), 400, ""},
		{"an address that climbs", prefix + "/collections/..%2f..%2fetc/labels", "", nil, 404, ""},
	} {
		method := "POST"
		if c.body == nil {
			method = "GET"
		}
		if _, said := s.send(c.status, method, c.path, c.contentType, c.body); !strings.Contains(string(said), c.want) || len(said) > 2000 {
			t.Errorf("%s: %.500s", c.name, said)
		}
	}
	if used := s.server.uploads.used.Load(); used != 0 {
		t.Errorf("%d bytes of memory were not given back", used)
	}
}

// zeros yields zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A client that sends slowly or goes away is told so, and others do not notice.
func TestSlowClientsHarmNobody(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	hasty := *s // it shares all with the other, for clients that are not slow, however busy the machine is
	hasty.server = newServer(Options{Service: s.service})
	hasty.server.uploads, hasty.server.patient = s.server.uploads, 2*time.Second
	running := httptest.NewServer(hasty.server.handler())
	defer running.Close()
	hasty.url = running.URL
	var slow []net.Conn
	for range 50 {
		c := hasty.dial()
		fmt.Fprintf(c, "%sContent-Length: 1000000\r\n\r\nabc", classifyHead)
		slow = append(slow, c)
	}
	gone := s.dial()
	fmt.Fprintf(gone, "%sContent-Length: 1000\r\n\r\nabc", classifyHead)
	gone.(*net.TCPConn).CloseWrite()
	if status, said := s.statusOn(gone); status != 400 || !strings.Contains(said, "ends early") {
		t.Errorf("cut off: %d %s", status, said)
	}
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	if a := s.classify("mailroom", "", photo("ticket", 1)); a.Answers[0].Label != "ticket" {
		t.Errorf("another client: %+v", a)
	}
	for _, c := range slow {
		if status, said := s.statusOn(c); status != 408 || !strings.Contains(said, "too slowly") {
			t.Errorf("too slow: %d %s", status, said)
		}
	}
}

// What is in work when the server is told to stop is finished; nothing new is taken.
func TestStoppingFinishesWhatIsInWork(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := newServer(Options{Service: s.service})
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, stopped.handler(), nil, slog.New(slog.DiscardHandler)) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	file := drawn("ticket")
	fmt.Fprintf(c, "%sContent-Length: %d\r\n\r\n", classifyHead, len(file))
	c.Write(file[:len(file)/2])
	for begun := time.Now(); stopped.uploads.used.Load() == 0; time.Sleep(time.Millisecond) { // until the server is at it
		if time.Since(begun) > time.Minute {
			status, said := s.statusOn(c)
			t.Fatalf("the server is not at it after a minute: %d %.300s", status, said)
		}
	}
	stop()
	time.Sleep(50 * time.Millisecond)
	c.Write(file[len(file)/2:])
	if status, said := s.statusOn(c); status != 200 || !strings.Contains(said, `"decision"`) {
		t.Errorf("what was in work: %d %.300s", status, said)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("a new client is let in")
	}
}

// A panic is one request's alone.
func TestAPanicIsAnAnswer(t *testing.T) {
	s := newTestServer(t)
	broken := httptest.NewServer(s.server.logged(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })))
	defer broken.Close()
	answer, err := http.Get(broken.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if id := answer.Header.Get("X-Request-Id"); answer.StatusCode != 500 || id == "" || !bytes.Contains(text, []byte(id)) || bytes.Contains(text, []byte("broken")) {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
}

// A client that goes away before it is answered is no fault of the server: it counts and is
// logged as 499, and alerts on 5xx stay quiet. A fault inside is one all the same.
func TestWhoHangsUpIsNoFault(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	var log bytes.Buffer
	s.server.log = slog.New(slog.NewJSONHandler(&log, nil))
	for name, want := range map[string]struct {
		status  int
		handler func(ctx context.Context, w http.ResponseWriter)
	}{
		"given up": {499, func(ctx context.Context, w http.ResponseWriter) { writeProblem(w, s.server.problem(ctx, ctx.Err())) }},
		"readiness": {499, func(ctx context.Context, w http.ResponseWriter) {
			_, _, err := s.server.ready(ctx)
			writeProblem(w, s.server.problem(ctx, err))
		}},
		"answered": {200, func(_ context.Context, w http.ResponseWriter) { w.Write([]byte("all")) }},
		"a fault":  {500, func(context.Context, http.ResponseWriter) { panic("broken") }},
		"a full disk": {507, func(ctx context.Context, w http.ResponseWriter) {
			writeProblem(w, s.server.problem(ctx, syscall.ENOSPC))
		}},
	} {
		log.Reset()
		ctx, leave := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, "GET", "/x", nil)
		s.server.logged(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			leave()
			want.handler(r.Context(), w)
		})).ServeHTTP(httptest.NewRecorder(), r)
		if !strings.Contains(log.String(), fmt.Sprintf(`"status":%d`, want.status)) || want.status == 499 && strings.Contains(log.String(), "ERROR") {
			t.Errorf("%s: %s", name, &log)
		}
	}
	var figures bytes.Buffer
	s.server.metrics.write(&figures)
	if !strings.Contains(figures.String(), `exemplar_request_seconds_count{route="none",status="499"} 2`) || strings.Contains(figures.String(), `status="503"`) {
		t.Errorf("figures: %s", &figures)
	}
}

// A client that goes away while it sends is told, if it still listens, that the rest is missing.
func TestBodiesThatBreakOff(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	c := s.dial()
	fmt.Fprintf(c, "POST %s/collections HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", prefix)
	c.(*net.TCPConn).CloseWrite()
	if status, said := s.statusOn(c); status != 400 || !strings.Contains(said, "ends early") {
		t.Errorf("of JSON: %d %s", status, said)
	}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	for _, contentType := range []string{"application/octet-stream", "multipart/form-data; boundary=x"} {
		r := httptest.NewRequest("POST", prefix+"/collections/mailroom/classify", iotest.ErrReader(reset))
		r.Header.Set("Content-Type", contentType)
		r.Host = "127.0.0.1"
		w := httptest.NewRecorder()
		s.server.handler().ServeHTTP(w, r)
		if w.Code != 400 || !strings.Contains(w.Body.String(), "ends early") {
			t.Errorf("of %s: %d %s", contentType, w.Code, w.Body)
		}
	}
}

// Too much work is refused early, with the time to come back.
func TestTooMuchWorkIsRefused(t *testing.T) {
	s := newTestServer(t)
	s.server.uploads.most = firstBytes - 1
	s.collection("mailroom")
	answer, said := s.send(429, "POST", prefix+"/collections/mailroom/classify", "image/png", bytes.NewReader(drawn("ticket")))
	if answer.Header.Get("Retry-After") == "" || !strings.Contains(string(said), "send this one again later") {
		t.Errorf("%v %s", answer.Header, said)
	}
}

// Two processes do not serve one folder.
func TestAFolderIsServedOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := service.Open(context.Background(), service.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Open(context.Background(), service.Options{Dir: dir}); err == nil || !strings.HasSuffix(err.Error(), "another process serves this folder: end it first, or give another folder") {
		t.Errorf("a second time: %v", err)
	}
	first.Close()
	second, err := service.Open(context.Background(), service.Options{Dir: dir})
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	second.Close()
}
