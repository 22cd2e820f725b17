package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// sessionCookie is the name of the cookie of browsers.
const sessionCookie = "exemplar_session"

// identify finds out who asks.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := service.Actor{Name: "local", Role: service.Admin}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, by)))
	})
}

// Me is who asks, and what is there for them.
type Me struct {
	Name        string       `json:"name"`
	Role        service.Role `json:"role" enum:"classify,register,admin"`
	Collections []string     `json:"collections" doc:"those that may be used"`
	KeyNeeded   bool         `json:"key_needed" doc:"false: everybody who reaches this server may do everything"`
	FirstRun    bool         `json:"first_run" doc:"there is no collection yet"`
}

// Version is what runs here.
type Version struct {
	Version string `json:"version" doc:"of the program"`
	API     string `json:"api"`
	Model   string `json:"model" doc:"fingerprint of the model with its calibration"`
}

// addHealth adds what asks for no key.
func (s *server) addHealth() {
	open := func(op huma.Operation) huma.Operation {
		op.Security, op.Tags = []map[string][]string{}, []string{"health"}
		return op
	}
	huma.Register(s.api, open(huma.Operation{OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", Summary: "Is the server alive?"}),
		func(context.Context, *struct{}) (*body[Health], error) { return &body[Health]{Health{"ok"}}, nil })
	huma.Register(s.api, open(huma.Operation{OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Summary: "Can it work?", Errors: []int{http.StatusServiceUnavailable}}),
		func(ctx context.Context, _ *struct{}) (*body[Health], error) {
			if err := s.service.Ready(ctx); err != nil {
				s.log.ErrorContext(ctx, "not ready", "error", err)
				return nil, huma.Error503ServiceUnavailable("the database of the service cannot be read; the log says why")
			}
			return &body[Health]{Health{"ok"}}, nil
		})
	huma.Register(s.api, open(huma.Operation{OperationID: "version", Method: http.MethodGet, Path: prefix + "/version", Summary: "What runs here"}),
		func(context.Context, *struct{}) (*body[Version], error) {
			return &body[Version]{Version{s.version, "v1", s.service.Model().DecisionFingerprint()}}, nil
		})
}

// Health is the answer of what asks whether all is well.
type Health struct {
	Status string `json:"status"`
}

// addAccess adds who one is.
func (s *server) addAccess() {
	add(s, service.Classifier, huma.Operation{OperationID: "me", Method: http.MethodGet, Path: "/me", Summary: "Who asks, and what they may do", Tags: []string{"access"}},
		func(ctx context.Context, by service.Actor, _ *struct{}) (*body[Me], error) {
			list, err := s.service.Collections(ctx, by)
			if err != nil {
				return nil, err
			}
			me := Me{Name: by.Name, Role: by.Role, Collections: []string{}, KeyNeeded: by.Key != "", FirstRun: len(list) == 0}
			for _, c := range list {
				me.Collections = append(me.Collections, c.Name)
			}
			return &body[Me]{me}, nil
		})
}
