package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// Me is who asks, and what is there for them.
type Me struct {
	Name        string       `json:"name"`
	Role        service.Role `json:"role" enum:"classify,register,admin"`
	Collections []string     `json:"collections" doc:"those that may be used"`
	KeyNeeded   bool         `json:"key_needed" doc:"false: everybody who reaches this server may do everything"`
	FirstRun    bool         `json:"first_run" doc:"there is no collection yet"`
	Waiting     int          `json:"waiting" doc:"pictures, of anybody, that wait for a turn here: answers take longer meanwhile"`
}

// Version is what runs here.
type Version struct {
	Version string `json:"version" doc:"of the program"`
	API     string `json:"api"`
	Model   string `json:"model" doc:"fingerprint of the model with its calibration"`
	LogIn   *LogIn `json:"log_in,omitempty" doc:"where people log in without a key; absent: nowhere"`
}

// LogIn is where a browser goes to log in by a provider.
type LogIn struct {
	Name string `json:"name" doc:"of the provider, for people"`
	Path string `json:"path"`
}

// addHealth adds what asks for no key.
func (s *server) addHealth() {
	open := func(op huma.Operation) huma.Operation {
		op.Security, op.Tags = []map[string][]string{}, []string{"health"}
		return op
	}
	huma.Register(s.api, open(huma.Operation{OperationID: "healthz", Method: http.MethodGet, Path: "/healthz", Summary: "Is the server alive?"}),
		func(context.Context, *struct{}) (*body[Health], error) {
			return &body[Health]{Health{Status: "ok"}}, nil
		})
	huma.Register(s.api, open(huma.Operation{OperationID: "readyz", Method: http.MethodGet, Path: "/readyz", Summary: "Can it work?", Errors: []int{http.StatusServiceUnavailable}}),
		func(ctx context.Context, _ *struct{}) (*body[Health], error) {
			unusable, all, err := s.ready(ctx)
			switch {
			case err != nil:
				return nil, err
			case unusable > 0 && unusable == all:
				return nil, huma.Error503ServiceUnavailable("nothing can be looked up in any collection: " + lookInto)
			case unusable > 0:
				return &body[Health]{Health{"partly", fmt.Sprintf("nothing can be looked up in %d of %d collections: %s", unusable, all, lookInto)}}, nil
			}
			return &body[Health]{Health{Status: "ok"}}, nil
		})
	huma.Register(s.api, open(huma.Operation{OperationID: "version", Method: http.MethodGet, Path: prefix + "/version", Summary: "What runs here"}),
		func(context.Context, *struct{}) (*body[Version], error) {
			return &body[Version]{Version{s.version, "v1", s.service.Model().DecisionFingerprint(), s.logIn()}}, nil
		})
}

// lookInto says where those who may know it learn which collections are meant: health is told to anybody.
const lookInto = "exemplar doctor, with the --data or --store of the service, says which, why and what to do"

// ready counts the collections that cannot be used, and all. An error says that none can.
func (s *server) ready(ctx context.Context) (unusable, all int, err error) {
	if err = s.service.Ready(ctx); err == nil {
		unusable, all, err = s.service.Unusable(ctx)
	}
	if err == nil {
		return unusable, all, nil
	}
	if !hungUp(ctx) {
		s.log.ErrorContext(ctx, "not ready", "error", err)
	}
	var known *service.Error
	if errors.As(err, &known) && known.Kind == service.Full {
		return 0, 0, explain(http.StatusServiceUnavailable, known.Text, 10*time.Second)
	}
	return 0, 0, huma.Error503ServiceUnavailable("the database of the service cannot be read; the log says why")
}

// Health is the answer of what asks whether all is well.
type Health struct {
	Status string `json:"status" enum:"ok,partly" doc:"partly: some collections cannot be used"`
	Detail string `json:"detail,omitempty" doc:"what is wrong, and what to do"`
}

