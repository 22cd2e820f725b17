//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"exemplar/internal/service"
)

// systemd hears that a server is ready when it has read the galleries, that it lives as
// often as it wants to hear it, and that it stops.
func TestSystemdIsTold(t *testing.T) {
	s := newSession(t)
	data := filepath.Join(s.folder, "service")
	made, err := service.Open(t.Context(), service.Options{Dir: data})
	if err == nil {
		_, err = made.CreateCollection(t.Context(), service.Actor{Role: service.Admin}, service.NewCollection{Name: "mailroom"})
		made.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "notify-") // a test's own folder may have too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(folder, "s"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	c := s.command("serve", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	c.Env = append(c.Env, "NOTIFY_SOCKET="+filepath.Join(folder, "s"), "WATCHDOG_USEC=100000")
	c.start()
	socket.SetReadDeadline(time.Now().Add(2 * time.Minute))
	hear := func(want string) string {
		for {
			said := make([]byte, 1000)
			n, err := socket.Read(said)
			if err != nil {
				c.Process.Kill()
				t.Fatalf("%s was not said: %v; %s", want, err, c.err.String())
			}
			if strings.Contains(string(said[:n]), want) {
				return string(said[:n])
			}
		}
	}
	if said := hear("READY=1"); !strings.Contains(said, "STATUS=0 references of 1 collection at the start, on http://127.0.0.1:") {
		t.Errorf("said %q", said)
	}
	hear("WATCHDOG=1")
	hear("WATCHDOG=1")
	c.Process.Signal(syscall.SIGTERM)
	hear("STOPPING=1")
	if code := c.ends(); code != 0 {
		t.Errorf("exit code %d: %s", code, c.err.String())
	}
}
