package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal. It returns the side of the user and the side of the
// program.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip("no terminals here:", err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

func TestWhatIsATerminal(t *testing.T) {
	_, program := terminal(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if !isTerminal(program) || isTerminal(null) || isTerminal(file) {
		t.Errorf("terminal %v, %s %v, file %v", isTerminal(program), os.DevNull, isTerminal(null), isTerminal(file))
	}
}

// On a terminal the removal of a label lists the references, and asks.
func TestRemovingALabelAsks(t *testing.T) {
	for answer, want := range map[string]struct {
		code int
		left int
	}{"y\n": {0, 2}, "YES\n": {0, 2}, "n\n": {exitFailed, 3}, "\n": {exitFailed, 3}, "\x04": {exitFailed, 3}} {
		s := newSession(t)
		s.registered()
		label := examples()[3].Label
		person, program := terminal(t)
		p := s.command("gallery", "remove", "--label", label)
		p.Stdin, p.Stderr = program, program
		p.start()
		asked := make(chan string, 1)
		go func() {
			said, _ := bufio.NewReader(person).ReadString('?')
			asked <- said
			person.WriteString(answer)
		}()
		code := p.ends()
		select {
		case said := <-asked:
			if !strings.Contains(said, label) || !strings.Contains(said, "Remove 1 reference?") {
				t.Errorf("asked %q", said)
			}
		case <-time.After(time.Minute):
			t.Error("nothing was asked")
		}
		if code != want.code {
			t.Errorf("%q: exit code %d, want %d: %s", answer, code, want.code, p.out.String())
		}
		if out, _ := s.inGallery(0, "gallery", "list"); strings.Count(out, "\n") != want.left {
			t.Errorf("%q: %d are left, want %d", answer, strings.Count(out, "\n"), want.left)
		}
	}
}
