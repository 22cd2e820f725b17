package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asProcess makes the test binary run as exemplar.
const asProcess = "EXEMPLAR_TEST_AS_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		os.Unsetenv(asProcess)
		main()
	}
	if signal.Ignored(os.Interrupt) { // as in the background of a script: what is started from here is to hear it
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	for _, variable := range []string{"EXEMPLAR_GALLERY", "EXEMPLAR_MODEL", "EXEMPLAR_FPIR"} {
		os.Unsetenv(variable)
	}
	os.Setenv("XDG_DATA_HOME", os.DevNull) // nothing of the user's own
	os.Exit(m.Run())
}

// child is exemplar as a process of its own, which is killed with the test.
type child struct {
	*exec.Cmd
	t        *testing.T
	out, err bytes.Buffer
}

func (s *session) command(args ...string) *child {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	c := &child{Cmd: exec.CommandContext(ctx, os.Args[0], args...), t: s.t}
	c.Env = append(os.Environ(), asProcess+"=1", "EXEMPLAR_GALLERY="+s.gallery)
	c.Stdout, c.Stderr = &c.out, &c.err
	s.t.Cleanup(func() {
		cancel()
		if c.ProcessState == nil && c.Process != nil {
			c.Wait()
		}
	})
	return c
}

// ends waits for the process and returns its exit code.
func (c *child) ends() int {
	c.Wait()
	return c.ProcessState.ExitCode()
}

func (c *child) start() *child {
	c.t.Helper()
	if err := c.Start(); err != nil {
		c.t.Fatal(err)
	}
	return c
}

// An error of any item ends the command, however many come after it.
func TestManyItemsWithAnErrorEnd(t *testing.T) {
	s := newSession(t)
	picture := s.write("a.jpg", scanned(examples()[3], 0))
	s.inGallery(0, "register", "--label", "x", picture)
	many := []string{"classify", "--geometry", "off"}
	for range 64 {
		many = append(many, picture)
	}
	unknown := s.write("file", nil)
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"draw where nothing can be made", []string{"draw", filepath.Join(unknown, "nope"), "--count", "40", "--size", "100"}, exitFailed},
		{"embed what is not there", append([]string{"embed", "--npy", filepath.Join(s.folder, "x.npy")}, many[3:]...), 0},
		{"classify", many, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if code := s.command(c.args...).start().ends(); code != c.want {
				t.Errorf("exit code %d, want %d", code, c.want)
			}
		})
	}
}

// Each answer is printed when it is there, in order.
func TestAnswersArePrintedAtOnce(t *testing.T) {
	s := newSession(t)
	picture := s.write("a.jpg", scanned(examples()[3], 0))
	s.inGallery(0, "register", "--label", "x", picture)
	for _, format := range []string{"", "--json", "--csv"} {
		pipe, never := make(chan string, 1), s.fifo("pipe"+format)
		c := s.command(strings.Fields("classify " + picture + " " + never + " " + picture + " " + format)...)
		c.Stdout = nil
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		c.start()
		go func() {
			var said []byte
			part := make([]byte, 4096)
			for !bytes.Contains(said, []byte("a.jpg")) {
				n, err := out.Read(part)
				if said = append(said, part[:n]...); err != nil {
					break
				}
			}
			pipe <- string(said)
		}()
		select {
		case said := <-pipe:
			if strings.Count(said, "a.jpg") != 1 {
				t.Errorf("%q: said %q", format, said)
			}
		case <-time.After(2 * time.Minute):
			t.Errorf("%q: nothing was printed while the second picture was waited for", format)
		}
		c.Process.Kill()
	}
}
