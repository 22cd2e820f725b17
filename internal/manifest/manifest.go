// Package manifest reads lists of files: a path on each line, a table (CSV) or lines of
// JSON.
//
//	for path, err := range manifest.Paths(r, manifest.KindOf("files.csv")) { ... }
//
// A table has a heading with a column named path or file; without such a heading its first
// column has the paths. A line of JSON is a string, or an object with a field path or file.
// Empty lines are passed over, and so are lines of a plain list that begin with #.
package manifest

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the form of a list.
type Kind int

// The forms.
const (
	Lines Kind = iota
	CSV
	JSONL
)

// KindOf tells the form of a list by the ending of its name.
func KindOf(name string) Kind {
	switch strings.ToLower(path.Ext(strings.ReplaceAll(name, `\`, "/"))) {
	case ".csv":
		return CSV
	case ".jsonl", ".ndjson", ".json":
		return JSONL
	}
	return Lines
}

// longest is how long a line may be, in bytes: systems have no longer paths, and a line of
// a table or of JSON has other things beside it.
const longest = 64 << 10

// names are those of the column or field that has the path.
var names = []string{"path", "file"}

// BadPath is the error of a path that is no text in UTF-8. The list goes on after it.
type BadPath struct {
	Line int
	Text string // with marks in place of what is no text
}

// Name stands for the path, and is text.
func (e *BadPath) Name() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// BadNamed is the path that a [BadPath.Name] stands for; nil if the text is no such name.
func BadNamed(name string) *BadPath {
	number, text, _ := strings.Cut(strings.TrimPrefix(name, "line "), ": ")
	line, err := strconv.Atoi(number)
	if bad := (&BadPath{line, text}); err == nil && bad.Name() == name {
		return bad
	}
	return nil
}

// Reason says what is wrong with it.
func (e *BadPath) Reason() string {
	return fmt.Sprintf("the path on line %d of the list is no text in UTF-8: rename the file, or save the list as UTF-8", e.Line)
}

func (e *BadPath) Error() string { return e.Reason() }

// onLine says of an error on which line it is.
func onLine(number int, err error) error {
	var bad *BadPath
	if errors.As(err, &bad) {
		bad.Line = number
		return bad
	}
	return fmt.Errorf("line %d: %w", number, err)
}

// goesOn reports whether a list does after an error.
func goesOn(err error) bool {
	var bad *BadPath
	return errors.As(err, &bad)
}

// Paths yields the paths of a list. An error is that of the line it names, and the last
// thing yielded unless it is a [BadPath].
func Paths(r io.Reader, kind Kind) iter.Seq2[string, error] {
	in := bufio.NewReaderSize(r, longest)
	if mark, _ := in.Peek(3); string(mark) == "\uFEFF" { // as spreadsheets write it
		in.Discard(3)
	}
	if kind == CSV {
		return rows(in)
	}
	return lines(in, kind)
}

// lines yields the paths of lines.
func lines(in *bufio.Reader, kind Kind) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for number := 1; ; number++ {
			line, err := in.ReadSlice('\n')
			if errors.Is(err, bufio.ErrBufferFull) {
				yield("", fmt.Errorf("line %d is longer than %d KB: a line has one path", number, longest>>10))
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield("", err)
				return
			}
			found, fault := pathOf(string(line), kind)
			switch {
			case fault != nil:
				if !yield("", onLine(number, fault)) || !goesOn(fault) || err != nil {
					return
				}
			case found != "" && !yield(found, nil), err != nil:
				return
			}
		}
	}
}

// pathOf is the path on a line, empty if there is none.
func pathOf(line string, kind Kind) (string, error) {
	line = strings.TrimRight(line, "\r\n")
	if kind == JSONL {
		return pathOfJSON(strings.TrimSpace(line))
	}
	if strings.HasPrefix(line, "#") {
		return "", nil
	}
	return checked(line)
}

func pathOfJSON(line string) (string, error) {
	if line == "" {
		return "", nil
	}
	var value any
	if err := json.Unmarshal([]byte(line), &value); err != nil {
		return "", errors.New(`it is no JSON: want a text, or an object such as {"path": "a.jpg"}`)
	}
	if object, ok := value.(map[string]any); ok {
		for _, name := range names {
			if value = object[name]; value != nil {
				break
			}
		}
	}
	text, ok := value.(string)
	if !ok || text == "" {
		return "", errors.New(`there is no path: want a text, or an object such as {"path": "a.jpg"}`)
	}
	return checked(text)
}

// checked refuses what is no text, such as a picture that was named in place of a list.
func checked(text string) (string, error) {
	if strings.ContainsRune(text, 0) {
		return "", errors.New("it is no text in UTF-8: want a path")
	}
	if !utf8.ValidString(text) {
		return "", &BadPath{Text: strings.ToValidUTF8(text, "\ufffd")}
	}
	return text, nil
}

// rows yields the paths of a table.
func rows(in *bufio.Reader) iter.Seq2[string, error] {
	table := csv.NewReader(in)
	table.FieldsPerRecord, table.ReuseRecord, table.LazyQuotes = -1, true, true
	return func(yield func(string, error) bool) {
		column := 0
		for first := true; ; first = false {
			row, err := table.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			if first {
				if at := slices.IndexFunc(row, isName); at >= 0 {
					column = at
					continue
				}
			}
			if column >= len(row) || row[column] == "" {
				continue
			}
			found, err := checked(row[column])
			if err != nil {
				line, _ := table.FieldPos(column)
				if !yield("", onLine(line, err)) || !goesOn(err) {
					return
				}
				continue
			}
			if !yield(found, nil) {
				return
			}
		}
	}
}

func isName(cell string) bool {
	return slices.Contains(names, strings.ToLower(strings.TrimSpace(cell)))
}
