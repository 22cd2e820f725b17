package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"
)

// defaultCollection is the collection of a name that names none.
const defaultCollection = "default"

// maxCollectionBytes is the length of a collection's name, at most.
const maxCollectionBytes = 200

// IsName reports whether a name is that of a gallery in PostgreSQL, and not a path.
func IsName(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// address is the name of a gallery, taken apart.
type address struct {
	config     *pgxpool.Config
	server     string // what config was parsed from: pools are shared by it; holds the password
	collection string
	limited    bool   // the name says how many connections there may be
	shown      string // the name without passwords and options, for messages
}

// parseAddress reads a name such as postgres://user@host:5432/db?collection=forms. No
// error repeats any of the name, because a password may be anywhere in a mistyped one.
func parseAddress(name string) (address, error) {
	u, err := url.Parse(name)
	if err != nil {
		return address{}, errors.New("the name of the database cannot be read: write postgres://USER@HOST:5432/DATABASE?collection=NAME, with %40 for @, %3A for : and %2F for / in a password")
	}
	query := u.Query()
	a := address{collection: defaultCollection}
	if query.Has("collection") {
		a.collection = query.Get("collection")
		query.Del("collection")
	}
	if err := validateCollection(a.collection); err != nil {
		return address{}, err
	}
	u.RawQuery = query.Encode()
	a.server, a.limited = u.String(), query.Has("pool_max_conns")
	if a.config, err = pgxpool.ParseConfig(a.server); err != nil {
		return address{}, fmt.Errorf("an option of the database's name cannot be used%s: see docs/postgres.md for those that can", reasonOf(err))
	}
	c := a.config.ConnConfig
	shown := url.URL{Scheme: "postgres", User: url.User(c.User), Host: u.Host, Path: "/" + c.Database, RawQuery: url.Values{"collection": {a.collection}}.Encode()}
	if u.Host == "" {
		shown.RawQuery = url.Values{"collection": {a.collection}, "host": {c.Host}}.Encode()
	}
	a.shown = shown.String()
	return a, nil
}

// reasonOf names the option that pgx refuses, and nothing of its value.
func reasonOf(err error) string {
	for _, option := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs", "pool_max_conns", "pool_min_conns",
		"pool_max_conn_lifetime", "pool_max_conn_idle_time", "pool_health_check_period", "default_query_exec_mode", "statement_cache_capacity", "service"} {
		if strings.Contains(err.Error(), option) {
			return " (" + option + ")"
		}
	}
	return ""
}

// validateCollection says why a collection cannot have a name.
func validateCollection(name string) error {
	switch {
	case name == "":
		return errors.New("the name of the collection is empty: name one, or leave collection= out")
	case len(name) > maxCollectionBytes:
		return fmt.Errorf("the name of the collection has %d bytes, at most %d can be used", len(name), maxCollectionBytes)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) || strings.TrimSpace(name) != name:
		return fmt.Errorf("the name of the collection, %q, holds invisible characters, or spaces at an end: take them out", name)
	}
	return nil
}

// Shown is the name of a gallery as messages may show it: without a password.
func Shown(name string) string {
	a, err := parseAddress(name)
	if err != nil {
		return "postgres://..."
	}
	return a.shown
}
