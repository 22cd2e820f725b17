package sdnotify

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000000")
	t.Setenv("WATCHDOG_PID", "1") // another process
	n := FromEnvironment()
	if n.Watchdog != 0 || os.Getenv("NOTIFY_SOCKET") != "" {
		t.Errorf("the watchdog of another process: %v; children are told %q", n.Watchdog, os.Getenv("NOTIFY_SOCKET"))
	}
	if err := n.Send("READY=1", "STATUS=x"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 100)
	socket.SetReadDeadline(time.Now().Add(time.Minute))
	size, err := socket.Read(got)
	if err != nil || string(got[:size]) != "READY=1\nSTATUS=x" {
		t.Errorf("%q, %v", got[:size], err)
	}
	t.Setenv("WATCHDOG_USEC", "3000000")
	os.Unsetenv("WATCHDOG_PID")
	if n := FromEnvironment(); n.Watchdog != 3*time.Second || n.Send("READY=1") != nil {
		t.Errorf("without a socket: %+v", n)
	}
}
