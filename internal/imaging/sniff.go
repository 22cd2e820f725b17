package imaging

import (
	"bytes"
	"fmt"
	"strings"

	"exemplar/internal/imaging/bmp"
	"exemplar/internal/imaging/jpeg"
)

// Kind is a kind of file.
type Kind struct {
	Name string // as people call it: "JPEG", "PDF", "text"; never empty
	Read bool   // whether Decode reads it
	// Document says that a file which is not read may show a document, as a PDF and a RAW
	// photo may, unlike sound, programs and web pages: whoever takes what is there must name it.
	Document bool
}

// HeadBytes is how many bytes at the start of a file KindOf needs.
const HeadBytes = 1 << 16

// KindOf returns the kind of a file by its first bytes, [HeadBytes] of them or the whole
// file. It ignores the name of the file, which may be wrong.
func KindOf(head []byte) Kind {
	if len(head) == 0 {
		return Kind{Name: "empty file"}
	}
	if f, ok := formatOf(head); ok {
		return Kind{Name: f.called, Read: true}
	}
	k := foreignKind(head)
	return Kind{Name: k.name, Document: k.damaged || !k.guessed && k.advice != noPicture && k.advice != aVideo && k.advice != sendTheOther}
}

// SizeOf returns how many pixels a picture has, by its header. ok says whether it could be read.
func SizeOf(data []byte) (w, h int, ok bool) {
	f, known := formatOf(data)
	if !known {
		return 0, 0, false
	}
	file, err := f.openGuarded(data)
	return file.w, file.h, err == nil && file.w > 0 && file.h > 0
}

// sniff finds the format of a file, or returns an error with the kind that it has instead.
func sniff(data []byte) (format, error) {
	if len(data) == 0 {
		return format{}, fmt.Errorf("%w: the file is empty: copy or send it again", ErrCorrupt)
	}
	if f, ok := formatOf(data); ok {
		return f, nil
	}
	kind := foreignKind(data)
	if kind.damaged {
		return format{}, fmt.Errorf("%w: %s", ErrCorrupt, kind.advice)
	}
	if kind.advice == "" {
		kind.advice = whatIsRead() + " are read; convert it to one of them"
	}
	return format{}, fmt.Errorf("%w: this is %s: %s", ErrUnsupported, kind.name, kind.advice)
}

// whatIsRead lists the formats that are read: "JPEG, PNG ... and TGA".
func whatIsRead() string {
	var names []string
	for _, f := range formats {
		names = append(names, f.called)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// formatOf finds the format that reads a file.
func formatOf(data []byte) (format, bool) {
	if rawPhoto(data) != "" {
		return format{}, false
	}
	for _, f := range formats {
		if f.matches(data[:min(len(data), HeadBytes)]) {
			return f, true
		}
	}
	// Skip bytes before a JPEG, unless they are of another kind of file that may contain
	// pictures (PDF, music, Word).
	if k := foreignKind(data); k.guessed && jpegWithin(data) {
		return jpegFormat, true
	}
	return format{}, false
}

// begins returns a function that says whether a file begins with one of the prefixes.
func begins(prefixes ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, prefix := range prefixes {
			if bytes.HasPrefix(head, []byte(prefix)) {
				return true
			}
		}
		return false
	}
}

// isBMP excludes texts that begin with BM: bitmaps have zeros among their first bytes.
func isBMP(head []byte) bool { return bmp.Is(head) && !isText(head) }

// isTIFF recognises TIFF and BigTIFF in both byte orders, which some writers confuse.
func isTIFF(data []byte) bool {
	if len(data) < 4 {
		return false
	}
	switch order, version := string(data[:2]), string(data[2:4]); version {
	case "*\x00", "\x00*", "+\x00", "\x00+":
		return order == "II" || order == "MM"
	}
	return false
}

func isWebP(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// jpegWithin says whether a JPEG begins among the first bytes, one that is valid up to its
// frame header.
func jpegWithin(data []byte) bool {
	if !bytes.Contains(data[:min(len(data), HeadBytes)], []byte("\xFF\xD8\xFF")) {
		return false
	}
	_, err := jpeg.ReadHeader(data)
	return err == nil
}

// rawPhoto returns the camera format of a file that has the structure of TIFF but only a
// small preview as its picture, or "".
func rawPhoto(data []byte) string {
	const make, newSubfileType, subIFDs, dngVersion, reduced = 0x010F, 0x00FE, 0x014A, 0xC612, 1
	if !begins("II*\x00", "MM\x00*")(data) {
		return ""
	}
	switch {
	case len(data) > 10 && string(data[8:10]) == "CR":
		return "CR2"
	case hasTag(data, dngVersion):
		return "DNG"
	case hasTag(data, make) && hasTag(data, subIFDs) && tiffValue(data, newSubfileType) == reduced:
		return "NEF or ARW"
	}
	return ""
}
