package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/fileio"
)

// run is one measured network. The figures of all are kept in a file, because a network is large and its folder gets lost.
type run struct {
	name    string // a rung, a candidate, referenceName or insideName
	seed    uint64 // 0: of a candidate, which has none that matters
	recipe  string // recipeMark of the rung's recipe; "" of what is no rung
	bundle  string // fingerprint of the network
	figures map[question]measured
}

// complete says whether all questions were asked. Of a few networks that are gone no more is known than what an earlier
// page printed: reporting, rounded, and of two seeds their mean, which stands at both.
func (r run) complete() bool { return len(r.figures) == len(questions) }

// question is which figure of each target is asked for.
type question struct {
	classes half
	rate    strictness
}

// What is asked of every network.
var (
	choosing  = question{oddClasses, strict}
	reporting = question{evenClasses, strict}
	reportAt2 = question{evenClasses, loose}
	overall   = question{allClasses, strict}
	questions = []question{choosing, reporting, reportAt2, overall}
)

const keptName = "ladder.csv"

// keptHead are the columns before those of the sets.
var keptHead = []string{"run", "seed", "recipe", "bundle", "classes", "fmr"}

func keptColumns() []string {
	columns := slices.Clone(keptHead)
	for _, t := range targets {
		columns = append(columns, t.set)
	}
	return columns
}

// readRuns reads the figures that are kept; none where there is no file.
func readRuns(path string) ([]run, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	if len(lines) == 0 || !slices.Equal(lines[0], keptColumns()) {
		return nil, fmt.Errorf("%q: its columns are not %s: measure the networks anew, into a new file", path, strings.Join(keptColumns(), ","))
	}
	var runs []run
	for i, line := range lines[1:] {
		r, q, m, err := parseKept(line)
		if err != nil {
			return nil, fmt.Errorf("%q, line %d: %w", path, i+2, err)
		}
		at := slices.IndexFunc(runs, func(x run) bool { return x.name == r.name && x.seed == r.seed })
		if at < 0 {
			at, runs = len(runs), append(runs, r)
		}
		if runs[at].bundle != r.bundle || runs[at].recipe != r.recipe || runs[at].figures[q] != nil {
			return nil, fmt.Errorf("%q, line %d: %s, seed %d is there twice", path, i+2, r.name, r.seed)
		}
		runs[at].figures[q] = m
	}
	for _, r := range runs {
		if r.figures[reporting] == nil || r.bundle != "" && !r.complete() {
			return nil, fmt.Errorf("%q: %s, seed %d has %d lines of %d", path, r.name, r.seed, len(r.figures), len(questions))
		}
	}
	return runs, nil
}

func parseKept(line []string) (r run, q question, m measured, err error) {
	r = run{name: line[0], recipe: line[2], bundle: line[3], figures: map[question]measured{}}
	if line[1] != "" {
		if r.seed, err = strconv.ParseUint(line[1], 10, 64); err != nil {
			return r, q, nil, fmt.Errorf("seed %q is not a whole number", line[1])
		}
	}
	at := slices.IndexFunc(questions, func(q question) bool { return q.classes.String() == line[4] && q.rate.String() == line[5] })
	if at < 0 {
		return r, q, nil, fmt.Errorf("nobody asks for %s classes at %s", line[4], line[5])
	}
	for _, text := range line[len(keptHead):] {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return r, q, nil, fmt.Errorf("figure %q is not between 0 and 1", text)
		}
		m = append(m, v)
	}
	return r, questions[at], m, nil
}

// writeRuns keeps the figures: the reference network, the rungs in their order, then candidates in the order in which they
// were measured.
func writeRuns(path string, runs []run) error {
	runs = slices.Clone(runs)
	place := func(r run) int { return slices.Index(append([]string{referenceName, insideName}, names()...), r.name) }
	slices.SortStableFunc(runs, func(a, b run) int {
		i, j := place(a), place(b)
		switch {
		case i < 0 && j < 0:
			return 0
		case i < 0 || j < 0:
			return j - i // what is no rung comes last
		case i != j:
			return i - j
		}
		return int(a.seed) - int(b.seed)
	})
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(keptColumns()) // into memory: Flush and the writing of the file tell of errors
	for _, r := range runs {
		for _, q := range questions {
			if r.figures[q] != nil {
				w.Write(keptLine(r, q))
			}
		}
	}
	w.Flush()
	return fileio.WriteBytes(path, fileio.Public, b.Bytes())
}

func keptLine(r run, q question) []string {
	seed := ""
	if r.seed > 0 {
		seed = strconv.FormatUint(r.seed, 10)
	}
	line := []string{r.name, seed, r.recipe, r.bundle, q.classes.String(), q.rate.String()}
	for _, v := range r.figures[q] {
		line = append(line, strconv.FormatFloat(v, 'f', 6, 64))
	}
	return line
}

// replace puts a run in the place of an earlier one of its name and seed. Where only a page knows two seeds of its name,
// it takes the place of both: each of them is their mean.
func replace(runs []run, r run) []run {
	var out []run
	printed := 0
	for _, x := range runs {
		if x.name == r.name && !x.complete() {
			printed++
		}
	}
	placed := false
	for _, x := range runs {
		switch {
		case x.name == r.name && x.seed == r.seed:
			out, placed = append(out, r), true
		case x.name != r.name || x.complete() || printed == 1:
			out = append(out, x)
		}
	}
	if !placed {
		out = append(out, r)
	}
	return out
}

func find(runs []run, name string, seed uint64) (run, bool) {
	for _, r := range runs {
		if r.name == name && r.seed == seed {
			return r, true
		}
	}
	return run{}, false
}

func (o options) keptPath() string { return filepath.Join(o.out, keptName) }

var (
	extends = regexp.MustCompile(`(?m)^extends = "(.*)"$`)
	comment = regexp.MustCompile(`(?m)^(#.*)?\n`)
)

// recipeMark is a hash of a recipe and those that it extends, without comments that have a line of their own. Figures
// that are kept are those of the recipe as it stands now if the mark is the same.
func recipeMark(path string) (string, error) {
	h := sha256.New()
	for path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		h.Write(comment.ReplaceAll(text, nil))
		next := extends.FindSubmatch(text)
		if next == nil {
			break
		}
		path = filepath.Join(filepath.Dir(path), string(next[1]))
	}
	return fmt.Sprintf("%.6x", h.Sum(nil)), nil
}

func (o options) recipeMark(name string) (string, error) {
	return recipeMark(filepath.Join(o.recipes, name+".toml"))
}
