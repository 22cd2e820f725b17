package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"golang.org/x/text/width"
)

// All output goes through say or sayJSON. Names of files, labels, notes and errors about
// them are text of other people. It must neither move the cursor of a terminal nor
// reverse a line.

// say writes a line in our own words, and makes every inserted text plain. [output]
// keeps an error of writing.
func say(w io.Writer, format string, args ...any) {
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = plain(arg)
		case error:
			args[i] = plain(arg.Error())
		case fmt.Stringer:
			args[i] = plain(arg.String())
		}
	}
	fmt.Fprintf(w, format, args...)
}

// plain escapes the characters that a terminal would obey or hide: control characters,
// directional overrides, line ends, and bytes that are not UTF-8.
func plain(s string) string {
	if !strings.ContainsFunc(s, unsafe) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unsafe(r):
			quoted := fmt.Sprintf("%+q", r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

// unsafe reports whether a terminal would obey or hide a character. The two joiners are
// invisible too, but some languages need them.
func unsafe(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsGraphic(r) && r != nonJoiner && r != joiner
}

// sayJSON writes one value as one line of JSON. Characters that a terminal would
// obey are written as \u escapes, which mean the same.
func sayJSON(w io.Writer, value any) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return err
	}
	escaped := make([]byte, 0, line.Len())
	for _, r := range strings.TrimSuffix(line.String(), "\n") {
		switch {
		case !unsafe(r):
			escaped = utf8.AppendRune(escaped, r)
		case r > 0xffff:
			high, low := 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
	}
	_, err := w.Write(append(escaped, '\n'))
	return err
}

// sayJSONLines writes a line of JSON for each value.
func sayJSONLines[T any](w io.Writer, values []T) error {
	for _, v := range values {
		if err := sayJSON(w, v); err != nil {
			return err
		}
	}
	return nil
}

// output keeps the first error of writing and then writes nothing more, so that callers
// need not check every line.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

func (o *output) fault() error { return fmt.Errorf("the output cannot be written: %w", o.err) }

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}

// columns is the number of terminal columns of a text.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch kind := width.LookupRune(r).Kind(); {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		return 0
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten leaves out the middle of a text that takes more than limit columns, because
// names mostly differ at their ends.
func shorten(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	const mark = "..."
	runes := []rune(s)
	head, tail := (limit-len(mark))/2, limit-len(mark)-(limit-len(mark))/2
	from, to := 0, len(runes)
	for used := 0; from < len(runes) && used+runeColumns(runes[from]) <= head; from++ {
		used += runeColumns(runes[from])
	}
	for used := 0; to > from && used+runeColumns(runes[to-1]) <= tail; to-- {
		used += runeColumns(runes[to-1])
	}
	return string(runes[:from]) + mark + string(runes[to:])
}

// pad adds spaces to a text, up to some columns.
func pad(s string, to int) string { return s + strings.Repeat(" ", max(0, to-columns(s))) }
