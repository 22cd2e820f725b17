// Package openid lets people log in by an OpenID Connect provider, such as the one of their
// company: authorization code with PKCE, state and nonce. It says who somebody is and what
// role their groups have; package server makes a session of that.
//
//	settings, err := openid.Read("oidc.toml")
//	provider := openid.New(settings)
//	address, ticket, err := provider.Begin(ctx)      // send the browser there, with the ticket as a cookie
//	person, err := provider.End(ctx, ticket, query)  // when it comes back
//
// It keeps nothing between the two calls, so that any server can take the second one.
package openid

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"exemplar/internal/fileio"
	"exemplar/internal/service"
)

// Settings say who may log in, and as what: docs/service.md explains the file.
type Settings struct {
	Issuer     string            `toml:"issuer"`      // address of the provider
	Client     string            `toml:"client"`      // id of this server there
	SecretFile string            `toml:"secret_file"` // of the client; or SecretVariable; without either it is a public one
	URL        string            `toml:"url"`         // of this server, as browsers open it
	Scopes     []string          `toml:"scopes"`      // beside openid; profile and email if left out
	Claim      string            `toml:"claim"`       // that lists the groups; groups if left out
	Name       string            `toml:"name"`        // of the provider, for the page
	Roles      map[string]string `toml:"roles"`       // by group; "*" is everybody

	secret string
	grants map[string]grant
}

// SecretVariable is the environment variable that holds the client's secret.
const SecretVariable = "EXEMPLAR_OIDC_SECRET"

// everybody is the group of all who can log in at the provider.
const everybody = "*"

// grant is what a group may do.
type grant struct {
	role        service.Role
	collections []string // nil: all
}

// Paths of the two steps.
const (
	LoginPath    = "/oidc/login"
	CallbackPath = "/oidc/callback"
)

// largestSettings bounds a file of settings, in bytes.
const largestSettings = 1 << 20

// Read reads settings from a file.
func Read(path string) (*Settings, error) {
	text, err := fileio.ReadFile(path, largestSettings)
	if err != nil {
		return nil, err
	}
	s := &Settings{}
	decoder := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := decoder.Decode(s); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) && len(strict.Errors) > 0 {
			err = fmt.Errorf("there is no setting %s", strings.Join(strict.Errors[0].Key(), "."))
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *Settings) check() error {
	for _, field := range []struct{ name, value, example string }{
		{"issuer", s.Issuer, "https://login.example.org/realms/office"}, {"client", s.Client, "exemplar"}, {"url", s.URL, "https://documents.example.org"},
	} {
		if field.value == "" {
			return fmt.Errorf("%s is missing, such as %s = %q", field.name, field.name, field.example)
		}
	}
	for name, address := range map[string]string{"issuer": s.Issuer, "url": s.URL} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLocal(u.Hostname())) {
			return fmt.Errorf("%s = %q must begin with https:// (http:// is for this machine alone)", name, address)
		}
	}
	s.URL = strings.TrimSuffix(s.URL, "/")
	if s.Claim == "" {
		s.Claim = "groups"
	}
	if s.Scopes == nil {
		s.Scopes = []string{"profile", "email"}
	}
	if s.Name == "" {
		s.Name = "single sign-on"
	}
	if len(s.Roles) == 0 {
		return errors.New(`nobody has a role: say who does in [roles], such as clerks = "register", or "*" = "classify" for everybody`)
	}
	s.grants = map[string]grant{}
	for group, text := range s.Roles {
		role, list, some := strings.Cut(text, ":")
		g := grant{role: service.Role(role)}
		if !g.role.Includes(service.Classifier) {
			return fmt.Errorf("[roles] %s = %q: want classify, register or admin, and for some collections such as register:mailroom,post", group, text)
		}
		if some {
			g.collections = strings.Split(list, ",")
		}
		s.grants[group] = g
	}
	return s.readSecret()
}

func (s *Settings) readSecret() error {
	s.secret = os.Getenv(SecretVariable)
	if s.SecretFile == "" {
		return nil
	}
	text, err := os.ReadFile(s.SecretFile)
	if err != nil {
		return fmt.Errorf("secret_file: %w", err)
	}
	if s.secret = strings.TrimSpace(string(text)); s.secret == "" {
		return fmt.Errorf("secret_file: %s is empty", s.SecretFile)
	}
	return nil
}

func isLocal(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }
