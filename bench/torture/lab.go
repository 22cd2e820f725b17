//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is the time after which a process counts as hung: a hundred times its usual
// time.
const patience = 60 * time.Second

// score counts the results of a scenario.
type score struct {
	times int
	rng   *rand.Rand

	tried, lost, hung, over int
	peak                    int64 // bytes
	said                    []string
}

// fault notes a fault of the program.
func (s *score) fault(format string, args ...any) {
	if len(s.said) < 20 {
		s.said = append(s.said, fmt.Sprintf(format, args...))
	}
}

// moreDocuments is the number of documents beyond the registered ones.
const moreDocuments = 60

// lab holds the program and the documents for it.
type lab struct {
	binary, folder string
	documents      string // references, by label
	more           string // other documents
	photos         string // one of each of documents
	gallery        string // has the documents registered; scenarios copy it
	base           map[string]reference
	answers        string // to photos, from gallery
}

// reference is a reference in the output of `gallery list --json`.
type reference struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

func newLab(binary, folder string) (*lab, error) {
	l := &lab{
		binary: binary, folder: folder,
		documents: filepath.Join(folder, "documents"), more: filepath.Join(folder, "more"),
		gallery: filepath.Join(folder, "base.db"),
	}
	l.photos = l.documents
	for _, args := range [][]string{
		{"draw", l.documents, "--count", "12", "--size", "600", "--photos", "1", "--seed", "11"},
		{"draw", l.more, "--count", strconv.Itoa(moreDocuments), "--size", "400", "--seed", "12"},
		{"register", l.documents, "--only", "*_ref.png", "--gallery", l.gallery},
	} {
		if r := l.run(args...); r.code != 0 {
			return nil, fmt.Errorf("prepare: %s", r)
		}
	}
	var err error
	if l.base, err = l.list(l.gallery); err != nil {
		return nil, err
	}
	if l.answers, err = l.classify(l.gallery); err != nil {
		return nil, err
	}
	return l, nil
}

// result says how a run of the program ended.
type result struct {
	args     []string
	code     int // -1 if it was killed
	out, err string
	took     time.Duration
	hung     bool
	peak     int64         // bytes resident
	cpu      time.Duration // with the processes that it started
}

func (r result) String() string {
	return fmt.Sprintf("exemplar %s: exit code %d after %v: %s", strings.Join(r.args, " "), r.code, r.took.Round(time.Millisecond), lastLines(r.err))
}

func lastLines(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 400 {
		text = "..." + text[len(text)-400:]
	}
	return text
}

// process is a running program.
type process struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	start    time.Time
	done     chan struct{}
}

func (l *lab) start(stdin io.Reader, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(l.binary, args...), start: time.Now(), done: make(chan struct{})}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = stdin, &p.out, &p.err
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// wait returns how the process ended. It kills a process that does not end in time.
func (p *process) wait(limit time.Duration) result {
	r := result{args: p.cmd.Args[1:]}
	select {
	case <-p.done:
	case <-time.After(limit):
		r.hung = true
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	r.code, r.out, r.err, r.took = p.cmd.ProcessState.ExitCode(), p.out.String(), p.err.String(), time.Since(p.start)
	if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = int64(usage.Maxrss) << 10
		r.cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return r
}

func (l *lab) run(args ...string) result {
	p, err := l.start(nil, args...)
	if err != nil {
		return result{args: args, code: -1, err: err.Error()}
	}
	return p.wait(patience)
}

// note counts the run of a process that must have ended by itself.
func (s *score) note(r result) result {
	s.tried++
	s.peak = max(s.peak, r.peak)
	if r.hung {
		s.hung++
		s.fault("hung: %s", r)
	}
	if strings.Contains(r.err, "goroutine ") || r.code == 2 && strings.Contains(r.err, "panic") {
		s.fault("panic: %s", r)
	}
	return r
}

// list returns the references, by id.
func (l *lab) list(gallery string) (map[string]reference, error) {
	r := l.run("gallery", "list", "--json", "--gallery", gallery)
	if r.code != 0 {
		return nil, fmt.Errorf("%s", r)
	}
	found := map[string]reference{}
	for line := range strings.Lines(r.out) {
		var ref reference
		if err := json.Unmarshal([]byte(line), &ref); err != nil {
			return nil, fmt.Errorf("gallery list --json: %w in %q", err, line)
		}
		found[ref.ID] = ref
	}
	return found, nil
}

// classify returns the answers to the photos, a line each.
func (l *lab) classify(gallery string) (string, error) {
	r := l.run("classify", "--json", "--only", "photo*", "--gallery", gallery, l.photos)
	if r.code != 0 || r.hung {
		return r.out, fmt.Errorf("%s", r)
	}
	return r.out, nil
}

// copyGallery copies the base gallery.
func (l *lab) copyGallery(name string) string {
	path := filepath.Join(l.folder, name)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(path + suffix)
		if data, err := os.ReadFile(l.gallery + suffix); err == nil {
			_ = os.WriteFile(path+suffix, data, 0o600)
		}
	}
	return path
}
