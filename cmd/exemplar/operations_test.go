package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of docs/operations.md run, from the first to the last.
func TestTheCommandsOfOperationsRun(t *testing.T) {
	for _, name := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	var script strings.Builder
	for _, block := range shellBlocks.FindAllStringSubmatch(string(page), -1) {
		script.WriteString(block[1])
	}
	commands := strings.NewReplacer("127.0.0.1:8080", address, "--data service/ &", "--data service/ --quiet --listen "+address+" & echo $! > serve.pid").Replace(script.String())
	folder := t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProcess, os.Args[0])
	if err := os.WriteFile(filepath.Join(folder, "exemplar"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "set -eu\ntrap 'kill $(cat serve.pid); wait' EXIT\n"+commands)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(folder, "home"), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, tail(out))
	}
	for _, want := range []string{"copied 1 collection", "restored 1 collection", "sound: "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %q: %s", want, tail(out))
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
