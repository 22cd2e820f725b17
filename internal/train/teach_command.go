package train

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strings"
	"time"
)

// handshake is the first line that a teacher's command writes.
type handshake struct {
	Teacher string `json:"teacher"`
	Side    int    `json:"side"`
	Dim     int    `json:"dim"`
}

// Limits of what a command may ask for.
const (
	maxHandshake  = 4096 // bytes
	maxTeachSide  = 1024
	maxTeachDim   = 8192
	wantHandshake = `{"teacher": "name", "side": 288, "dim": 512}`
	closingPeriod = 10 * time.Second // how long a command may run after its input has ended
)

// command is a running teacher.
type command struct {
	ctx  context.Context // of the caller
	kill context.CancelFunc
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// EmbedByCommand starts a program that computes features. The program first writes one line of JSON to its standard
// output: a name, the side of its square input in pixels, and the length of a feature.
//
//	{"teacher": "sscd", "side": 288, "dim": 512}
//
// Then it answers requests until its standard input ends. A request is the number n of pictures (4 bytes, little-endian)
// and n x side x side x 3 bytes of RGB, row by row. The answer is n x dim float32, little-endian, picture by picture. What
// the program writes to standard error goes to messages.
func EmbedByCommand(ctx context.Context, args []string, messages io.Writer) (*Embedder, error) {
	own, kill := context.WithCancel(ctx)
	c := &command{ctx: ctx, kill: kill, cmd: exec.CommandContext(own, args[0], args[1:]...)}
	c.cmd.Stderr = messages
	in, err := c.cmd.StdinPipe()
	if err != nil {
		kill()
		return nil, c.wrong("cannot be started: %w", err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		kill()
		return nil, c.wrong("cannot be started: %w", err)
	}
	c.in, c.out = in, bufio.NewReaderSize(out, maxHandshake)
	c.cmd.Cancel = func() error {
		out.Close() // a child process of the command may hold the other end open
		return c.cmd.Process.Kill()
	}
	if err := c.cmd.Start(); err != nil {
		kill()
		return nil, c.wrong("cannot be started: %w", err)
	}
	hello, err := c.readHandshake()
	if err != nil {
		return nil, c.broken(err)
	}
	return &Embedder{Name: hello.Teacher, Side: hello.Side, Dim: hello.Dim, Embed: func(out []float32, pixels []byte, count int) error {
		if err := c.ask(out, pixels, count); err != nil {
			return c.broken(err)
		}
		return nil
	}, Close: c.close}, nil
}

func (c *command) wrong(format string, args ...any) error {
	return fmt.Errorf("teacher command %q "+format, append([]any{strings.Join(c.cmd.Args, " ")}, args...)...)
}

// greet reads the first line.
func (c *command) readHandshake() (hello handshake, err error) {
	line, err := c.out.ReadSlice('\n')
	if err == io.EOF && len(line) == 0 {
		return hello, io.ErrUnexpectedEOF
	}
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return hello, err
	}
	if json.Unmarshal(line, &hello) != nil {
		return hello, fmt.Errorf("began with %.60q instead of %s", line, wantHandshake)
	}
	if hello.Side < 1 || hello.Side > maxTeachSide || hello.Dim < 1 || hello.Dim > maxTeachDim {
		return hello, fmt.Errorf("asks for a side of %d pixels and features of %d values: allowed are 1 to %d and 1 to %d", hello.Side, hello.Dim, maxTeachSide, maxTeachDim)
	}
	return hello, nil
}

// ask sends pictures and reads their features. It does both at once, since the command may answer while it still reads.
func (c *command) ask(out []float32, pixels []byte, count int) error {
	sent := make(chan error, 1)
	go func() {
		_, err := c.in.Write(binary.LittleEndian.AppendUint32(nil, uint32(count)))
		if err == nil {
			_, err = c.in.Write(pixels)
		}
		sent <- err
	}()
	answer := make([]byte, 4*len(out))
	if _, err := io.ReadFull(c.out, answer); err != nil {
		return err
	}
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(answer[4*i:]))
	}
	return <-sent
}

// broken ends a command that failed and returns the reason. If the command has ended by itself, that is the reason.
func (c *command) broken(cause error) error {
	ended := errors.Is(cause, io.EOF) || errors.Is(cause, io.ErrUnexpectedEOF)
	if !ended {
		c.kill()
	}
	_, err := c.end()
	switch {
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	case ended && err != nil:
		return c.wrong("ended too early (%w): its messages say why", err)
	case ended:
		return c.wrong("ended before it had answered: it must go on until its standard input ends")
	}
	return c.wrong("%w", cause)
}

// close ends the command's input, and returns an error if the command failed or wrote more than it was asked for.
func (c *command) close() error {
	extra, err := c.end()
	switch {
	case c.ctx.Err() != nil:
		return c.ctx.Err()
	case extra > 0:
		return c.wrong("wrote %d bytes more than it was asked for: features may be in the wrong places", extra)
	case err != nil:
		return c.wrong("failed at the end (%w): its messages say why", err)
	}
	return nil
}

// end closes the command's input, waits for the command, and returns the number of surplus bytes in its output.
func (c *command) end() (extra int64, err error) {
	defer c.kill()
	late := time.AfterFunc(closingPeriod, c.kill)
	defer late.Stop()
	c.in.Close()
	extra, _ = io.Copy(io.Discard, c.out)
	return extra, c.cmd.Wait()
}
