// Package pgtest starts PostgreSQL servers for tests, from the programs that are
// installed on the machine.
//
//	url := pgtest.Database(t)           // an empty database of a server that all tests share
//	server := pgtest.Start(t)           // a server of its own, to be stopped and started
//
// A server listens on a Unix socket in a temporary folder, and ends with the process of
// the test, however that ends. A test is skipped where PostgreSQL is not installed, and
// fails there if EXEMPLAR_REQUIRE_POSTGRES is set, as in CI.
package pgtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Server is a running server.
type Server struct {
	folder string // has the socket and, in data, the cluster
	bin    string // folder of the server's programs
	keeper io.Closer
	ended  chan error
}

// databases counts the databases of all servers.
var databases atomic.Int64

// shared is the server of Database. It ends with the process.
var shared = sync.OnceValues(func() (*Server, error) { return start(os.TempDir()) })

// Database makes an empty database on a server that all tests of the process share, and
// returns its address.
func Database(t testing.TB) string {
	t.Helper()
	bin(t)
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s.Database(t)
}

// Start starts a server, which ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	bin(t)
	s, err := start(os.TempDir()) // a test's own folder may have too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.keeper.Close()
		<-s.ended
		os.RemoveAll(s.folder) // of a server that is stopped
	})
	return s
}

// bin returns the folder of the server's programs, and skips the test if there is none.
func bin(t testing.TB) string {
	t.Helper()
	folder, err := programs()
	if err == nil {
		return folder
	}
	if os.Getenv("EXEMPLAR_REQUIRE_POSTGRES") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// programs finds the folder of the server's programs: of the latest version in Debian's
// place, or on the PATH.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { // by length first: 9.6 is before 15
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", fmt.Errorf("PostgreSQL is not installed: apt-get install postgresql")
}

// script keeps a server for as long as its standard input is open: the pipe closes when
// the process of the test ends. Nothing is synchronised with the disk, which is for
// servers that outlive their machine.
const script = `set -e
cd "$1"; umask 077
if [ ! -d data ]; then
  "$2/initdb" --pgdata data --username postgres --auth trust --encoding UTF8 --locale C --no-sync --data-checksums >log 2>&1 || { cat log >&2; exit 1; }
  printf 'local all locked scram-sha-256\nlocal all all trust\n' >data/pg_hba.conf
fi
"$2/postgres" -D data -c listen_addresses= -c unix_socket_directories="$1" -c fsync=off -c full_page_writes=off -c shared_buffers=32MB \
  -c max_connections=60 -c autovacuum_naptime=600 -c log_min_messages=fatal </dev/null >>log 2>&1 &
server=$!
cat >/dev/null
kill -INT $server 2>/dev/null || true
wait $server || true
[ -e keep ] || rm -rf "$1"
`

func start(under string) (*Server, error) {
	folder, err := os.MkdirTemp(under, "pgtest-")
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder}
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	if err := ownedByServer(folder); err != nil {
		return nil, err
	}
	return s, s.run()
}

// run starts the server, and waits until it answers.
func (s *Server) run() error {
	cmd := exec.Command("sh", "-c", script, "pgtest", s.folder, s.bin)
	asServer(cmd) // it refuses to run as root
	var said strings.Builder
	cmd.Stderr = &said
	keeper, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.keeper, s.ended = keeper, make(chan error, 1)
	go func() { s.ended <- cmd.Wait() }()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-s.ended:
			return fmt.Errorf("start PostgreSQL: %w: %s", err, said.String())
		default:
		}
		if _, err := os.Stat(filepath.Join(s.folder, socket)); err == nil && s.psql("postgres", "SELECT 1") == nil {
			return nil
		}
		if time.Now().After(deadline) {
			keeper.Close()
			return fmt.Errorf("start PostgreSQL: no answer within five minutes: %s", said.String())
		}
	}
}

// psql runs an SQL command.
func (s *Server) psql(database, command string) error {
	out, err := exec.Command(filepath.Join(s.bin, "psql"), "-h", s.folder, "-U", "postgres", "-d", database, "-q", "-X", "-v", "ON_ERROR_STOP=1", "-c", command).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// Run runs an SQL command as the superuser.
func (s *Server) Run(t testing.TB, database, command string) {
	t.Helper()
	if err := s.psql(database, command); err != nil {
		t.Fatal(err)
	}
}

// Database makes an empty database and returns its address.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	s.Run(t, "postgres", "CREATE DATABASE "+name)
	return s.Address("postgres", name)
}

// Address is the address of a database for a user.
func (s *Server) Address(user, database string) string {
	return "postgres://" + user + "@/" + database + "?host=" + s.folder
}

// Folder is the folder of the cluster.
func (s *Server) Folder() string { return filepath.Join(s.folder, "data") }

// Stop stops the server, which ends all connections.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	keep := filepath.Join(s.folder, "keep")
	if err := os.WriteFile(keep, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.keeper.Close()
	<-s.ended
	if err := os.Remove(keep); err != nil {
		t.Fatal(err)
	}
	s.ended <- nil // it has ended
}

// Continue starts a stopped server.
func (s *Server) Continue(t testing.TB) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}
