package train

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"exemplar/internal/fileio"
)

// Entry is one line of the run's log, log.jsonl: a step, or an evaluation (with TPR set).
type Entry struct {
	Step    int                `json:"step"`
	Stage   string             `json:"stage"`
	Loss    float64            `json:"loss"`
	Parts   map[string]float64 `json:"parts,omitempty"` // each loss before its weight
	LR      float64            `json:"lr"`
	Norm    float64            `json:"gradient_norm"`
	Images  float64            `json:"images_per_second"`
	Seconds float64            `json:"seconds"`
	Figures map[string]float64 `json:"figures,omitempty"` // of an evaluation
}

// logs are the files that a run appends to. When a run is resumed, lines after its position are removed, so that a run
// that was killed leaves the same log as one that was not.
type logs struct {
	jsonl, events *os.File
	board         eventWriter
}

const logName = "log.jsonl"

// openLogs opens the logs of a run that has done the given number of steps.
func openLogs(dir string, done int) (*logs, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open logs: %w", err)
	}
	path := filepath.Join(dir, logName)
	kept, err := ReadLog(path, done)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l := &logs{}
	if err := fileio.Write(path, fileio.Public, func(w io.Writer) error { return writeEntries(w, kept) }); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if l.jsonl, err = os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	name := fmt.Sprintf("events.out.tfevents.%d.exemplar", time.Now().Unix())
	if l.events, err = os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		l.jsonl.Close()
		return nil, fmt.Errorf("open log: %w", err)
	}
	l.board = eventWriter{w: l.events, now: time.Now}
	return l, l.board.begin()
}

func writeEntries(w io.Writer, entries []Entry) error {
	enc := json.NewEncoder(w)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// add writes an entry.
func (l *logs) add(e Entry) error {
	if err := writeEntries(l.jsonl, []Entry{e}); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	scalars := map[string]float64{"train/loss": e.Loss, "train/lr": e.LR, "train/gradient_norm": e.Norm, "train/images_per_second": e.Images}
	for name, v := range e.Parts {
		scalars["loss/"+name] = v
	}
	if e.Figures != nil {
		scalars = map[string]float64{}
	}
	for name, v := range e.Figures {
		scalars["evaluate/"+name] = v
	}
	for tag, v := range scalars {
		if err := l.board.scalar(tag, e.Step, v); err != nil {
			return fmt.Errorf("write events: %w", err)
		}
	}
	return nil
}

func (l *logs) close() error { return errors.Join(l.jsonl.Close(), l.events.Close()) }

// ReadLog reads the entries of a log up to a step. It ignores an incomplete last line.
func ReadLog(path string, upTo int) ([]Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	defer f.Close()
	var entries []Entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Step <= upTo {
			entries = append(entries, e)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read log %q: %w", path, err)
	}
	return entries, nil
}
