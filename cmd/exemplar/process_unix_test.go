//go:build unix

package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"

	_ "modernc.org/sqlite"
)

func (s *session) fifo(name string) string {
	s.t.Helper()
	path := filepath.Join(s.folder, name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		s.t.Skip("no pipes here:", err)
	}
	return path
}

// soon is how long a process may take to end: a second is promised.
const soon = 2 * time.Second

// endedSoon is for a machine that is busy all the time: there it may be as long as ten others take
// that say their version.
func (s *session) endedSoon(took time.Duration) bool {
	if took <= soon {
		return true
	}
	began := time.Now()
	for range 10 {
		s.command("version").start().ends()
	}
	return took <= time.Since(began)
}

// stopped starts a process, and sends it a signal when it has come to its work: later and later,
// until it has come so far that the signal does not end it like any program. One that does not
// end soon is tried again: the machine may have been busy for a moment.
func (s *session) stopped(sig syscall.Signal, start func() *child) (p *child, took time.Duration) {
	for wait, late := 300*time.Millisecond, 0; ; {
		p = start()
		time.Sleep(wait)
		began := time.Now()
		if err := p.Process.Signal(sig); err != nil {
			p.t.Fatal(err)
		}
		p.ends()
		took = time.Since(began)
		switch {
		case p.ProcessState.Sys().(syscall.WaitStatus).Signaled() && wait <= 10*time.Second:
			wait *= 2
		case took > soon && late < 4:
			late++
		default:
			return p, took
		}
	}
}

// SIGINT and SIGTERM end the process from every state.
func TestSignalsEndEveryState(t *testing.T) {
	s := newSession(t)
	documents := s.documents()
	s.inGallery(0, "register", documents)
	pipe := s.fifo("pipe")
	for _, c := range []struct {
		name  string
		args  []string
		stdin bool // an open pipe that nothing comes through
	}{
		{"standard input", []string{"classify", "-"}, true},
		{"pipe without a writer", []string{"classify", pipe}, false},
		{"pipe without a writer, registering", []string{"register", "--label", "x", pipe}, false},
		{"embedding a pipe", []string{"embed", "--npy", filepath.Join(s.folder, "x.npy"), pipe}, false},
		{"reading a model from a pipe", []string{"classify", "--model", pipe, documents}, false},
		{"drawing", []string{"draw", filepath.Join(s.folder, "drawn"), "--count", "5000", "--siblings"}, false},
		{"demo", []string{"demo"}, false},
		{"bench", []string{"bench"}, false},
	} {
		for sig, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
			t.Run(c.name+"/"+signalName(sig), func(t *testing.T) {
				t.Parallel()
				p, took := s.stopped(sig, func() *child {
					p := s.command(c.args...)
					if c.stdin {
						if _, err := p.StdinPipe(); err != nil {
							t.Fatal(err)
						}
					}
					return p.start()
				})
				s.wantEnded(t, p, took, sig, code)
			})
		}
	}
}

// wantEnded requires of a process that a signal has ended that it ended soon, with the code.
func (s *session) wantEnded(t *testing.T, c *child, took time.Duration, sig syscall.Signal, code int) {
	t.Helper()
	if got := c.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d\n%s", got, code, c.err.String())
	}
	if !s.endedSoon(took) {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(c.err.String(), "stopped by "+signalName(sig)) {
		t.Errorf("said %q", c.err.String())
	}
}

// A signal also ends the wait for another process that writes.
func TestSignalEndsTheWaitForALock(t *testing.T) {
	s := newSession(t)
	s.registered()
	db, err := sql.Open("sqlite", s.gallery)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	p, took := s.stopped(syscall.SIGINT, func() *child { return s.command("gallery", "rename", "card", "id").start() })
	s.wantEnded(t, p, took, syscall.SIGINT, 130)
}

