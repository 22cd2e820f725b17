package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"exemplar/internal/service"
)

// sessionCookie is the name of the cookie of browsers.
const sessionCookie = "exemplar_session"

// local is who asks where no key is needed.
var local = service.Actor{Name: "local", Role: service.Admin}

// identify finds out who asks, and bounds how often. Whoever shows no key is nobody,
// which suffices for the page itself and for health.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by, err := s.actor(r)
		if err == nil {
			err = s.rates.allow(by)
		}
		if err != nil {
			writeProblem(w, s.problem(r.Context(), err))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, by)))
	})
}

// actor is who sends a request.
func (s *server) actor(r *http.Request) (service.Actor, error) {
	ctx := r.Context()
	if !strings.HasPrefix(r.URL.Path, prefix) && r.URL.Path != metricsPath {
		return service.Actor{}, nil // the page and health ask for no key, and look at none
	}
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return service.Actor{}, service.Fault(service.NoKey, "Authorization is not of the form Bearer exk_...: send a key")
		}
		return s.checked(r, func() (service.Actor, error) { return s.service.ActorOfKey(ctx, strings.TrimSpace(key)) })
	}
	needed, err := s.service.KeyNeeded(ctx)
	if err != nil {
		return service.Actor{}, err
	}
	if !needed && s.openid == nil {
		return local, ofThisMachine(r)
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		by, err := s.service.ActorOfLogin(ctx, cookie.Value)
		if isNoKey(err) {
			return service.Actor{}, nil // so that the page can say so, and log in again
		}
		return by, err
	}
	return service.Actor{}, nil
}

// ofThisMachine returns an error for a request that names the server as another machine
// would. Where no key is needed, a page of another site could else have its own name
// lead to this machine, and be taken for the page of this server.
func ofThisMachine(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	if address, err := netip.ParseAddr(host); host == "localhost" || err == nil && address.IsLoopback() {
		return nil
	}
	return service.Fault(service.Denied, "without a key only this machine is served: open it as http://127.0.0.1 with its port, or make a key with exemplar key create")
}

// metricsPath is where figures are, for who may see them.
const metricsPath = "/metrics"

// checked bounds how often an address may show keys that are of no use. A key that is of
// use passes whatever else came from there: many clients may share an address.
func (s *server) checked(r *http.Request, check func() (service.Actor, error)) (service.Actor, error) {
	by, err := check()
	if !isNoKey(err) {
		return by, err
	}
	host, _, splitErr := net.SplitHostPort(r.RemoteAddr)
	if splitErr != nil {
		host = r.RemoteAddr
	}
	if s.rates.mayFail(host) {
		return service.Actor{}, err
	}
	return service.Actor{}, &service.Error{Kind: service.Busy, Text: "too many keys from your address were of no use: wait, and send one that is", After: time.Duration(float64(time.Second) / wrongPerSecond)}
}

// rates bounds how often keys are used, and how often addresses show wrong ones.
type rates struct {
	mu     sync.Mutex
	keys   map[string]*rate.Limiter
	wrong  map[string]*rate.Limiter
	forget time.Time // when wrong is emptied
}

// The bounds on wrong keys from one address (by eye): a person mistypes now and then.
const (
	wrongPerSecond = 0.5
	wrongBurst     = 20
	forgetWrong    = time.Hour
	mostWrong      = 10_000 // addresses that are remembered
)

func newRates() *rates {
	return &rates{keys: map[string]*rate.Limiter{}, wrong: map[string]*rate.Limiter{}}
}

// allow returns an error if a key is used more often than it may be.
func (r *rates) allow(by service.Actor) error {
	if by.Key == "" {
		return nil
	}
	r.mu.Lock()
	limiter := r.keys[by.Key]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(by.Rate), max(1, int(2*by.Rate)))
		r.keys[by.Key] = limiter
	}
	r.mu.Unlock()
	if limiter.Allow() {
		return nil
	}
	return &service.Error{Kind: service.Busy, Text: "the key is used more often than it may be: wait, or ask for a key with a higher rate",
		After: max(time.Second, time.Duration(float64(time.Second)/by.Rate))}
}

// mayFail counts a wrong key from an address, and reports whether it was one of few.
func (r *rates) mayFail(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.After(r.forget) || len(r.wrong) >= mostWrong {
		r.wrong, r.forget = map[string]*rate.Limiter{}, now.Add(forgetWrong)
	}
	if r.wrong[host] == nil {
		r.wrong[host] = rate.NewLimiter(wrongPerSecond, wrongBurst)
	}
	return r.wrong[host].Allow()
}
