// Package sdnotify tells systemd how a service is (sd_notify(3)). It sends lines to the
// socket that systemd names, and nothing where there is none.
//
//	n := sdnotify.FromEnvironment()
//	n.Send("READY=1", "STATUS=serving")
package sdnotify

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Notifier sends to the socket of systemd. Its zero value sends nothing.
type Notifier struct {
	socket string
	// Watchdog is within what time systemd wants to hear WATCHDOG=1; 0: it does not.
	Watchdog time.Duration
}

// FromEnvironment returns the notifier that systemd asks for. It takes the variables out
// of the environment: they are not for the processes that this one starts.
func FromEnvironment() Notifier {
	n := Notifier{socket: os.Getenv("NOTIFY_SOCKET")}
	us, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := os.Getenv("WATCHDOG_PID")
	if err == nil && us > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		n.Watchdog = time.Duration(us) * time.Microsecond
	}
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		os.Unsetenv(name)
	}
	return n
}

// Send sends lines such as READY=1, as one message.
func (n Notifier) Send(lines ...string) error {
	if n.socket == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"}) // a name that begins with @ is an abstract one
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}
