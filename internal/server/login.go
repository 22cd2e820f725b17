package server

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"exemplar/internal/server/openid"
	"exemplar/internal/service"
)

// ticketTime is how long somebody may take to log in at the provider.
const ticketTime = 10 * time.Minute

// logIn says where people log in without a key, nil where they do not.
func (s *server) logIn() *LogIn {
	if s.openid == nil {
		return nil
	}
	return &LogIn{s.openid.Name, openid.LoginPath}
}

// addOpenID adds the two steps of a log-in by a provider, which are for browsers.
func (s *server) addOpenID(mux *http.ServeMux) {
	if s.openid == nil {
		return
	}
	mux.HandleFunc("GET "+openid.LoginPath, func(w http.ResponseWriter, r *http.Request) {
		address, ticket, err := s.openid.Begin(r.Context())
		if err != nil {
			s.refuseLogin(w, r, err)
			return
		}
		s.setTicket(w, ticket, ticketTime)
		http.Redirect(w, r, address, http.StatusFound)
	})
	mux.HandleFunc("GET "+openid.CallbackPath, func(w http.ResponseWriter, r *http.Request) {
		ticket := ""
		if sent, err := r.Cookie(s.ticketName()); err == nil {
			ticket = sent.Value
		}
		s.setTicket(w, "", -1) // it serves once
		who, err := s.openid.End(r.Context(), ticket, r.URL.Query())
		if err != nil {
			s.refuseLogin(w, r, err)
			return
		}
		token, expires, err := s.service.LoginPerson(r.Context(), who)
		if err != nil {
			s.refuseLogin(w, r, err)
			return
		}
		session := newCookie(r, token, expires).SetCookie
		session.Secure = session.Secure || s.openidSecure()
		http.SetCookie(w, &session)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
}

// openidSecure reports whether browsers reach this server by TLS.
func (s *server) openidSecure() bool { return strings.HasPrefix(s.openid.URL, "https:") }

// ticketName is the name of the cookie of a log-in that has begun. With TLS no other server
// of the domain can set it.
func (s *server) ticketName() string {
	if s.openidSecure() {
		return "__Host-exemplar_oidc"
	}
	return "exemplar_oidc"
}

// setTicket sets the cookie of a log-in, which comes back from the provider's page.
func (s *server) setTicket(w http.ResponseWriter, ticket string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.ticketName(), Value: ticket, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true, Secure: s.openidSecure(), SameSite: http.SameSiteLaxMode,
	})
}

// refuseLogin tells a person, who sees it in their browser, why they are not logged in.
func (s *server) refuseLogin(w http.ResponseWriter, r *http.Request, err error) {
	err = service.Explained(err)
	status, text := http.StatusInternalServerError, "something went wrong inside; the log has the details under request "+requestID(r.Context())
	var known *service.Error
	if errors.As(err, &known) {
		status, text = statuses[known.Kind], known.Text
	}
	s.log.WarnContext(r.Context(), "a log-in failed", "error", err, "request", requestID(r.Context()))
	http.Error(w, "You are not logged in: "+text+".\n\nThe page of this service is at "+s.openid.URL, status)
}
