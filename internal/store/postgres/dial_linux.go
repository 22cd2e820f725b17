package postgres

import "syscall"

// userTimeout is the option of TCP that limits the time without an answer to what was
// sent (RFC 5482; linux/tcp.h). Keepalives do not, and the system's own limit is a quarter
// of an hour.
const userTimeout = 18

// limitUnanswered gives a connection up half a minute after what was sent had no answer.
// Unix sockets do not have the option, and need none.
func limitUnanswered(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) { failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, 30_000) })
	if err != nil {
		return err
	}
	return failed
}
