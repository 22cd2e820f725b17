//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// promptly is the time within which a signal must end a process.
const promptly = time.Second

// signals interrupts the program in every state in which it may wait or work for long.
func signals(l *lab, s *score) {
	fifo := filepath.Join(l.folder, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		s.fault("%v", err)
		return
	}
	export := filepath.Join(l.folder, "signal.zip")
	_ = l.run("gallery", "export", export, "--gallery", l.gallery)
	states := map[string][]string{
		"standard input": {"classify", "-", "--gallery", l.gallery},
		"a FIFO":         {"classify", fifo, "--gallery", l.gallery},
		"registering":    {"register", l.more, "--gallery", l.copyGallery("signal.db")},
		"classifying":    {"classify", l.more, "--gallery", l.gallery},
		"importing":      {"gallery", "import", export, "--gallery", filepath.Join(l.folder, "signal-import.db")},
		"exporting":      {"gallery", "export", filepath.Join(l.folder, "signal-export.zip"), "--gallery", l.gallery},
		"drawing":        {"draw", filepath.Join(l.folder, "signal-draw"), "--count", "5000"},
		"evaluating":     {"eval", l.documents},
	}
	for name, args := range states {
		for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
			l.interrupt(s, name, signal, code, args)
		}
	}
}

func (l *lab) interrupt(s *score, name string, signal syscall.Signal, code int, args []string) {
	silent, stdin, err := os.Pipe()
	if err != nil {
		s.fault("%v", err)
		return
	}
	defer silent.Close()
	defer stdin.Close()
	p, err := l.start(io.Reader(silent), args...)
	if err != nil {
		s.fault("%v", err)
		return
	}
	time.Sleep(time.Duration(50+s.rng.IntN(300)) * time.Millisecond)
	select {
	case <-p.done:
		s.tried++ // it was done before
		return
	default:
	}
	sent := time.Now()
	_ = p.cmd.Process.Signal(signal)
	r := s.note(p.wait(10 * time.Second))
	if took := time.Since(sent); took > promptly {
		s.hung++
		s.fault("%s: %v until %v ended it", name, took.Round(time.Millisecond), signal)
	}
	if r.code != code && r.code != 0 { // 0: it may have finished at that moment
		s.fault("%s: %v ended it with %d, not %d: %s", name, signal, r.code, code, r)
	}
}
