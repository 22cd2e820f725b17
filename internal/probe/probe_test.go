package probe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		ready   int
		said    string // for readyz
		version string
		want    string
		wrong   string
	}{
		{200, `{"status":"ok"}`, `{"version":"1.2.3","model":"abc"}`, "", ""},
		{200, `{"status":"partly","detail":"1 of 2"}`, `{"version":"1.2.3","model":"abc"}`, "", "1 of 2"},
		{503, `{"detail":"the database is away"}`, ``, "the database is away", ""},
		{404, `<html>not here</html>`, ``, "not here", ""},
		{302, ``, ``, "302", ""},
		{200, `ok`, `<html>`, "is no exemplar", ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/readyz" {
				w.WriteHeader(c.ready)
				io.WriteString(w, c.said)
				return
			}
			io.WriteString(w, c.version)
		}))
		found, err := Ask(t.Context(), server.URL)
		server.Close()
		if c.want == "" && (err != nil || found.Version != "1.2.3") || found.Wrong != c.wrong || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%d %q: %+v, %v", c.ready, c.said, found, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1:8080", "ftp://x", "http://user:secret@x"} {
		if _, err := Ask(t.Context(), address); err == nil || !strings.Contains(err.Error(), "no address of a server") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A certificate that this machine does not trust is an error; of one that it trusts, the
// end is told.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"version":"1"}`)
	}))
	defer server.Close()
	if _, err := Ask(t.Context(), server.URL); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("untrusted: %v", err)
	}
	defer func(before http.RoundTripper) { client.Transport = before }(client.Transport)
	client.Transport = server.Client().Transport
	if found, err := Ask(t.Context(), server.URL); err != nil || found.Ends.Before(time.Now()) {
		t.Errorf("%+v, %v", found, err)
	}
}
