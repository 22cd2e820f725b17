package pdf

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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
	// A collection of garbage would wait for the WebAssembly, and the watch for it: there is
	// none but between pages.
	debug.SetGCPercent(-1)
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
		w.collect()
	}
}

// mostGarbage is how many bytes are left lying. A page of a scan leaves 20 MB: what catches the
// errors of a decoder copies its stack for every line. Below, collecting takes more time than
// new memory does, above it is the other way round.
const mostGarbage = 64 << 20

// collect collects garbage while the program that asked works on the page.
func (w *worker) collect() {
	taken := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(taken)
	if n := taken[0].Value.Uint64(); n-w.collected > mostGarbage {
		runtime.GC()
		w.collected = n
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
	engine    *engine
	data      []byte // of the document
	passwords []string
	doc       *rendering
	saying    sync.Mutex
	out       io.Writer
	collected uint64 // bytes that had been taken when garbage was collected last
}

func (w *worker) say(answer reply, pix []byte) error {
	w.saying.Lock()
	defer w.saying.Unlock()
	return send(w.out, answer, pix)
}

// watch ends the process if it uses more processor time than the limit, until stop is called.
// Unlike the clock, that does not depend on what else the machine does.
func (w *worker) watch(limit time.Duration) (stop func()) {
	const often = 20 * time.Millisecond
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
	return func() { close(over) }
}

// mostKept is how many bytes PDFium may take more than for the first page that it draws. It
// keeps what it has read of a document until that is closed, and WebAssembly gives back no
// memory before.
const mostKept = 64 << 20

// open opens the document, anew if it is open.
func (w *worker) open() (err error) {
	if w.doc != nil {
		w.doc.close()
	}
	w.doc, err = w.engine.open(w.data, w.passwords)
	return err
}

func (w *worker) answer(asked request, data []byte) (answer reply, pix []byte) {
	defer func() {
		if r := recover(); r != nil {
			answer, pix = reply{Fault: fmt.Sprint(r), Last: true}, nil
		}
	}()
	var err error
	w.engine.refused.Store(false)
	switch {
	case asked.Open:
		w.data, w.passwords = data, asked.Passwords
		if err = w.open(); err == nil {
			answer.Pages = w.doc.pages
		}
	case w.doc == nil:
		err = fmt.Errorf("no document is open")
	case len(asked.Cut) > 0:
		pix, err = w.doc.cut(asked.Cut)
	default:
		if w.doc.heldFirst > 0 && w.engine.held() > w.doc.heldFirst+mostKept {
			err = w.open()
		}
		if err == nil {
			answer.W, answer.H, pix, err = w.doc.page(asked.Page, asked.Side)
		}
		if w.doc != nil && w.doc.heldFirst == 0 {
			w.doc.heldFirst = w.engine.held()
		}
	}
	if err != nil {
		kind := faultOf(err)
		if kind != faultPassword && w.engine.refused.Load() {
			kind = faultMemory
		}
		return reply{Fault: err.Error(), Kind: kind, Last: isTrap(err)}, nil
	}
	return answer, pix
}
