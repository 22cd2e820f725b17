package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// target is a file that a command will write.
type target struct {
	option string // the flag or argument that names it: "--explain", "FILE.zip"
	path   string // empty if it is not given
	kind   fileKind
}

// fileKind is the kind of a file that a command writes. It replaces only a file of the
// same kind, so that a slip in the arguments costs nobody a photo.
type fileKind struct {
	name string
	fits func(head []byte) bool
}

// The kinds.
var (
	drawingKind = fileKind{"a drawing of this program", func(head []byte) bool {
		return bytes.HasPrefix(head, []byte("\x89PNG")) && bytes.Contains(head[:min(len(head), drawnWithin)], drawnBy)
	}}
	jpegKind   = fileKind{"a JPEG", begins("\xFF\xD8\xFF")}
	zipKind    = fileKind{"a ZIP archive", begins("PK")}
	npyKind    = fileKind{"a NumPy file", begins("\x93NUMPY")}
	onnxKind   = fileKind{"an ONNX network", begins("\x08")} // its first field: ir_version
	tensorKind = fileKind{"a safetensors file", func(head []byte) bool { return len(head) > 8 && head[8] == '{' }}
	htmlKind   = fileKind{"a web page", func(head []byte) bool { return begins("<!doctype html")(bytes.ToLower(head)) }}
	textKind   = fileKind{"a text file", func(head []byte) bool {
		whole := head[:max(0, len(head)-utf8.UTFMax)] // head may end within a character
		return bytes.IndexByte(head, 0) < 0 && (utf8.Valid(head) || len(whole) > 0 && utf8.Valid(whole))
	}}
)

func begins(with string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(with)) }
}

// check makes sure, before any work, that the target overwrites nothing of value. The
// target must not be the gallery or a file beside it, an input, or a file of another
// kind. The gallery's path may be empty.
func (t target) check(gallery string, inputs []input) error {
	if t.path == "" {
		return nil
	}
	if t.path == "-" {
		return fmt.Errorf("%s -: give the name of a file, /dev/stdout for the standard output, or ./- for a file of that name", t.option)
	}
	if gallery != "" {
		for _, suffix := range gallerySuffixes {
			if sameFile(t.path, gallery+suffix) || sameFile(t.path, resolved(gallery)+suffix) {
				return fmt.Errorf("%s %q would overwrite the gallery or a file that belongs to it: name another file", t.option, t.path)
			}
		}
	}
	info, err := os.Stat(t.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s %q is a folder: name a file", t.option, t.path)
	case err != nil: // nothing is there
		if err := t.checkEnding(); err != nil {
			return err
		}
		return t.checkFolder()
	case !info.Mode().IsRegular(): // writing to a device replaces nothing
		return nil
	}
	for _, in := range inputs {
		if other, err := os.Stat(in.name); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s %q would overwrite one of the files to read: name another file", t.option, t.path)
		}
	}
	return t.checkKind()
}

// endings are those of formats that people know by them.
var endings = []string{".png", ".jpg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".pdf", ".svg",
	".html", ".md", ".txt", ".json", ".csv", ".doc", ".docx", ".zip", ".tar", ".gz", ".db"}

// checkEnding makes sure that the name of a new file does not promise another format.
func (t target) checkEnding() error {
	written := map[string]string{drawingKind.name: ".png", jpegKind.name: ".jpg", htmlKind.name: ".html", zipKind.name: ".zip"}[t.kind.name]
	ending := strings.ToLower(filepath.Ext(t.path))
	switch ending {
	case ".jpeg":
		ending = ".jpg"
	case ".htm":
		ending = ".html"
	}
	if written != "" && ending != written && slices.Contains(endings, ending) {
		return fmt.Errorf("%s %q: what is written is no %s: let the name end in %s", t.option, t.path, strings.ToUpper(ending[1:]), written)
	}
	return nil
}

// checkFolder makes sure that the folder of a new file is there.
func (t target) checkFolder() error {
	folder := filepath.Dir(t.path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("%s %q: there is no folder %q: make it first", t.option, t.path, folder)
	}
	return nil
}

// checkKind makes sure that an existing file is of the target's kind.
func (t target) checkKind() error {
	file, err := os.Open(t.path)
	if err != nil {
		return fmt.Errorf("%s: %w", t.option, err)
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil {
		return fmt.Errorf("%s: %w", t.option, err)
	}
	if len(head) > 0 && !t.kind.fits(head) {
		return fmt.Errorf("%s %q exists and is not %s: name another file, or remove it first", t.option, t.path, t.kind.name)
	}
	return nil
}

// gallerySuffixes are the endings of a gallery's file and of the files beside it.
var gallerySuffixes = []string{"", "-wal", "-shm", "-journal", "-reserve"}

// sameFile reports whether two paths lead to the same file, whether it exists or not.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB)
	}
	return errA != nil && errB != nil && resolved(a) == resolved(b)
}

// resolved is a path without links, as far as it exists.
func resolved(path string) string {
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		path = whole
	} else if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// drawnBy marks the PNG files of this program, in a text chunk behind the header (PNG
// specification, 3rd edition, section 11.3.3).
var drawnBy = []byte("tEXtSoftware\x00exemplar")

const (
	pngHeader   = 8 + 25 // bytes of the signature and of the chunk IHDR
	drawnWithin = 128    // the mark is within so many bytes of the beginning
)

// marked returns a PNG with the mark in it.
func marked(png []byte) []byte {
	if len(png) < pngHeader {
		return png
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(drawnBy)-4)) // without the type
	chunk = append(chunk, drawnBy...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(drawnBy))
	return append(append(append([]byte(nil), png[:pngHeader]...), chunk...), png[pngHeader:]...)
}
