package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// child is a process that draws, and what leads to it.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	stderr *tail
	ended  chan struct{} // closed when the process has ended
	idle   *time.Timer
}

// startTime bounds the start of a child, with the compilation of the module: 4 seconds of a
// core, and more on a busy machine.
const startTime = 2 * time.Minute

// WhenSlow names what is called once where the first PDF takes longer than slowStart to begin,
// because the library is translated for the machine. A busy machine is slow to take it from the
// cache, too, of which nothing is said.
func WhenSlow(tell func()) { slow.Store(&tell) }

var (
	slow      atomic.Pointer[func()]
	slowStart = 2 * time.Second
	isCached  = IsWarm
)

// idleTime is how long a child waits for the next document. It holds about 50 MB.
const idleTime = 30 * time.Second

// errEnded says that a child ended instead of answering.
var errEnded = errors.New("the process that draws PDFs has ended")

// children are those that wait for work, and the right to work.
var children = struct {
	sync.Mutex
	idle  []*child
	cores *semaphore.Weighted
	first sync.Mutex // held while the module may have to be compiled
	warm  bool       // it was compiled: others find it in the cache
}{cores: semaphore.NewWeighted(mostBusy())}

// mostBusy is how many children work at a time, and wait for work at most.
func mostBusy() int64 { return int64(runtime.GOMAXPROCS(0)) }

// takeChild returns a child that waits for work, or a new one: there is one for each open
// document.
func takeChild(ctx context.Context) (*child, error) {
	for {
		children.Lock()
		n := len(children.idle)
		if n == 0 {
			children.Unlock()
			return startOne(ctx)
		}
		c := children.idle[n-1]
		children.idle = children.idle[:n-1]
		children.Unlock()
		switch {
		case !c.idle.Stop(): // it is being retired
		case c.hasEnded():
			c.kill()
		default:
			return c, nil
		}
	}
}

// startOne starts a child. The first one does so alone, so that several do not compile the
// same module at once.
func startOne(ctx context.Context) (*child, error) {
	children.first.Lock()
	if children.warm {
		children.first.Unlock()
		return startChild(ctx)
	}
	defer children.first.Unlock()
	if tell := slow.Load(); tell != nil && !isCached() {
		defer time.AfterFunc(slowStart, *tell).Stop()
	}
	c, err := startChild(ctx)
	children.warm = err == nil
	return c, err
}

// giveBack keeps a child for the next document, or ends one that is harmed or holds much.
func (c *child) giveBack(spent bool) {
	children.Lock()
	keep := !spent && !c.hasEnded() && int64(len(children.idle)) < mostBusy()
	if keep {
		c.idle = time.AfterFunc(idleTime, c.retire)
		children.idle = append(children.idle, c)
	}
	children.Unlock()
	if !keep {
		c.kill()
	}
}

// retire ends a child that has waited for too long.
func (c *child) retire() {
	children.Lock()
	children.idle = slices.DeleteFunc(children.idle, func(other *child) bool { return other == c })
	children.Unlock()
	c.kill()
}

func startChild(ctx context.Context) (*child, error) {
	program, err := self()
	if err != nil {
		return nil, fmt.Errorf("PDFs cannot be drawn: %w", err)
	}
	c := &child{cmd: &exec.Cmd{Path: program, Args: []string{workerName}}, stderr: &tail{}, ended: make(chan struct{})}
	c.cmd.Env = []string{workerVariable + "=" + CacheFolder()}
	c.cmd.Stderr = c.stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// A pipe of our own: that of exec is closed when the process ends, with what it had said.
	out, say, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.out, c.cmd.Stdout = out, say
	err = c.cmd.Start()
	say.Close()
	if err != nil {
		out.Close()
		return nil, fmt.Errorf("PDFs cannot be drawn: the program cannot start itself: %w", err)
	}
	go func() {
		_ = c.cmd.Wait()
		close(c.ended)
	}()
	ready, _, err := c.receive(ctx, startTime)
	if err == nil && !ready.Ready {
		err = errEnded
	}
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("PDFs cannot be drawn: %w%s", err, c.stderr.said())
	}
	return c, nil
}

// self is the file of this program. On Linux it is the one that runs, even if it was replaced
// or removed since.
func self() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

func (c *child) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	c.in.Close()
	<-c.ended
	if closer, ok := c.out.(io.Closer); ok {
		closer.Close()
	}
}

// clockFactor is how much longer than its limit of processor time a child may take by the
// clock: it shares its core with others, and may hang.
const clockFactor = 5

// ask sends a request and returns the answer. The child keeps to the limit, of processor time,
// itself; one that does not, or whose caller does not want to wait any longer, is killed.
func (c *child) ask(ctx context.Context, asked request, data []byte, limit time.Duration) (reply, []byte, error) {
	if err := children.cores.Acquire(ctx, 1); err != nil {
		return reply{}, nil, err
	}
	defer children.cores.Release(1)
	asked.Limit = limit
	sent := make(chan error, 1)
	go func() { sent <- send(c.in, asked, data) }() // what is killed reads no longer, which ends this
	answer, pix, err := c.receive(ctx, clockFactor*limit)
	switch {
	case err != nil:
		c.kill()
	case answer.Kind == faultTime:
		err = errTime
	}
	<-sent
	return answer, pix, err
}

func (c *child) receive(ctx context.Context, limit time.Duration) (reply, []byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })
	var answer reply
	pix, err := receive(c.out, &answer, mostBytes)
	if !stop() && ctx.Err() != nil {
		return reply{}, nil, context.Cause(ctx)
	}
	if err != nil {
		return reply{}, nil, errEnded
	}
	return answer, pix, nil
}

// errTime says that a child did not answer in time.
var errTime = errors.New("it takes too long")

// tail keeps the beginning of what a child says of its end.
type tail struct {
	sync.Mutex
	bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.Lock()
	defer t.Unlock()
	t.Buffer.Write(p[:min(len(p), max(0, 300-t.Len()))])
	return len(p), nil
}

func (t *tail) said() string {
	t.Lock()
	defer t.Unlock()
	if t.Len() == 0 {
		return ""
	}
	return ": " + string(bytes.TrimSpace(t.Bytes()))
}
