package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"exemplar/internal/pgtest"
)

var shellBlocks = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The commands of docs/service.md run, from the first to the last.
func TestTheCommandsOfServiceRun(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "service.md"))
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
	commands := strings.ReplaceAll(strings.ReplaceAll(script.String(), "127.0.0.1:8080", address), "--data service/ &", "--data service/ --quiet --listen "+address+" & echo $! > serve.pid")
	commands = "set -eu\ntrap 'kill $(cat serve.pid); wait' EXIT\n" + commands
	folder := t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProcess, os.Args[0])
	if err := os.WriteFile(filepath.Join(folder, "exemplar"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", commands)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, tail(out))
	}
	for _, want := range []string{`"label":"travel/ticket"`, `"looked_at"`, `"role":"admin"`, "scanner-2", "sound: ", "the same: "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing says %s: %s", want, tail(out))
		}
	}
	inbox, err := os.ReadFile(filepath.Join(folder, "inbox.json"))
	if err != nil || !strings.Contains(string(inbox), `"open":`) {
		t.Errorf("the inbox: %v: %s", err, inbox)
	}
}

// tail is the end of a long output.
func tail(out []byte) []byte { return out[max(0, len(out)-3000):] }

func TestServeRefusesWhatIsUnsafe(t *testing.T) {
	s := newSession(t)
	data := filepath.Join(s.folder, "service")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--data", data, "--listen", "0.0.0.0:0"}, "make one with exemplar key create"},
		{[]string{"serve", "--data", data, "--tls-cert", "x"}, "go together"},
		{[]string{"serve", "--data", data, "--tls-cert", "x", "--tls-key", "y"}, "read the certificate"},
		{[]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--pprof", "0.0.0.0:0"}, "for this machine alone"},
		{[]string{"key", "create", "--data", data, "--role", "king", "Anna"}, "want classify, register or admin"},
		{[]string{"key", "create", "--data", data, "--collection", "x", "Anna"}, `no collection "x"`},
		{[]string{"key", "revoke", "--data", data, "x"}, `no key "x"`},
		{[]string{"audit", "replay", "--data", data, "x"}, `no decision "x"`},
	} {
		if _, errOut := s.run(exitFailed, c.args...); !strings.Contains(errOut, c.want) {
			t.Errorf("%s: said %q, want %q in it", strings.Join(c.args, " "), errOut, c.want)
		}
	}
}

var nodesBlock = regexp.MustCompile("(?s)```bash\n(.*?)```")

// The commands of docs/service.md for two nodes run, with another database and ports.
func TestTheCommandsOfTwoNodesRun(t *testing.T) {
	database := pgtest.Database(t)
	for _, name := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "service.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := nodesBlock.FindStringSubmatch(string(page))
	if block == nil {
		t.Fatal("docs/service.md has no commands for two nodes")
	}
	replace := []string{"postgres://exemplar@localhost/documents", database}
	for _, port := range []string{"8081", "8082"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, free, _ := net.SplitHostPort(l.Addr().String())
		l.Close()
		replace = append(replace, port, free)
	}
	folder := t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProcess, os.Args[0])
	if err := os.WriteFile(filepath.Join(folder, "exemplar"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "set -eu\ntrap 'kill $(cat one.pid two.pid); wait' EXIT\n"+strings.NewReplacer(replace...).Replace(block[1]))
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"label":"travel/ticket"`) || !strings.Contains(string(out), "sound: ") {
		t.Fatalf("%v: %s", err, tail(out))
	}
}
