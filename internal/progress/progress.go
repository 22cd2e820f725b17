// Package progress shows a person how far a long computation is: on a terminal in
// one line that it rewrites, elsewhere in a line now and then. Commands and
// trainings say in it what they do.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Line shows the newest state of a computation. Without Out it shows nothing. It
// may be used by several goroutines, and must not be copied.
type Line struct {
	Out      io.Writer
	Terminal bool          // Out is a terminal, on which the line is rewritten
	Every    time.Duration // the least time between two states

	mu    sync.Mutex
	shown time.Time
	open  bool // an unfinished line is on the terminal
}

const eraseRest = "\x1b[K" // of the line: ECMA-48, EL

// Show shows a state, if the one before is older than Every.
func (l *Line) Show(state func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Out != nil && time.Since(l.shown) >= l.Every {
		l.show(state())
	}
}

// ShowNow shows a state, however young the one before is.
func (l *Line) ShowNow(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Out != nil {
		l.show(state)
	}
}

func (l *Line) show(state string) {
	l.shown = time.Now()
	if !l.Terminal {
		fmt.Fprintln(l.Out, state)
		return
	}
	fmt.Fprintf(l.Out, "\r%s%s", state, eraseRest)
	l.open = true
}

// Note writes a line that stays.
func (l *Line) Note(line string) {
	l.End()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Out != nil {
		fmt.Fprintln(l.Out, line)
	}
}

// End leaves the newest state on the terminal, and begins a new line.
func (l *Line) End() { l.leave("\n") }

// Clear removes the state from the terminal, to print something else in its place.
func (l *Line) Clear() { l.leave("\r" + eraseRest) }

func (l *Line) leave(with string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open {
		fmt.Fprint(l.Out, with)
		l.open = false
	}
}

// Left estimates how long the rest takes if it goes on as before, in whole seconds.
func Left(elapsed time.Duration, done, total int) time.Duration {
	return time.Duration(float64(elapsed) * float64(total-done) / float64(max(done, 1))).Round(time.Second)
}
