package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"exemplar/internal/server/openid"
	"exemplar/internal/server/web"
	"exemplar/internal/service"
)

// Options say what is served.
type Options struct {
	Service *service.Service
	Version string           // of the program
	Log     *slog.Logger     // nil: nothing is logged
	OpenID  *openid.Provider // where people log in; nil: with keys alone
}

// server holds what its handlers share.
type server struct {
	service *service.Service
	version string
	log     *slog.Logger
	api     huma.API
	uploads *memory
	rates   *rates
	patient time.Duration // how long the first bytes of a file may take
	metrics *metrics
	started time.Time
	openid  *openid.Provider
}

// prefix begins the addresses of the API.
const prefix = "/api/v1"

// New returns the handler of a service.
func New(opts Options) http.Handler { return newServer(opts).handler() }

func newServer(opts Options) *server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{service: opts.Service, version: opts.Version, log: opts.Log, uploads: &memory{most: uploadMemory}, rates: newRates(), patient: bodyTime, metrics: newMetrics(), started: time.Now(), openid: opts.OpenID}
	s.service.WhenDecided(s.metrics.decidedOne)
	return s
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	s.api = humago.New(mux, configuration(s.version))
	s.addAll()
	mux.HandleFunc("GET "+metricsPath, s.serveMetrics)
	s.addOpenID(mux)
	mux.Handle("/", s.fallback(mux, web.Handler()))
	return s.around(mux)
}

// configuration is that of huma: the document's head, and nothing that fetches code
// from elsewhere.
func configuration(version string) huma.Config {
	c := huma.DefaultConfig("exemplar", version)
	c.Info.Description = "Recognises documents from one registered image each. docs/service.md shows it step by step."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = prefix+"/openapi", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Formats = map[string]huma.Format{"application/json": strictJSON(), "json": strictJSON()}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":     {Type: "http", Scheme: "bearer", Description: "a key made by exemplar key create"},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "made by POST session, for browsers"},
	}
	c.Security = []map[string][]string{{"key": {}}, {"session": {}}}
	return c
}

// init says that lists in answers are never null: this package makes them empty.
func init() { huma.DefaultArrayNullable = false }

// addAll registers all operations.
func (s *server) addAll() {
	s.addHealth()
	s.addAccess()
	s.addCollections()
	s.addLabels()
	s.addReferences()
	s.addClassify()
	s.addDecisions()
	s.addInbox()
	s.addBatch()
	s.addJobs()
	s.addWatches()
	s.addOperations()
}

// The time-outs of connections. Bodies that take longer than bodyTime have a pace of
// their own: see upload.go.
const (
	headerTime = 10 * time.Second
	bodyTime   = 30 * time.Second
	idleTime   = 2 * time.Minute
	// StopTime is how long [Serve] lets what is in work finish.
	StopTime = 30 * time.Second
)

type stoppingKey struct{}

// stopping is closed when the server stops: what would go on for long ends then.
func stopping(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return done
}

// Serve answers on a listener until ctx ends; then it takes no more, and finishes what
// is in work, within [StopTime]. It speaks TLS if a certificate is given.
func Serve(ctx context.Context, l net.Listener, h http.Handler, certificates []tls.Certificate, log *slog.Logger) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), stoppingKey{}, ctx.Done())
		},
	}
	if len(certificates) > 0 {
		server.TLSConfig = &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12}
	}
	failed := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			failed <- server.ServeTLS(l, "", "")
		} else {
			failed <- server.Serve(l)
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopTime)
	defer cancel()
	if err := server.Shutdown(finishing); err != nil {
		server.Close()
		return errors.New("not all requests were finished in time")
	}
	return nil
}
