package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress draws one line on a terminal, and nothing elsewhere, so that files and pipes
// get results alone.
type progress struct {
	mu    sync.Mutex
	out   io.Writer // nil if it is no terminal
	verb  string
	total int
	done  int
	start time.Time
	drawn time.Time
}

func newProgress(verb string, total int) *progress {
	p := &progress{verb: verb, total: total, start: time.Now()}
	if isTerminal(os.Stderr) && total > 1 && !noProgress.Load() {
		p.out = os.Stderr
	}
	return p
}

// The columns of a terminal that does not tell its width, and the fewest that a line
// needs to be readable.
const (
	usualColumns  = 100
	fewestColumns = 60
)

// terminalWidth is the number of columns of the terminal that a command writes to, and 0
// if it writes to something else.
func terminalWidth(w io.Writer) int {
	if kept, ok := w.(*output); ok {
		w = kept.w
	}
	file, ok := w.(*os.File)
	if !ok || !isTerminal(file) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return usualColumns
	}
	return max(width, fewestColumns)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// step counts n more as done.
func (p *progress) step(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.out == nil || time.Since(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	const width = 24
	filled := width * min(p.done, p.total) / p.total
	rest := time.Since(p.start) * time.Duration(p.total-p.done) / time.Duration(max(p.done, 1))
	fmt.Fprintf(p.out, "\r%s [%s%s] %d/%d, %s left \x1b[K", plain(p.verb),
		strings.Repeat("=", filled), strings.Repeat(" ", width-filled), p.done, p.total, rest.Round(time.Second))
}

// clear removes the line, to print something else in its place.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
