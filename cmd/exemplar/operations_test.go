package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The commands of docs/operations.md run, from the first to the last.
func TestTheCommandsOfOperationsRun(t *testing.T) {
	_, out := runPage(t, "operations.md")
	for _, want := range []string{"copied 1 collection", "restored 1 collection", "sound: "} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q: %s", want, tail(out))
		}
	}
}

// A service that is not there is not made by those who only look at it: the check of a record
// that a misspelt folder has would always be good.
func TestNoServiceIsMadeByLookingAtIt(t *testing.T) {
	s := newSession(t)
	none := filepath.Join(s.folder, "none")
	for _, args := range [][]string{{"audit", "verify"}, {"audit", "replay", "x"}, {"key", "list"}, {"key", "revoke", "x"}} {
		if _, errOut := s.run(exitFailed, append(args, "--data", none)...); !strings.Contains(errOut, "there is no service in") {
			t.Errorf("%s: said %q", strings.Join(args, " "), errOut)
		}
	}
	if left, _ := filepath.Glob(none); len(left) > 0 {
		t.Error("a folder was made")
	}
}

// The command line answers in its own words, and not in those of the API.
func TestNamesThatAServiceLacks(t *testing.T) {
	s := newSession(t)
	data := filepath.Join(s.folder, "service")
	s.run(0, "key", "create", "--data", data, "--role", "admin", "--quiet", "Anna")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"key", "create", "--collection", "nope", "scan"}, `there is no collection "nope"`},
		{[]string{"key", "revoke", "nope"}, "exemplar key list"},
		{[]string{"audit", "replay", "nope"}, `no decision "nope"`},
	} {
		if _, errOut := s.run(exitFailed, append(c.args, "--data", data)...); !strings.Contains(errOut, c.want) || strings.Contains(errOut, "GET ") {
			t.Errorf("%s: said %q, want %q in it", strings.Join(c.args, " "), errOut, c.want)
		}
	}
}

// A folder that serve is to use and that is not there, or is none, is said with what to do.
func TestServeNeedsItsFolders(t *testing.T) {
	s := newSession(t)
	file, none := s.write("file", nil), filepath.Join(s.folder, "none")
	for _, c := range [][3]string{{"--watch", none, "make it first"}, {"--watch", file, "name a folder"}, {"--folder", none, "make it first"}, {"--folder", file, "name a folder"}} {
		if _, errOut := s.run(exitFailed, "serve", "--data", filepath.Join(s.folder, "service"), "--listen", "127.0.0.1:0", c[0], c[1]); !strings.Contains(errOut, c[2]) {
			t.Errorf("%s %s: said %q, want %q in it", c[0], c[1], errOut, c[2])
		}
	}
}

func TestBackupsThatCannotBeMade(t *testing.T) {
	s := newSession(t)
	at := func(name string) string { return filepath.Join(s.folder, name) }
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"backup", "--data", at("none"), at("backup")}, "there is no service in"},
		{[]string{"backup", "--store", "postgres://x@localhost/y", at("backup")}, "pg_dump"},
		{[]string{"restore", "--store", "postgres://x@localhost/y", at("backup")}, "pg_restore"},
		{[]string{"restore", "--data", at("service"), at("backup")}, "is no backup"},
	} {
		if _, errOut := s.run(exitFailed, c.args...); !strings.Contains(errOut, c.want) {
			t.Errorf("%s: said %q, want %q in it", strings.Join(c.args, " "), errOut, c.want)
		}
	}
	if left, _ := filepath.Glob(at("*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}
