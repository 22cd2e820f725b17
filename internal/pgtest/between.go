package pgtest

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// socket is the name of a server's socket in its folder.
const socket = ".s.PGSQL.5432"

// Between listens before the server whose socket is in a folder, and gives every
// connection of a client with one to the server to pass, in a goroutine of its own. It
// returns the folder of its own socket.
func Between(t testing.TB, server string, pass func(client, server net.Conn)) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "pg-") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(folder, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); os.RemoveAll(folder) })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("unix", filepath.Join(server, socket))
			if err != nil {
				client.Close()
				continue
			}
			go pass(client, up)
		}
	}()
	return folder
}
