package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
)

// results is the file of the answers of bulk. It says itself which files are done: those of
// which the last line is there.
type results struct {
	out     io.Writer
	file    *os.File // nil: standard output
	release func()
	done    map[string]bool // by path
	synced  time.Time
}

// openResults opens the file of the answers, and takes off it what a killed run left of a
// file. An empty path is standard output.
func openResults(path string, out io.Writer) (*results, error) {
	r := &results{out: out, done: map[string]bool{}}
	if path == "" || path == "/dev/stdout" {
		return r, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, fileio.Private)
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	r.file, r.out = file, file
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return r, nil // a device has nothing to go on with
	}
	if r.release, err = fileio.Only(path + ".lock"); err != nil {
		file.Close()
		return nil, fmt.Errorf("--out %q: %w: wait for it, or give each part a file of its own", path, err)
	}
	end, err := r.scan()
	if err == nil {
		err = errors.Join(file.Truncate(end), seekTo(file, end))
	}
	if err != nil {
		r.release()
		file.Close()
		return nil, fmt.Errorf("--out %q: %w", path, err)
	}
	return r, nil
}

func seekTo(file *os.File, at int64) error {
	_, err := file.Seek(at, io.SeekStart)
	return err
}

// scan reads what is there, and returns where the last file that is done ends.
func (r *results) scan() (end int64, err error) {
	in := bufio.NewReaderSize(r.file, 1<<20)
	at, bad := int64(0), 0
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // what has no end of line is cut off
			begun := min(len(line), len(lineBegins))
			if end == 0 && (bad == 1 || !bytes.HasPrefix(line, lineBegins[:begun])) {
				return 0, errNoResults
			}
			return end, nil
		}
		if err != nil {
			return 0, err
		}
		at += int64(len(line))
		var l struct {
			Path *string
			Last bool
		}
		switch fault := json.Unmarshal(line, &l); {
		case fault != nil || l.Path == nil:
			if bad == 0 {
				bad = number
			}
		case bad > 0: // no run leaves that
			return 0, fmt.Errorf("line %d is no answer: take it out, or name another file", bad)
		case l.Last:
			r.done[*l.Path] = true
			end = at
		}
	}
}

var lineBegins = []byte(`{"path":`)

var errNoResults = errors.New("it holds something else: name another file, which is made")

// syncEvery is how much is lost at most if the machine fails (by eye). If only the program
// does, nothing is.
const syncEvery = 5 * time.Second

// write adds the answers of a file in one step.
func (r *results) write(lines []byte) error {
	if _, err := r.out.Write(lines); err != nil {
		return fmt.Errorf("the answers cannot be written: %w", err)
	}
	if r.file == nil || time.Since(r.synced) < syncEvery {
		return nil
	}
	r.synced = time.Now()
	return r.sync()
}

func (r *results) sync() error {
	if r.release == nil { // a device
		return nil
	}
	return r.file.Sync()
}

func (r *results) close() error {
	if r.file == nil {
		return nil
	}
	err := errors.Join(r.sync(), r.file.Close())
	if r.release != nil {
		r.release()
	}
	return err
}
