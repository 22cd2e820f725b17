package postgres

import (
	"strings"
	"testing"

	"exemplar/internal/store"
)

func TestAddress(t *testing.T) {
	t.Setenv("PGUSER", "me")
	for _, c := range []struct{ name, shown, collection string }{
		{"postgres://u:secret@h:5433/db?collection=forms", "postgres://u@h:5433/db?collection=forms", "forms"},
		{"postgresql://u@h/db", "postgres://u@h/db?collection=default", "default"},
		{"postgres://u@/db?host=/run/pg&password=secret&collection=a%20b", "postgres://u@/db?collection=a+b&host=%2Frun%2Fpg", "a b"},
		{"postgres://h/db?sslmode=disable&pool_max_conns=9", "postgres://me@h/db?collection=default", "default"},
		{"postgres://u:se%40cr%2Fet%3A@h/db?collection=%C3%A9", "postgres://u@h/db?collection=%C3%A9", "é"},
	} {
		a, err := parseAddress(c.name)
		if err != nil || a.shown != c.shown || a.collection != c.collection {
			t.Errorf("%s: shown %q, collection %q, %v", c.name, a.shown, a.collection, err)
		}
		if !IsName(c.name) || Shown(c.name) != c.shown {
			t.Errorf("%s is shown as %s", c.name, Shown(c.name))
		}
	}
	for _, path := range []string{"postgres", "/a/postgres://x", "file.gallery", "C:\\postgres://"} {
		if IsName(path) {
			t.Errorf("%s is no path", path)
		}
	}
}

// Whatever is mistyped, no part of a password is repeated.
func TestNoPasswordIsShown(t *testing.T) {
	for _, name := range []string{
		"postgres://u:top/sec@ret@h/db", "postgres://u:top:sec@ret@127.0.0.1:1/db", "postgres://u:sec?ret@127.0.0.1:1/db", "postgres://u:sec#ret@h/db",
		"postgres://u:12?sec=ret@h/db", "postgres://u:secret%zz@h/db", "postgres://u:sec ret@h/db", "postgres://u:secret@h:port/db",
		"postgres://u:secret@127.0.0.1:1/db?sslmode=secret", "postgres://u@127.0.0.1:1/db?password=secret&nonsense=1", "postgres://u:secret@127.0.0.1:1/db",
		"postgres://u:secret@127.0.0.1:1/db?collection=", "postgres://u:secret@127.0.0.1:1/db?collection=%00", "postgres://u:secret@127.0.0.1:1/db?pool_max_conns=secret",
		"postgres://u:secret@127.0.0.1:1/db?connect_timeout=secret", "postgres://u:secret@127.0.0.1:1/db?sslrootcert=/secret", "postgres://u:secret@[::1/db",
		"postgres://u:secret@127.0.0.1:1/db?collection=" + strings.Repeat("x", 201),
	} {
		g, err := Open(name, store.Options{Create: true})
		if err == nil {
			g.Close()
			t.Errorf("%s was opened", name)
			continue
		}
		for _, said := range []string{err.Error(), Shown(name)} {
			for _, part := range []string{"sec", "ret", "top"} {
				if strings.Contains(strings.NewReplacer("secret option", "", "docs/postgres.md", "").Replace(said), part) {
					t.Errorf("%s: %s", name, said)
				}
			}
		}
	}
}
