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

	"exemplar/internal/papertest"
	"exemplar/internal/pgtest"
)

var shellBlocks = regexp.MustCompile("(?s)```sh\n(.*?)```")

// blocksOf returns the blocks of commands of a page of the docs, one after the other.
func blocksOf(t *testing.T, page string, blocks *regexp.Regexp) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, block := range blocks.FindAllStringSubmatch(string(text), -1) {
		script.WriteString(block[1])
	}
	if script.Len() == 0 {
		t.Fatalf("docs/%s has no such commands", page)
	}
	return script.String()
}

// runShell runs commands in an empty folder, with the program of this test as exemplar,
// and ends the servers whose process ids the files hold. It returns the folder and what
// is printed.
func runShell(t *testing.T, pids, commands string) (folder, printed string) {
	t.Helper()
	for _, program := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	folder = t.TempDir()
	program := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProcess, os.Args[0])
	if err := os.WriteFile(filepath.Join(folder, "exemplar"), []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "set -eu\ntrap 'kill $(cat "+pids+"); wait' EXIT\n"+commands)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(folder, "home"), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, tail(string(out)))
	}
	return folder, string(out)
}

// runPage runs the commands of a page of the docs, with a server at a free address.
func runPage(t *testing.T, page string) (folder, printed string) {
	t.Helper()
	address := papertest.FreeAddress(t)
	here := strings.NewReplacer("127.0.0.1:8080", address, "--data service/ &", "--data service/ --quiet --listen "+address+" & echo $! > serve.pid")
	return runShell(t, "serve.pid", here.Replace(blocksOf(t, page, shellBlocks)))
}

// The commands of docs/service.md run, from the first to the last.
func TestTheCommandsOfServiceRun(t *testing.T) {
	folder, out := runPage(t, "service.md")
	for _, want := range []string{`"label":"travel/ticket"`, `"looked_at"`, `"role":"admin"`, "scanner-2", "sound: ", "the same: "} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %s: %s", want, tail(out))
		}
	}
	inbox, err := os.ReadFile(filepath.Join(folder, "inbox.json"))
	if err != nil || !strings.Contains(string(inbox), `"open":`) {
		t.Errorf("the inbox: %v: %s", err, inbox)
	}
}

// tail is the end of a long output.
func tail(out string) string { return out[max(0, len(out)-3000):] }

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
	replace := []string{"postgres://exemplar@localhost/documents", database}
	for _, port := range []string{"8081", "8082"} {
		_, free, _ := net.SplitHostPort(papertest.FreeAddress(t))
		replace = append(replace, port, free)
	}
	_, out := runShell(t, "one.pid two.pid", strings.NewReplacer(replace...).Replace(blocksOf(t, "service.md", nodesBlock)))
	if !strings.Contains(out, `"label":"travel/ticket"`) || !strings.Contains(out, "sound: ") {
		t.Fatal(tail(out))
	}
}
