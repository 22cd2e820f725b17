package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"exemplar/internal/store"
)

// fail wraps err in the sentinel of package store that it amounts to, and names the
// gallery.
func (g *Store) fail(doing string, err error) error {
	return fmt.Errorf("%s gallery %q: %w", doing, g.name, translate(err))
}

// translate wraps an error of the server or of the connection in the sentinel that it
// amounts to.
func translate(err error) error {
	if is := sentinelOf(err); is != nil {
		return fmt.Errorf("%w (%w)", is, &cause{err})
	}
	return err
}

// cause is an error of the driver in one short line: the driver names every address that
// it tried, and how.
type cause struct{ err error }

func (c *cause) Unwrap() error { return c.err }

func (c *cause) Error() string {
	var fault *pgconn.PgError
	var connecting *pgconn.ConnectError
	if errors.As(c.err, &fault) && errors.As(c.err, &connecting) {
		return fault.Message
	}
	text := c.err.Error()
	if errors.As(c.err, &connecting) {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		text = strings.TrimSpace(lines[len(lines)-1])
	}
	return text
}

// sentinelOf tells by the SQLSTATE (PostgreSQL documentation, appendix A).
func sentinelOf(err error) error {
	if err == nil || errors.Is(err, store.ErrUnavailable) {
		return nil
	}
	var fault *pgconn.PgError
	if !errors.As(err, &fault) {
		if isLost(err) {
			return store.ErrUnavailable
		}
		return nil
	}
	switch fault.Code {
	case "3D000", "3F000", "42P01": // no such database, schema, table
		return store.ErrNoGallery
	case "42501", "25006": // insufficient privilege, a server that only reads
		return store.ErrReadOnly
	case "55P03", "40001", "40P01": // lock not available, serialization failure, deadlock
		return store.ErrBusy
	case "53100":
		return store.ErrDiskFull
	case "23505", "23514", "22021", "22P05": // unique, check, characters that the database cannot hold
		return store.ErrInvalid
	case "57014": // a statement that took too long
		return store.ErrUnavailable
	}
	switch {
	case isCorrupt(err):
		return store.ErrCorrupt
	case isLost(err):
		return store.ErrUnavailable
	}
	return nil
}

// isLost reports that the connection was lost, or that none could be made. What the
// transaction did is undone then, unless it was the commit that got no answer.
func isLost(err error) bool {
	var fault *pgconn.PgError
	var connecting *pgconn.ConnectError
	if errors.As(err, &fault) {
		switch class := fault.Code[:min(2, len(fault.Code))]; {
		case fault.Code == "3D000":
			return false
		case class == "08", class == "53" && fault.Code != "53100", class == "28", fault.Code == "25P03": // connection, too many of them, who are you, too slow
			return true
		case class == "57":
			return fault.Code != "57014"
		}
		return errors.As(err, &connecting)
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	var network net.Error
	switch {
	case errors.As(err, &connecting), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return false // of the caller: see look
	case errors.As(err, &network):
		return true
	}
	return err != nil && strings.Contains(err.Error(), "conn closed") // pgconn has no sentinel for it
}

// isAgain reports that the server gave a transaction up because of others: the same
// transaction succeeds when it is tried again.
func isAgain(err error) bool {
	var fault *pgconn.PgError
	return errors.As(err, &fault) && (fault.Code == "40001" || fault.Code == "40P01")
}

// isCorrupt reports that the server could not read a page.
func isCorrupt(err error) bool {
	var fault *pgconn.PgError
	return errors.As(err, &fault) && (fault.Code == "XX001" || fault.Code == "XX002")
}

// How damage shows.
const (
	whyChecksum = "not what was written"
	whyMissing  = "missing"
	whyPages    = "in pages of the database that cannot be read"
)
