package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
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
	database   string // the same without the collection
}

// options are what may stand behind the question mark of a name, beside collection and
// what begins with pool_. They are those of libpq and of pgx.
var options = []string{"host", "port", "user", "password", "passfile", "service", "servicefile", "sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword",
	"sslsni", "sslnegotiation", "channel_binding", "connect_timeout", "target_session_attrs", "application_name", "krbspn", "krbsrvname", "default_query_exec_mode"}

// errName says that a name cannot be read. No error repeats any of such a name, because
// a password may be anywhere in it.
var errName = errors.New("the name of the database cannot be read: write postgres://USER@HOST:5432/DATABASE?collection=NAME; in a password write %40 for @, %3A for :, %2F for /, %3F for ? and %23 for #")

// parseAddress reads a name such as postgres://user@host:5432/db?collection=forms.
func parseAddress(name string) (address, error) {
	u, err := url.Parse(name)
	if err != nil || u.Fragment != "" || strings.ContainsAny(strings.TrimPrefix(u.EscapedPath(), "/"), "@/:") {
		return address{}, errName // the last is a password with a slash in it
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return address{}, errName
	}
	a := address{collection: defaultCollection}
	for key := range query {
		switch {
		case key == "collection":
			a.collection = query.Get(key)
		case !slices.Contains(options, key) && !strings.HasPrefix(key, "pool_"):
			if strings.ContainsAny(key, "@/:") || query.Get(key) == "" { // the end of a password
				return address{}, errName
			}
			return address{}, fmt.Errorf("the name of the database has an unknown option: it may have collection, pool_max_conns, %s", strings.Join(options, ", "))
		}
	}
	query.Del("collection")
	if err := validateCollection(a.collection); err != nil {
		return address{}, err
	}
	u.RawQuery = query.Encode()
	a.server, a.limited = u.String(), query.Has("pool_max_conns")
	if a.config, err = pgxpool.ParseConfig(a.server); err != nil {
		return address{}, fmt.Errorf("an option of the database's name cannot be used%s: docs/postgres.md has examples", reasonOf(err))
	}
	c := a.config.ConnConfig
	shown := url.URL{Scheme: "postgres", User: url.User(c.User), Host: u.Host, Path: "/" + c.Database}
	values := url.Values{}
	if u.Host == "" {
		values.Set("host", c.Host)
		shown.RawQuery = values.Encode()
	}
	a.database = shown.String()
	values.Set("collection", a.collection)
	shown.RawQuery = values.Encode()
	a.shown = shown.String()
	return a, nil
}

// reasonOf names the option that pgx refuses, and nothing of its value.
func reasonOf(err error) string {
	for _, option := range append([]string{"pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time", "pool_health_check_period"}, options[7:]...) {
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

// Name is the name of a collection's gallery in the database with the given address,
// which names no collection itself.
func Name(database, collection string) (string, error) {
	if !IsName(database) {
		return "", errName
	}
	if _, err := parseAddress(database); err != nil {
		return "", err
	}
	u, err := url.Parse(database)
	if err != nil {
		return "", errName
	}
	query := u.Query()
	if query.Has("collection") {
		return "", errors.New("the address of the database names a collection, and a service has many: leave collection= out")
	}
	query.Set("collection", collection)
	u.RawQuery = query.Encode()
	return u.String(), validateCollection(collection)
}

// Shown is the name of a gallery as messages may show it: without a password.
func Shown(name string) string {
	a, err := parseAddress(name)
	if err != nil {
		return "postgres://..."
	}
	return a.shown
}

// ShownDatabase is the address of a database as messages may show it.
func ShownDatabase(address string) string {
	a, err := parseAddress(address)
	if err != nil {
		return "postgres://..."
	}
	return a.database
}
