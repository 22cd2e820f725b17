package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// around puts the layers around the addresses that all of them have.
func (s *server) around(next http.Handler) http.Handler {
	next = s.identify(s.once(counted(next)))
	next = sameSite(next)
	next = headers(next)
	return s.logged(next)
}

type requestKey struct{}

// requestID is the id of the request that is being answered.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// answer notes what was answered, for the log, and gives up on who does not take it.
type answer struct {
	http.ResponseWriter
	status  int
	bytes   int64
	pattern string    // of the address
	until   time.Time // by when what is written must be taken
}

// takeTime is how long a client may take to take what is written; every write gives it
// that long again.
const takeTime = 30 * time.Second

type answerKey struct{}

// bodyIsRead ends the time that a body may take: else the operation itself would be
// ended by it.
func bodyIsRead(ctx context.Context) {
	if a, ok := ctx.Value(answerKey{}).(*answer); ok {
		http.NewResponseController(a).SetReadDeadline(time.Time{})
	}
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if now := time.Now(); a.until.Sub(now) < takeTime-time.Second { // a system call each time would be too much
		a.until = now.Add(takeTime)
		http.NewResponseController(a.ResponseWriter).SetWriteDeadline(a.until)
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets [http.ResponseController] find the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// statusHungUp is what a request counts as whose client went away before it was answered, as
// nginx has it: that is no fault of the server, which alerts on 5xx are for. No client gets it.
const statusHungUp = 499

// hungUp reports whether the client of a request went away. When the server stops, it ends
// connections itself.
func hungUp(ctx context.Context) bool {
	select {
	case <-stopping(ctx):
		return false
	default:
		return errors.Is(ctx.Err(), context.Canceled)
	}
}

// logged gives requests an id, writes a line for each, and answers what panics.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := time.Now(), ulid.Make().String()
		ctx := context.WithValue(r.Context(), requestKey{}, id)
		w.Header().Set("X-Request-Id", id)
		a := &answer{ResponseWriter: w}
		ctx = context.WithValue(ctx, answerKey{}, a)
		defer func() {
			fault := recover()
			if fault != nil {
				if fault == http.ErrAbortHandler {
					panic(fault)
				}
				s.log.ErrorContext(ctx, "panic", "request", id, "fault", fault, "stack", string(debug.Stack()))
				if a.status == 0 {
					writeProblem(a, explain(http.StatusInternalServerError, "something went wrong inside; the log has the details under request "+id, 0))
				}
			}
			if a.status == 0 { // nothing was written, which is an empty answer
				a.status = http.StatusOK
			}
			status := a.status
			if fault == nil && hungUp(ctx) && (status == http.StatusServiceUnavailable || status == http.StatusInternalServerError) {
				status = statusHungUp
			}
			s.metrics.saw(a.pattern, status, time.Since(start))
			level := slog.LevelInfo
			if isHealth(r.URL.Path) && status < 400 { // asked every few seconds, day and night
				level = slog.LevelDebug
			}
			s.log.Log(ctx, level, "request", "request", id, "method", r.Method, "path", r.URL.Path, "status", status, "bytes", a.bytes,
				"ms", float64(time.Since(start).Microseconds())/1000, "from", r.RemoteAddr)
		}()
		r = r.WithContext(ctx) // a copy, whose body is bounded; the server knows how to end the body of the original
		r.Body = http.MaxBytesReader(w, r.Body, streamBytes)
		next.ServeHTTP(a, r)
	})
}

// counted notes by which pattern a request was answered.
func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := r.Context().Value(answerKey{}).(*answer); ok {
			defer func() { a.pattern = r.Pattern }()
		}
		next.ServeHTTP(w, r)
	})
}

// headers are what browsers are told: to take nothing from elsewhere, to run no inline
// script, to show the page in no frame.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
		if strings.HasPrefix(r.URL.Path, prefix) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// sameSite refuses what a page of another site makes a browser send.
func sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, explain(http.StatusForbidden, "the request comes from a page of another site: open the page of this server, or send it without a browser", 0))
	}))
	return protection.Handler(next)
}

// methodsAt lists the methods that an address has an operation for.
func methodsAt(mux *http.ServeMux, r *http.Request) (allowed []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := mux.Handler(&other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// fallback answers addresses that no operation has: with the page, or with a problem
// where a program asks.
func (s *server) fallback(mux *http.ServeMux, page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page.ServeHTTP(w, r) // what has an operation outside of /api/ can be got, and does not come here
			return
		}
		if allowed := methodsAt(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			writeProblem(w, explain(http.StatusMethodNotAllowed, r.Method+" is not for "+r.URL.Path+": use "+strings.Join(allowed, " or "), 0))
			return
		}
		writeProblem(w, explain(http.StatusNotFound, "there is nothing at "+r.Method+" "+r.URL.Path+": GET "+prefix+"/openapi.json lists what there is", 0))
	})
}
