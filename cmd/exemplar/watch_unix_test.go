//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
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
	c := s.command("watch", inbox, "--to", to, "--every", "100ms").start()
	s.write("inbox/a.jpg", documentFiles()[label])
	s.write("inbox/letter.docx", []byte("words"))
	want := []string{"_failed/letter.docx", "_failed/letter.docx.txt", label + "/a.jpg"}
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
	s.wantEnded(t, c, time.Since(began), syscall.SIGTERM, 0)
}
