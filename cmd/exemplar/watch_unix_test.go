//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"exemplar/internal/synthdoc"
)

// TestWatch sorts what comes, and ends by a signal when what it has in hand is done.
func TestWatch(t *testing.T) {
	s := newSession(t)
	s.registered()
	label := synthdoc.Examples()[2].Label
	inbox, to := filepath.Join(s.folder, "inbox"), filepath.Join(s.folder, "sorted")
	if err := os.Mkdir(inbox, 0o755); err != nil {
		t.Fatal(err)
	}
	letter := s.write("inbox/letter.docx", []byte("words")) // no picture by its name, and left, as by sort
	s.write("inbox/broken.png", []byte("words"))
	want := []string{"_failed/broken.png", "_failed/broken.png.txt"}
	for try := 1; ; try++ {
		c := s.command("watch", inbox, "--to", to, "--every", "100ms").start()
		name := fmt.Sprintf("%d.jpg", try)
		s.write("inbox/"+name, documentFiles()[label])
		want = append(want, label+"/"+name)
		slices.Sort(want)
		for range 12_000 {
			if _, err := os.Stat(to); err == nil && len(placed(t, to)) == len(want) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if got := placed(t, to); !slices.Equal(got, want) {
			t.Errorf("there are %q, want %q", got, want)
		}
		began := time.Now()
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		c.ends()
		took := time.Since(began)
		if said := c.err.String(); strings.Count(said, "letter.docx is left where it is: it is no picture, PDF, archive or mail by its name") != 1 {
			t.Errorf("it says %q", said)
		}
		if _, err := os.Stat(letter); err != nil {
			t.Error(err)
		}
		if took <= soon || try == 5 { // else the machine may have been busy for a moment
			s.wantEnded(t, c, took, syscall.SIGTERM, 0)
			return
		}
	}
}
