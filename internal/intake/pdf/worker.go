package pdf

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"exemplar/internal/cputime"
)

const (
	// workerVariable is set in the environment of a child: to the folder of its cache.
	workerVariable = "EXEMPLAR_PDF_WORKER"
	// workerName is the name under which a child is started, so that the variable alone, which
	// a stranger may set, makes none.
	workerName = "exemplar-pdf"
)

// A process with the name and the variable is a child and nothing else: it works for the
// program that started it until that closes its input, and never comes to main. So every
// program that contains this package can draw PDFs, tests too, and none has to know of it.
func init() {
	folder, isChild := os.LookupEnv(workerVariable)
	if !isChild || len(os.Args) != 1 || os.Args[0] != workerName {
		return
	}
	signal.Ignore(os.Interrupt) // Ctrl-C is sent to both; the program decides what ends
	if err := work(os.Stdin, os.Stdout, folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// work answers requests until there are no more, or PDFium is harmed.
func work(in io.Reader, out io.Writer, folder string) error {
	runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))) // one draws, one watches
	in = untilClosed(in)
	made, err := newEngine(folder)
	if err != nil {
		return err
	}
	if err := send(out, reply{Ready: true}, nil); err != nil {
		return err
	}
	w := worker{engine: made, out: out}
	requests := bufio.NewReader(in)
	for {
		var asked request
		data, err := receive(requests, &asked, mostBytes)
		if err != nil {
			return err
		}
		stop := w.watch(asked.Limit)
		answer, pix := w.answer(asked, data)
		stop()
		if err := w.say(answer, pix); err != nil || answer.Last {
			return err
		}
	}
}

// untilClosed passes on what a pipe brings, and ends the process as soon as the other end is
// closed, whatever is being drawn: the program that asked may have been killed.
func untilClosed(in io.Reader) io.Reader {
	out, bring := io.Pipe()
	go func() {
		if _, err := io.Copy(bring, in); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(0)
	}()
	return out
}

// worker draws the pages of one document after the other.
type worker struct {
	engine *engine
	doc    *rendering
	saying sync.Mutex
	out    io.Writer
}

func (w *worker) say(answer reply, pix []byte) error {
	w.saying.Lock()
	defer w.saying.Unlock()
	return send(w.out, answer, pix)
}

// watch ends the process if it uses more processor time than the limit, until stop is called.
// Unlike the clock, that does not depend on what else the machine does. No collection of
// garbage may begin meanwhile: it would wait for the WebAssembly, and the watch for it.
func (w *worker) watch(limit time.Duration) (stop func()) {
	const often = 20 * time.Millisecond
	percent := debug.SetGCPercent(-1)
	begun, over := cputime.Used(), make(chan struct{})
	go func() {
		ticks := time.NewTicker(often)
		defer ticks.Stop()
		for {
			select {
			case <-over:
				return
			case <-ticks.C:
				if cputime.Used()-begun > limit {
					_ = w.say(reply{Kind: faultTime, Fault: "out of time", Last: true}, nil)
					os.Exit(0)
				}
			}
		}
	}()
	return func() {
		close(over)
		debug.SetGCPercent(percent)
	}
}

func (w *worker) answer(asked request, data []byte) (answer reply, pix []byte) {
	defer func() {
		if r := recover(); r != nil {
			answer, pix = reply{Fault: fmt.Sprint(r), Last: true}, nil
		}
	}()
	var err error
	switch {
	case asked.Open:
		if w.doc != nil {
			w.doc.close()
		}
		if w.doc, err = w.engine.open(data, asked.Passwords); err == nil {
			answer.Pages = w.doc.pages
		}
	case w.doc == nil:
		err = fmt.Errorf("no document is open")
	case len(asked.Cut) > 0:
		pix, err = w.doc.cut(asked.Cut)
	default:
		answer.W, answer.H, pix, err = w.doc.page(asked.Page, asked.Side)
	}
	if err != nil {
		return reply{Fault: err.Error(), Kind: faultOf(err), Last: isTrap(err)}, nil
	}
	return answer, pix
}
