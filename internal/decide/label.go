package decide

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of a label. A part is kept as short as a file name may be on common
// file systems, because labels come from and go to folder trees.
const (
	MaxLabelBytes = 512
	MaxLabelDepth = 16
	MaxPartBytes  = 200
)

// ErrLabel says that a string is no label.
var ErrLabel = errors.New("not a label: a label is a path like id-card/front")

// Label is the canonical path of a class, such as id-card/front/2nd-edition:
// parts in Unicode NFC joined by '/'. The empty Label is no label; it stands
// for "none". Make one with [ParseLabel].
type Label string

// ParseLabel checks s and returns its canonical form. Parts must not be empty,
// "." or "..", start or end with a space, or hold characters that cannot be
// seen (control characters, directional overrides, line separators).
func ParseLabel(s string) (Label, error) {
	if len(s) > MaxLabelBytes { // before work is done on it
		return "", fmt.Errorf("%d bytes long, at most %d: %w", len(s), MaxLabelBytes, ErrLabel)
	}
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("%q is not UTF-8: %w", s, ErrLabel)
	}
	s = norm.NFC.String(s)
	if len(s) > MaxLabelBytes { // some characters grow under NFC
		return "", fmt.Errorf("%d bytes long, at most %d: %w", len(s), MaxLabelBytes, ErrLabel)
	}
	parts := strings.Split(s, "/")
	if len(parts) > MaxLabelDepth {
		return "", fmt.Errorf("%q has %d parts, at most %d: %w", s, len(parts), MaxLabelDepth, ErrLabel)
	}
	for _, part := range parts {
		if fault := partFault(part); fault != "" {
			return "", fmt.Errorf("%q: %s: %w", s, fault, ErrLabel)
		}
	}
	return Label(s), nil
}

// partFault says what is wrong with one part of a label, or nothing.
func partFault(part string) string {
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
			return fmt.Sprintf("character %U cannot be seen", r)
		}
	}
	return ""
}

// isJoiner reports the two invisible characters that spell words in Persian
// and the scripts of India, and that hold emoji together.
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

// InLine reports whether one of l and other is the other or lies under it: they
// are no rivals then.
func (l Label) InLine(other Label) bool { return l.Contains(other) || other.Contains(l) }

// CommonAncestor returns the deepest label that contains a and b, which is a
// or b itself if one contains the other; empty if there is none.
func CommonAncestor(a, b Label) Label {
	for a != "" && !a.Contains(b) {
		a = a.Parent()
	}
	return a
}
