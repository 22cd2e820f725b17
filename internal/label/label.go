// Package label is the grammar of labels. A label is the path of a kind of document,
// from the general to the special, such as id-card/front/2nd-edition. Every package
// that handles references uses it. [Parse] checks what users write (label.go), and
// [Spellings] finds labels that differ in capitals alone (spelling.go).
package label

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of a label. A part is as short as the name of a file on common file systems,
// because labels come from folders and become folders.
const (
	MaxBytes     = 512
	MaxDepth     = 16
	MaxPartBytes = 200
)

// ErrLabel says that a string is no label.
var ErrLabel = errors.New("not a label: a label is a path like id-card/front")

// Label is the canonical path of a class, such as id-card/front/2nd-edition:
// parts in Unicode NFC joined by '/'. The empty Label is no label; it stands
// for "none". Make one with [Parse].
type Label string

// Parse checks s as a new label of a reference, and returns its canonical form. A part
// must not be empty, and must not start or end with a space or a dot. It must not hold
// a backslash, one of <>:"|?*, or an invisible character (a control character, a
// directional override, a line separator). It must not be the name of a device on
// Windows. The reason: labels become folders when a gallery is exported.
func Parse(s string) (Label, error) { return parse(s, newFault) }

// ParseStored is Parse for a label that references may have already. Galleries from
// before 0.1.0 may hold labels that Parse refuses now. It serves to find, rename and
// remove them.
func ParseStored(s string) (Label, error) { return parse(s, storedFault) }

func parse(s string, partFault func(part string) string) (Label, error) {
	if s == "" {
		return "", fault("a label is missing: it is what the picture is, such as invoice or card/front")
	}
	if len(s) > MaxBytes { // before any work on a long text
		return "", fault(fmt.Sprintf("a label of %d bytes is too long: at most %d", len(s), MaxBytes))
	}
	if !utf8.ValidString(s) {
		return "", fault(fmt.Sprintf("the label %q is not UTF-8", s))
	}
	s = norm.NFC.String(s)
	if len(s) > MaxBytes { // again, because some characters grow under NFC
		return "", fault(fmt.Sprintf("a label of %d bytes is too long: at most %d", len(s), MaxBytes))
	}
	parts := strings.Split(s, "/")
	if len(parts) > MaxDepth {
		return "", fault(fmt.Sprintf("the label %q has %d parts: at most %d", s, len(parts), MaxDepth))
	}
	for _, part := range parts {
		if wrong := partFault(part); wrong != "" {
			return "", fault(fmt.Sprintf("the label %q cannot be: %s", s, wrong))
		}
	}
	return Label(s), nil
}

// fault is one sentence on a label, and is [ErrLabel].
type fault string

func (f fault) Error() string        { return string(f) }
func (f fault) Is(target error) bool { return target == ErrLabel }

// newFault says what is wrong with one part of a new label, and what to do about it.
// It returns nothing for a sound part.
func newFault(part string) string {
	wrong := storedFault(part)
	switch {
	case wrong != "":
		return wrong
	case strings.Trim(part, ".") != part:
		return fmt.Sprintf("part %q starts or ends with a dot: leave it out", part)
	case strings.Contains(part, `\`):
		return fmt.Sprintf("part %q holds a backslash: separate the parts by / and write - in them", part)
	case strings.ContainsAny(part, forbidden):
		return fmt.Sprintf("part %q holds one of %s, which folders on Windows cannot have: write - instead", part, forbidden)
	case device.MatchString(part):
		return fmt.Sprintf("part %q is a device on Windows: put a word before it, such as %q", part, "form-"+part)
	}
	return ""
}

// forbidden holds the characters, beside the backslash, that the name of a file on
// Windows cannot have (Windows' documentation, "Naming Files, Paths, and Namespaces").
const forbidden = `<>:"|?*`

var (
	// device matches the names of devices on Windows, whatever follows a dot (same
	// page).
	device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?$`)
)

// storedFault says what is wrong with one part of a label that a gallery may hold. It
// returns nothing for a sound part.
func storedFault(part string) string {
	switch {
	case part == "":
		return "a part is empty"
	case part == "." || part == "..":
		return fmt.Sprintf("part %q means a folder", part)
	case len(part) > MaxPartBytes:
		return fmt.Sprintf("a part is %d bytes long, at most %d", len(part), MaxPartBytes)
	case strings.TrimFunc(part, unicode.IsSpace) != part:
		return fmt.Sprintf("part %q starts or ends with a space", part)
	}
	for _, r := range part {
		if !unicode.IsGraphic(r) && !isJoiner(r) {
			return fmt.Sprintf("character %U cannot be seen: leave it out", r)
		}
	}
	return ""
}

// isJoiner reports the two invisible characters that labels may hold: Persian and the
// scripts of India spell words with them, and they join emoji.
func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// Parent returns the label one level up, or the empty label at the top.
func (l Label) Parent() Label {
	i := strings.LastIndexByte(string(l), '/')
	return l[:max(i, 0)]
}

// Ancestors returns the labels above l, nearest first.
func (l Label) Ancestors() []Label {
	var up []Label
	for a := l.Parent(); a != ""; a = a.Parent() {
		up = append(up, a)
	}
	return up
}

// Contains reports whether other is l or lies under it. The empty label
// contains nothing.
func (l Label) Contains(other Label) bool {
	rest, isPrefix := strings.CutPrefix(string(other), string(l))
	return l != "" && isPrefix && (rest == "" || rest[0] == '/')
}

// InLine reports whether one of the two labels contains the other. Such labels are no
// rivals.
func (l Label) InLine(other Label) bool { return l.Contains(other) || other.Contains(l) }

// CommonAncestor returns the deepest label that contains a and b, and the empty label
// if there is none. If a contains b it is a, and the other way round.
func CommonAncestor(a, b Label) Label {
	for a != "" && !a.Contains(b) {
		a = a.Parent()
	}
	return a
}
