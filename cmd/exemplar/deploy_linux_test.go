package main

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"exemplar/internal/papertest"
)

// systemd understands the units in deploy, and finds little that the server could do to the
// machine.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip(err)
	}
	folder := t.TempDir()
	var units []string
	for _, name := range []string{"exemplar.service", "exemplar-backup.service", "exemplar-backup.timer"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
		if err != nil {
			t.Fatal(err)
		}
		unit := filepath.Join(folder, name)
		here := bytes.ReplaceAll(text, []byte("/usr/local/bin/exemplar"), []byte(os.Args[0]))
		if err := os.WriteFile(unit, here, 0o600); err != nil {
			t.Fatal(err)
		}
		units = append(units, unit)
	}
	if out, err := exec.Command(analyze, append([]string{"verify"}, units...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v: %s", err, out)
	}
	unit := units[0]
	if out, err := exec.Command(analyze, "security", "--offline=yes", "--threshold=15", unit).CombinedOutput(); err != nil { // 1.5 of 10
		t.Errorf("security: %v: %s", err, tail(string(out)))
	}
}

// image is what deploy/Containerfile makes of its last stage.
type image struct {
	root    string
	env     []string
	user    syscall.Credential
	command map[string][]string // of ENTRYPOINT, CMD and HEALTHCHECK
}

// readImage carries out the last stage, with the program of this test and what this machine
// has of the rest.
func readImage(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, stage, found := strings.Cut(string(text), "\nFROM scratch\n")
	if !found {
		t.Fatal("the last stage is not FROM scratch")
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT, whose time zones the image takes: %v", err)
	}
	im := image{root: t.TempDir(), command: map[string][]string{}}
	if err := os.Chmod(im.root, 0o755); err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{
		"/exemplar":                           os.Args[0],
		"/etc/ssl/certs/ca-certificates.crt":  "/etc/ssl/certs/ca-certificates.crt",
		"/usr/local/go/lib/time/zoneinfo.zip": filepath.Join(strings.TrimSpace(string(goroot)), "lib", "time", "zoneinfo.zip"),
	}
	for line := range strings.Lines(stage) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#", "VOLUME", "EXPOSE":
		case "ENV":
			im.env = append(im.env, strings.Fields(rest)...)
		case "USER":
			id := regexp.MustCompile(`^(\d+):(\d+)$`).FindStringSubmatch(rest)
			if id == nil || id[1] == "0" {
				t.Fatalf("USER %s", rest)
			}
			im.user = syscall.Credential{Uid: number(t, id[1]), Gid: number(t, id[2])}
		case "ENTRYPOINT", "CMD", "HEALTHCHECK":
			var list []string
			if err := json.Unmarshal([]byte(rest[strings.Index(rest, "["):]), &list); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			im.command[word] = list
		case "COPY":
			im.copy(t, strings.Fields(rest), sources)
		default:
			t.Fatalf("%q is not known to this test", word)
		}
	}
	return im
}

func number(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// copy carries out COPY, of which source and target come last.
func (im *image) copy(t *testing.T, args []string, sources map[string]string) {
	t.Helper()
	from, to := args[len(args)-2], filepath.Join(im.root, args[len(args)-1])
	mode, owner := os.FileMode(0o755), uint32(0)
	for _, arg := range args[:len(args)-2] {
		if text, ok := strings.CutPrefix(arg, "--chmod="); ok {
			bits, err := strconv.ParseUint(text, 8, 32)
			if err != nil {
				t.Fatal(err)
			}
			mode = os.FileMode(bits & 0o777)
		}
		if text, ok := strings.CutPrefix(arg, "--chown="); ok {
			text, _, _ = strings.Cut(text, ":")
			owner = number(t, text)
		}
	}
	if from == "/empty" {
		if err := os.MkdirAll(to, mode); err != nil {
			t.Fatal(err)
		}
	} else {
		data, err := os.ReadFile(sources[from])
		if err != nil {
			t.Skip(err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(to, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(to, int(owner), int(owner)); err != nil {
		t.Skip("only root can give files away:", err)
	}
}

// run prepares a command in the image, as its user.
func (im *image) run(args ...string) *exec.Cmd {
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: "/", Env: append([]string{asProcess + "=1"}, im.env...)}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: im.root, Credential: &im.user, Setpgid: true}
	return cmd
}

// deploy/Containerfile makes an image whose program makes keys, serves, and says that it is
// well: tried in an empty folder as root of the file system, as its user. The test must be
// linked statically, as the program is.
func TestContainer(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can change the root of the file system")
	}
	program, err := elf.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if program.Section(".interp") != nil {
		t.Skip("the test is linked dynamically: run it with CGO_ENABLED=0")
	}
	im := readImage(t)
	address := papertest.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	at := func(args []string) []string {
		return strings.Split(strings.ReplaceAll(strings.Join(args, "\n"), ":8080", ":"+port), "\n")
	}
	serve := at(append(im.command["ENTRYPOINT"], im.command["CMD"]...))
	if out, err := im.run(serve...).CombinedOutput(); err == nil || !strings.Contains(string(out), "make one with exemplar key create") {
		t.Fatalf("without a key: %v: %s", err, out)
	}
	key, err := im.run(append(im.command["ENTRYPOINT"], "key", "create", "--role", "admin", "Anna")...).Output()
	if err != nil {
		t.Fatalf("key create: %v: %s", err, key)
	}
	server := im.run(serve...)
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Process.Kill()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		out, err := im.run(at(im.command["HEALTHCHECK"])...).CombinedOutput()
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the health check: %v: %s; the server said %s", err, out, log.String())
		}
	}
	for _, c := range []struct{ path, body string }{
		{"collections", `{"name": "mailroom", "keep_pictures": "all"}`},
		{"collections/mailroom/classify", string(scanned(examples()[3], 0))},
	} {
		r, err := http.NewRequest("POST", "http://"+address+"/api/v1/"+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(key)))
		r.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/octet-stream"}[c.path == "collections"])
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode >= 300 {
			t.Errorf("%s: %s: %s", c.path, answer.Status, said)
		}
	}
	server.Process.Signal(syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Errorf("the end: %v: %s", err, log.String())
	}
}
