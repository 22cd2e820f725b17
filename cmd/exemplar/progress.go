package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"exemplar/internal/progress"
)

// progressBar shows on a terminal how many of some things are done. It shows nothing elsewhere,
// so that files and pipes get results alone.
type progressBar struct {
	mu    sync.Mutex
	line  progress.Line
	verb  string
	total int
	done  int
	start time.Time
}

func newProgressBar(verb string, total int) *progressBar {
	b := &progressBar{verb: verb, total: total, start: time.Now()}
	b.line.Terminal, b.line.Every = true, 100*time.Millisecond
	if isTerminal(os.Stderr) && total > 1 && !noProgress.Load() {
		b.line.Out = os.Stderr
	}
	return b
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
func (b *progressBar) step(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += n
	b.line.Show(func() string {
		const width = 24
		filled := width * min(b.done, b.total) / b.total
		return fmt.Sprintf("%s [%s%s] %d/%d, %s left ", plain(b.verb), strings.Repeat("=", filled), strings.Repeat(" ", width-filled),
			b.done, b.total, progress.Left(time.Since(b.start), b.done, b.total))
	})
}

// clear removes the line, to print something else in its place.
func (b *progressBar) clear() { b.line.Clear() }
