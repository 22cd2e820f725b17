package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// grace is how long a command may take to end after a signal (by eye). Then the process
// ends it, because a read of a pipe, a network folder or a device cannot be cancelled.
// That harms no file: all are written in one step.
const grace = 500 * time.Millisecond

// stopper holds the work that is left when the process is ended by force.
type stopper struct {
	mu      sync.Mutex
	patient bool // the command saves its work first, however long that takes
	next    int
	last    map[int]func()
}

type stopperKey struct{}

// stopSignal is the cause of a context that a signal has ended.
type stopSignal struct{ syscall.Signal }

func (s stopSignal) Error() string { return "stopped by " + signalName(s.Signal) }

// stopOnSignals returns a context that ends with the first SIGINT or SIGTERM. The
// process ends if the command does not end soon after that, or if a second signal comes.
// The returned function ends the watch.
func stopOnSignals(parent context.Context, errOut io.Writer) (context.Context, func()) {
	s := &stopper{last: map[int]func(){}}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, stopperKey{}, s))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		var sig syscall.Signal
		select {
		case received := <-signals:
			sig, _ = received.(syscall.Signal)
		case <-done:
			return
		}
		cancel(stopSignal{sig})
		if s.wait(signals, done) {
			s.runLast()
			say(errOut, "\n")
			sayStopped(errOut, sig)
			os.Exit(exitSignal + int(sig))
		}
	}()
	return ctx, func() { signal.Stop(signals); close(done) }
}

// sayStopped is the last word of a command that was stopped.
func sayStopped(errOut io.Writer, sig syscall.Signal) {
	say(errOut, "exemplar: stopped by %s; all that was reported as done is saved\n", signalName(sig))
}

// wait reports whether the process must be ended by force, because the command has used
// up its time or a second signal came.
func (s *stopper) wait(signals <-chan os.Signal, done <-chan struct{}) bool {
	var timeout <-chan time.Time
	s.mu.Lock()
	if !s.patient {
		timeout = time.After(grace)
	}
	s.mu.Unlock()
	select {
	case <-done:
		return false
	case <-signals:
	case <-timeout:
	}
	return true
}

// runLast does the work that is left, within a limited time.
func (s *stopper) runLast() {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, f := range s.last {
			f()
		}
	}()
	select {
	case <-finished:
	case <-time.After(grace / 2):
	}
}

// atForcedEnd registers f for a forced end of the process, until the caller calls
// forget.
func atForcedEnd(ctx context.Context, f func()) (forget func()) {
	s, ok := ctx.Value(stopperKey{}).(*stopper)
	if !ok {
		return func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	key := s.next
	s.last[key] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.last, key)
	}
}

// bePatient gives a command that saves its work the time to do so. A second signal still
// ends it at once.
func bePatient(ctx context.Context) {
	if s, ok := ctx.Value(stopperKey{}).(*stopper); ok {
		s.mu.Lock()
		s.patient = true
		s.mu.Unlock()
	}
}

// stoppedBy returns the signal that has ended the context.
func stoppedBy(ctx context.Context) (syscall.Signal, bool) {
	var s stopSignal
	if errors.As(context.Cause(ctx), &s) {
		return s.Signal, true
	}
	return 0, false
}

func signalName(s syscall.Signal) string {
	if s == syscall.SIGTERM {
		return "SIGTERM"
	}
	return "SIGINT"
}

// temporaryFolder makes a folder. The returned function removes it, and so does a forced
// end of the process.
func temporaryFolder(ctx context.Context, pattern string) (string, func(), error) {
	folder, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", nil, err
	}
	remove := func() { os.RemoveAll(folder) }
	forget := atForcedEnd(ctx, remove)
	return folder, func() { forget(); remove() }, nil
}