// Pictures that take long to read, several at a time.
func TestSignalEndsWorkOnBigPictures(t *testing.T) {
	s := newSession(t)
	s.registered()
	photo := capturesim.Scene(synthdoc.Draw(examples()[3].Document), nil, capturesim.Everyday(), 1).Image
	side := 5000
	if papertest.UnderRace {
		side = 2000
	}
	big := s.write("big/0.jpg", imaging.EncodeJPEG(imaging.Resize(photo, side, side*3/4), 90))
	for i := range 200 {
		if err := os.Link(big, filepath.Join(s.folder, "big", strings.Repeat("x", 1+i)+".jpg")); err != nil {
			t.Skip(err)
		}
	}
	for _, verb := range [][]string{{"classify"}, {"register", "--label", "big"}, {"embed", "--npy", filepath.Join(s.folder, "x.npy")}} {
		p, took := s.stopped(syscall.SIGTERM, func() *child { return s.command(append(verb, filepath.Join(s.folder, "big"))...).start() })
		s.wantEnded(t, p, took, syscall.SIGTERM, 143)
	}
}

// The second signal does not wait for the work that the first one allows.
func TestTwoSignalsKillAtOnce(t *testing.T) {
	s := newSession(t)
	s.registered()
	pipe, fastest, wait := s.fifo("pipe"), time.Hour, 300*time.Millisecond
	for try := 0; try < 10 && fastest >= grace; try++ {
		p := s.command("classify", pipe).start()
		time.Sleep(wait)
		began := time.Now()
		p.Process.Signal(syscall.SIGINT)
		time.Sleep(20 * time.Millisecond) // two at once are one
		p.Process.Signal(syscall.SIGINT)
		code := p.ends()
		if p.ProcessState.Sys().(syscall.WaitStatus).Signaled() && wait < 10*time.Second { // it had not come to its work
			wait *= 2
			continue
		}
		if code != 130 {
			t.Fatalf("exit code %d", code)
		}
		fastest = min(fastest, time.Since(began))
	}
	if fastest >= grace {
		t.Errorf("it took %v", fastest)
	}
}

// A stopped register reports exactly the content of the gallery.
func TestStoppedRegisterSaysWhatIsThere(t *testing.T) {
	s := newSession(t)
	for i := range 2 * registerBatch {
		picture := synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: uint64(i + 1), Content: 1, Size: 160})
		s.write("many/"+strings.Repeat("i", i+1)+"/a.jpg", imaging.EncodeJPEG(picture, 80))
	}
	// It waits for the last one for ever: it does not end before the signal.
	p := s.command("register", "--json", "--labels-from", "name", filepath.Join(s.folder, "many"), s.fifo("pipe"))
	p.Stdout = nil
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.start()
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.Process.Signal(syscall.SIGINT)
	var rest bytes.Buffer
	rest.ReadFrom(lines)
	if code := p.ends(); code != 130 {
		t.Fatalf("exit code %d: %s", code, p.err.String())
	}
	reported := 1 + strings.Count(rest.String(), "\n")
	if !strings.Contains(p.err.String(), "stopped after ") || !strings.Contains(p.err.String(), " registered, ") {
		t.Errorf("said %q", p.err.String())
	}
	there, _ := s.inGallery(0, "gallery", "list", "--json")
	if n := strings.Count(there, "\n"); n < reported || reported < registerBatch {
		t.Errorf("%d were reported, %d are there", reported, n)
	}
	s.inGallery(0, "register", "--labels-from", "name", filepath.Join(s.folder, "many"))
	if there, _ := s.inGallery(0, "gallery", "list", "--json"); strings.Count(there, "\n") != 2*registerBatch {
		t.Errorf("%d are there after it went on", strings.Count(there, "\n"))
	}
}

// Pipes and devices in folders are not opened, and said to be no files. A folder of
// kinds that are not read is no failure; such a file that is named is refused.
func TestFoldersPassOverWhatIsNoPicture(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	s.registered()
	s.write("in/good.jpg", scanned(examples()[3], 0))
	s.fifo("in/pipe.jpg")
	folder := filepath.Join(s.folder, "in")
	for kind, head := range map[string]string{"cr3": "\x00\x00\x00\x18ftypcrx ", "avif": "\x00\x00\x00\x18ftypavif"} {
		named := s.write("in/a."+kind, []byte(head))
		out, said := s.inGallery(0, "classify", folder)
		if strings.Count(out, "\n") != 1 || !strings.Contains(said, "1 "+strings.ToUpper(kind)) || !strings.Contains(said, "1 not files") {
			t.Errorf("%s: said %q, %q", kind, out, said)
		}
		if out, _ := s.inGallery(exitPartly, "classify", named, filepath.Join(folder, "good.jpg")); strings.Count(out, "refused") != 1 {
			t.Errorf("%s: named: said %q", kind, out)
		}
	}
}
