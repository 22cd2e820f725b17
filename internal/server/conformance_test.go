package server

import (
	"net/http"
	"strings"
	"testing"
)

// What tools found that send whatever the document allows, and what it does not: see
// bench/serve/conformance.sh.
func TestTheDocumentIsKept(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for range wrongBurst + 5 { // a balancer that sends any header is not told 429
		request, err := http.NewRequest("GET", s.url+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer none")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 200 {
			t.Fatalf("health with a key that is none: %d", answer.StatusCode)
		}
	}
	for _, c := range []struct{ method, path, allow string }{
		{"TRACE", "/readyz", "GET"}, {"PUT", prefix + "/collections", "GET, POST"}, {"POST", prefix + mailroom + "/decisions/x", "GET"},
		{"DELETE", prefix + mailroom + "/references", "GET, POST"},
	} {
		if answer, said := s.send(405, c.method, c.path, "", nil); answer.Header.Get("Allow") != c.allow || !strings.Contains(string(said), "is not for") {
			t.Errorf("%s %s: Allow: %s, %s", c.method, c.path, answer.Header.Get("Allow"), said)
		}
	}
	if _, said := s.send(422, "PATCH", prefix+mailroom, "application/json", strings.NewReader(`{"retention_days":20.0}`)); !strings.Contains(string(said), "retention_days is a number 20.0: want a whole number") {
		t.Errorf("a number with a fraction: %s", said)
	}
	s.send(422, "PATCH", prefix+mailroom+"/references/x", "application/json", strings.NewReader(`{"label":""}`))
	s.send(404, "POST", prefix+"/nothing", "", nil)
	for _, fpir := range []string{"1", "0", "-1", "1.5"} {
		s.send(422, "POST", prefix+"/collections", "application/json", strings.NewReader(`{"name":"other","fpir":`+fpir+`}`))
		s.send(422, "PATCH", prefix+mailroom, "application/json", strings.NewReader(`{"fpir":`+fpir+`}`))
	}
}
