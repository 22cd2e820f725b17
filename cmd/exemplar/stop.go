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

// grace is how long a command may take to end after a signal, before the process
// ends it: reads of pipes, folders on the network and devices cannot be called
// back. Everything that is kept is written such that being ended harms nothing.
const grace = 500 * time.Millisecond

// stopper is what is left to do when the process is ended by force.
type stopper struct {
	mu      sync.Mutex
	patient bool // the command saves what it has first, however long that takes
	next    int
	last    map[int]func()
}

type stopperKey struct{}

// stopSignal is why the context has ended.
type stopSignal struct{ syscall.Signal }

func (s stopSignal) Error() string { return "stopped by " + signalName(s.Signal) }

// stopOnSignals returns a context that ends with the first SIGINT or SIGTERM. If
// the command does not end soon after that, or a second signal comes, the process
// does. The function ends the watch.
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
	say(errOut, "exemplar: stopped by %s; what was reported as done is done\n", signalName(sig))
}

// wait reports whether the process is to be ended by force: the command was given
// its time, or a second signal came.
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

// runLast does what is left, but does not wait for it for ever.
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

// atForcedEnd has f called if the process is ended by force before the returned
// function is.
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

// bePatient gives a command that saves its work the time to do so. A second
// signal ends it at once all the same.
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

// temporaryFolder makes a folder that is removed by the returned function, or when
// the process is stopped.
func temporaryFolder(ctx context.Context, pattern string) (string, func(), error) {
	folder, err := os.MkdirTemp("", pattern)
	if err != nil {
		return "", nil, err
	}
	remove := func() { os.RemoveAll(folder) }
	forget := atForcedEnd(ctx, remove)
	return folder, func() { forget(); remove() }, nil
}
