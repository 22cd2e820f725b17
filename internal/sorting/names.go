package sorting

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"exemplar/internal/label"
)

// labelFolder is the folder of a label. One that begins as the folders do that are not of a
// label gets one more such sign.
func labelFolder(l string) string {
	parts := strings.Split(l, "/")
	for i, part := range parts {
		parts[i] = safe(part)
	}
	if strings.HasPrefix(parts[0], "_") {
		parts[0] = "_" + parts[0]
	}
	return strings.Join(parts, "/")
}

// stemBytes bounds names: with folders, numbers and endings they stay within what file systems
// take (255 bytes).
const stemBytes = 180

// safe makes a name that every system can have of one that people or strangers gave.
func safe(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar || strings.ContainsRune(`<>:"|?*\/`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.Trim(name, " .")
	if stem, ending := split(name); len(stem) > stemBytes {
		for stem = stem[:stemBytes]; !utf8.ValidString(stem); stem = stem[:len(stem)-1] {
		}
		name = strings.TrimRight(stem, " .") + ending
	}
	if _, err := label.Parse(name); err != nil { // no name at all, or that of a device
		name = "file-" + name
	}
	return name
}

// endingBytes is the longest ending that counts as one.
const endingBytes = 12

// split cuts a name before its ending; .tar.gz is one.
func split(name string) (stem, ending string) {
	ending = path.Ext(name)
	if len(ending) > endingBytes || ending == name {
		return name, ""
	}
	stem = strings.TrimSuffix(name, ending)
	if inner := path.Ext(stem); strings.EqualFold(inner, ".tar") {
		return strings.TrimSuffix(stem, inner), inner + ending
	}
	return stem, ending
}

// nameOf is the name of a document's file: that of its file, or that of its container with that
// of its member, and the pages: letter.pdf, letter-p3.pdf, letter-p3-p5.pdf, mail-scan-p3.pdf.
// A document that was cut out of its picture has a number: scan-1.jpg, letter-p3-2.jpg.
func nameOf(file string, d document, pages []answered) string {
	first, last := pages[d.pages[0]], pages[d.pages[len(d.pages)-1]]
	stem, ending := split(file)
	if first.Member != "" {
		var inner string
		inner, ending = split(strings.ReplaceAll(first.Member, "/", "-"))
		stem += "-" + inner
	}
	if strings.EqualFold(ending, ".gz") && !d.whole { // the wrapper of one file
		stem, ending = split(stem)
	}
	if !d.whole && first.Number > 0 && (d.crop == 0 || first.Of > 1) {
		stem += fmt.Sprintf("-p%d", first.Number)
		if last.Number != first.Number {
			stem += fmt.Sprintf("-p%d", last.Number)
		}
	}
	if d.crop > 0 {
		stem += fmt.Sprintf("-%d", d.shown)
		ending = ".jpg"
	}
	return safe(stem + ending)
}

// spelt is what names have in common that some systems, and some folders that machines share,
// take for one: those that differ in capitals, or in whether a letter with an accent is one
// character or two.
func spelt(name string) string { return norm.NFC.String(strings.ToLower(norm.NFC.String(name))) }

// numbered is the name of the n-th file of a name: "letter.pdf", "letter (2).pdf".
func numbered(target string, n int) string {
	if n < 2 {
		return target
	}
	folder, name := path.Split(target)
	stem, ending := split(name)
	return fmt.Sprintf("%s%s (%d)%s", folder, stem, n, ending)
}

// isMessage says whether a file is a message in a maildir.
func isMessage(file string) bool {
	folder := filepath.Base(filepath.Dir(file))
	digits := strings.TrimLeft(filepath.Base(file), "0123456789")
	return (folder == "cur" || folder == "new") && len(filepath.Base(file))-len(digits) >= 9 && strings.HasPrefix(digits, ".")
}

// ownName is the name that the outputs of a file have theirs from. That of a message in a maildir
// is the second of its arrival.
func ownName(file string) string {
	base := filepath.Base(file)
	if isMessage(file) {
		second, _, _ := strings.Cut(base, ".")
		return second + ".eml"
	}
	return safe(base)
}

// knownAs is the path under which the journal knows a file. That of a message in a maildir does
// not change when somebody reads the message.
func knownAs(file string) string {
	if !isMessage(file) {
		return file
	}
	base, _, _ := strings.Cut(filepath.Base(file), ":")
	return filepath.Join(filepath.Dir(filepath.Dir(file)), base)
}
