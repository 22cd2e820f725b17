// Package probe asks a running server how it is, as whoever uses it would: by its address.
//
//	found, err := probe.Ask(ctx, "http://127.0.0.1:8080")
package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Found is what a server says of itself.
type Found struct {
	Version string        `json:"version"`
	Model   string        `json:"model"`
	Wrong   string        `json:"-"` // what it cannot do, while it does the rest; empty: nothing
	Took    time.Duration `json:"-"` // until it said that it can work
	Ends    time.Time     `json:"-"` // when its certificate ends; zero without TLS
}

// patience is how long a server may take for an answer: it reads one row of a database.
const patience = 5 * time.Second

// mostAnswer bounds an answer in memory.
const mostAnswer = 64 << 10

// Ask asks whether a server can work, and what it is.
func Ask(ctx context.Context, address string) (Found, error) {
	var f Found
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return f, fmt.Errorf("%q is no address of a server: want one such as http://127.0.0.1:8080", address)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	start := time.Now()
	said, err := get(ctx, u.JoinPath("readyz"), &f)
	if err != nil {
		return f, err
	}
	f.Took = time.Since(start)
	f.Wrong = problemDetail(said)
	text, err := get(ctx, u.JoinPath("api/v1/version"), &f)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(text, &f); err != nil || f.Version == "" {
		return f, errors.New("it answers, and is no exemplar")
	}
	return f, nil
}

// client goes straight to the server: it follows nobody elsewhere, and no proxy is asked.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func get(ctx context.Context, u *url.URL, f *Found) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%s gives no answer within %v", u, patience)
	}
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s: %s", u, answer.Status, detail(text))
	}
	if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		f.Ends = answer.TLS.PeerCertificates[0].NotAfter
	}
	return text, nil
}

// detail is what a problem says, or the beginning of something else.
func detail(text []byte) string {
	if said := problemDetail(text); said != "" {
		return said
	}
	return strings.TrimSpace(string(text[:min(len(text), 200)]))
}

// problemDetail is what a problem, or the answer of a server that is partly ready, says.
func problemDetail(text []byte) string {
	var problem struct{ Detail string }
	if json.Unmarshal(text, &problem) != nil {
		return ""
	}
	return problem.Detail
}
