package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"exemplar/internal/pgtest"
)

// database is a PostgreSQL server of this process. It takes the place of a test, for
// package pgtest.
type database struct {
	testing.TB
	server *pgtest.Server
	ends   []func()
}

func (d *database) Helper()            {}
func (d *database) Fatal(args ...any)  { panic(fmt.Sprint(args...)) }
func (d *database) Skip(args ...any)   { panic(fmt.Sprint(args...)) }
func (d *database) Cleanup(end func()) { d.ends = append(d.ends, end) }
func (d *database) stop()              { d.server.Stop(d) }
func (d *database) goOn()              { d.server.Continue(d) }
func (d *database) end()               { slices.Reverse(d.ends); each(d.ends) }
func each(list []func()) {
	for _, f := range list {
		f()
	}
}

// startDatabase starts a server, and returns the address of an empty database.
func startDatabase() (d *database, address string, err error) {
	d = &database{}
	defer func() {
		if said := recover(); said != nil {
			err = errors.New(fmt.Sprint(said))
		}
	}()
	d.server = pgtest.Start(d)
	return d, d.server.Database(d), nil
}

// places are the flags that say where each server keeps what it knows.
func places(folder string, nodes int) (flags [][]string, d *database, err error) {
	if nodes == 1 {
		return [][]string{{"--data", filepath.Join(folder, "data")}}, nil, nil
	}
	d, address, err := startDatabase()
	if err != nil {
		return nil, nil, err
	}
	for i := range nodes {
		own := filepath.Join(folder, fmt.Sprint("data", i))
		if err := os.Mkdir(own, 0o700); err != nil {
			return nil, d, err
		}
		flags = append(flags, []string{"--store", address, "--data", own})
	}
	return flags, d, nil
}

// knownOn measures how long it takes from the acknowledged registration on one server to
// the answer that knows it: of the other server, and of the same one, in turn. The
// recognition is part of both.
func (m *tormentor) knownOn(one, other string, times int) (there, here []time.Duration, err error) {
	kind := m.kinds[0]
	collection := api + "/collections/torment"
	if id := m.there[kind]; id != "" {
		if _, err := ask(http.DefaultClient, "DELETE", one+collection+"/references/"+id, "", nil, nil); err != nil {
			return nil, nil, err
		}
		m.there[kind] = ""
	}
	contentType, body := newForm("kind/"+kind, kind+".png", m.documents[kind])
	answered := func(url string) (time.Duration, error) {
		var done struct{ Results []reference }
		if _, err := ask(http.DefaultClient, "POST", one+collection+"/references", contentType, body, &done); err != nil {
			return 0, err
		}
		from := time.Now()
		var found struct{ Answers []struct{ Label string } }
		if _, err := ask(http.DefaultClient, "POST", url+collection+"/classify", "image/png", m.documents[kind], &found); err != nil {
			return 0, err
		}
		took := time.Since(from)
		if found.Answers[0].Label != "kind/"+kind {
			m.fault("%s is registered, and the next answer of %s does not know it", kind, url)
		}
		_, err := ask(http.DefaultClient, "DELETE", one+collection+"/references/"+done.Results[0].ID, "", nil, nil)
		return took, err
	}
	for range times {
		t, err := answered(other)
		if err != nil {
			return nil, nil, err
		}
		h, err := answered(one)
		if err != nil {
			return nil, nil, err
		}
		there, here = append(there, t), append(here, h)
	}
	slices.Sort(there)
	slices.Sort(here)
	return there, here, nil
}
