package openid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"exemplar/internal/service"
)

// patience is how long the provider may take for an answer.
const patience = 10 * time.Second

// Provider is where people log in. It is asked for what it is like when the first one does,
// so that a server starts without it.
type Provider struct {
	*Settings
	client *http.Client

	mu    sync.Mutex
	known *oidc.Provider
}

// New makes the provider of settings.
func New(s *Settings) *Provider {
	return &Provider{Settings: s, client: &http.Client{Timeout: patience}}
}

// away says that the provider could not be reached.
func away(err error) error {
	return &service.Error{Kind: service.Unavailable, Text: fmt.Sprintf("the log-in service gives no answer that is of use (%.300v): try again in a moment, or log in with a key", err), After: 5 * time.Second}
}

// ask learns what the provider is like, once.
func (p *Provider) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		known, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.Issuer)
		if err != nil {
			return nil, nil, away(err)
		}
		p.known = known
	}
	return p.known, &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.secret, Endpoint: p.known.Endpoint(), RedirectURL: p.URL + CallbackPath,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}, nil
}

// Begin returns where to send a browser, and a ticket that only that browser must have
// when it comes back.
func (p *Provider) Begin(ctx context.Context) (address, ticket string, err error) {
	_, config, err := p.ask(ctx)
	if err != nil {
		return "", "", err
	}
	state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
	return config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), strings.Join([]string{state, nonce, verifier}, "."), nil
}

func random() string {
	b := make([]byte, 32)
	rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// notYours is the same for all that does not fit a ticket.
func notYours() error {
	return service.Fault(service.Invalid, "this log-in was not begun in this browser, or too long ago: begin again")
}

// End finds out who a browser's user is, from its ticket and from what the provider sent it
// back with.
func (p *Provider) End(ctx context.Context, ticket string, query url.Values) (service.Person, error) {
	var who service.Person
	parts := strings.Split(ticket, ".")
	if len(parts) != 3 || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(query.Get("state"))) != 1 {
		return who, notYours()
	}
	if said := query.Get("error"); said != "" {
		return who, service.Fault(service.Denied, "the log-in service refused: %.100q", said)
	}
	known, config, err := p.ask(ctx)
	if err != nil {
		return who, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(parts[2]))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.Response.StatusCode < 500 {
			return who, service.Fault(service.Denied, "the log-in service did not accept its own code (%.100q): begin again; if that does not help, the client's id, secret or address in the settings is wrong", refused.ErrorCode)
		}
		return who, away(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := known.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil {
		return who, service.Fault(service.Denied, "the log-in service's answer cannot be trusted: %.300v", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(parts[1])) != 1 {
		return who, notYours()
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return who, service.Fault(service.Denied, "the log-in service's answer cannot be read")
	}
	return p.person(id.Issuer, id.Subject, claims)
}

// person is who somebody is, and what their groups may do: the highest role, for the
// collections of all groups that have it.
func (p *Provider) person(issuer, subject string, claims map[string]any) (service.Person, error) {
	who := service.Person{ID: issuer + " " + subject, Name: subject}
	for _, claim := range []string{"name", "preferred_username", "email"} {
		if name, _ := claims[claim].(string); name != "" {
			who.Name = name
			break
		}
	}
	all := false
	for _, group := range append(groups(claims, p.Claim), everybody) {
		g, known := p.grants[group]
		switch {
		case !known, who.Role != "" && !g.role.Includes(who.Role):
			continue
		case g.role != who.Role:
			who.Role, who.Collections, all = g.role, nil, false
		}
		all = all || g.collections == nil
		who.Collections = append(who.Collections, g.collections...)
	}
	if all {
		who.Collections = nil
	}
	slices.Sort(who.Collections)
	who.Collections = slices.Compact(who.Collections)
	if who.Role == "" {
		return who, service.Fault(service.Denied, "%s may not use this service: no group of theirs has a role here; ask who looks after this server", who.Name)
	}
	return who, nil
}

// groups reads a claim, which is a list or one text. A dot leads into an object, as in
// realm_access.roles.
func groups(claims map[string]any, path string) (list []string) {
	value := claims[path]
	for at := claims; value == nil; {
		name, rest, more := strings.Cut(path, ".")
		value = at[name]
		inner, is := value.(map[string]any)
		if !more || !is {
			break
		}
		at, path, value = inner, rest, nil
	}
	switch v := value.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, one := range v {
			if text, is := one.(string); is {
				list = append(list, text)
			}
		}
	}
	return slices.DeleteFunc(list, func(g string) bool { return g == everybody })
}