// Credentials are what a browser logs in with.
type Credentials struct {
	Key string `json:"key" minLength:"1" maxLength:"200"`
}

// cookie is an answer that sets or clears the cookie of a browser.
type cookie struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// newCookie makes the cookie of a login; no script reads it, and no other site sends it.
func newCookie(r *http.Request, token string, expires time.Time) *cookie {
	return &cookie{http.Cookie{Name: sessionCookie, Value: token, Path: "/", Expires: expires, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}}
}

// addAccess adds who one is, and how a browser logs in.
func (s *server) addAccess() {
	tags := []string{"access"}
	add(s, service.Classifier, huma.Operation{OperationID: "me", Method: http.MethodGet, Path: "/me", Summary: "Who asks, and what they may do", Tags: tags},
		func(ctx context.Context, by service.Actor, _ *struct{}) (*body[Me], error) {
			list, err := s.service.Collections(ctx, by)
			if err != nil {
				return nil, err
			}
			me := Me{Waiting: s.service.Waiting(), Name: by.Name, Role: by.Role, Collections: []string{}, KeyNeeded: by.Key != "", FirstRun: len(list) == 0}
			for _, c := range list {
				me.Collections = append(me.Collections, c.Name)
			}
			return &body[Me]{me}, nil
		})
	type login struct {
		Raw
		Body Credentials
	}
	add(s, anybody, huma.Operation{OperationID: "log-in", Method: http.MethodPost, Path: "/session", Summary: "Log a browser in with a key", Tags: tags, Security: []map[string][]string{}, DefaultStatus: http.StatusNoContent},
		func(ctx context.Context, _ service.Actor, in *login) (*cookie, error) {
			var expires time.Time
			var token string
			_, err := s.checked(in.request, func() (_ service.Actor, err error) {
				token, expires, err = s.service.Login(ctx, in.Body.Key)
				return service.Actor{}, err
			})
			return newCookie(in.request, token, expires), err
		})
	type logout struct {
		Raw
		Token string `cookie:"exemplar_session"`
	}
	add(s, anybody, huma.Operation{OperationID: "log-out", Method: http.MethodDelete, Path: "/session", Summary: "Log a browser out", Tags: tags, Security: []map[string][]string{}, DefaultStatus: http.StatusNoContent},
		func(ctx context.Context, _ service.Actor, in *logout) (*cookie, error) {
			return newCookie(in.request, "", time.Unix(0, 0)), s.service.Logout(ctx, in.Token)
		})
	s.addKeys()
}

// keyList is the answer to a listing.
type keyList struct {
	Keys []service.Key `json:"keys"`
}

// addKeys adds the care for keys.
func (s *server) addKeys() {
	tags := []string{"keys"}
	add(s, service.Admin, huma.Operation{OperationID: "list-keys", Method: http.MethodGet, Path: "/keys", Summary: "List the keys", Tags: tags},
		func(ctx context.Context, _ service.Actor, _ *struct{}) (*body[keyList], error) {
			list, err := s.service.Keys(ctx)
			return &body[keyList]{keyList{list}}, err
		})
	add(s, service.Admin, huma.Operation{OperationID: "create-key", Method: http.MethodPost, Path: "/keys", Summary: "Make a key", Description: "The key is shown this once. From the first one on, every request needs one.", Tags: tags, DefaultStatus: http.StatusCreated},
		func(ctx context.Context, by service.Actor, in *body[service.NewKey]) (*body[service.MadeKey], error) {
			made, err := s.service.CreateKey(ctx, by, in.Body)
			return &body[service.MadeKey]{made}, err
		})
	type one struct {
		Prefix string `path:"prefix" maxLength:"20"`
	}
	add(s, service.Admin, huma.Operation{OperationID: "revoke-key", Method: http.MethodDelete, Path: "/keys/{prefix}", Summary: "Revoke a key", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *one) (*struct{}, error) {
			return nil, s.service.RevokeKey(ctx, by, in.Prefix)
		})
}
