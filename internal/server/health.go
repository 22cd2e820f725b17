package server

import (
	"context"
	"net/http"
	"net/url"
)

// isHealth reports whether an address is asked again and again by who watches the server.
func isHealth(path string) bool { return path == "/healthz" || path == "/readyz" }

// IsAlive reports whether a server answers at all, for watchdogs inside the process.
func IsAlive(ctx context.Context, h http.Handler) bool {
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/healthz"}, Host: "127.0.0.1", RemoteAddr: "127.0.0.1:0",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody}
	w := &unsent{header: http.Header{}}
	h.ServeHTTP(w, r.WithContext(ctx))
	return w.status == http.StatusOK
}

// unsent is an answer that nobody reads.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header { return u.header }

func (u *unsent) WriteHeader(status int) {
	if u.status == 0 {
		u.status = status
	}
}

func (u *unsent) Write(p []byte) (int, error) {
	u.WriteHeader(http.StatusOK)
	return len(p), nil
}
