// Package bmp decodes Windows and OS/2 bitmaps row by row to 8-bit RGB, blended with
// white, at full size or at a half, a quarter or an eighth of it. Package imaging calls it.
//
//	file, err := bmp.Open(data)
//	w, h, pix, missing, err := file.Decode(4)
//
// It reads all variants of Windows (headers from 12 bytes of OS/2 1.x to 124 of V5; 1, 2,
// 4, 8, 16, 24 and 32 bits per pixel; RLE4 and RLE8; masks of any width; with and without
// the file header) and the run lengths of OS/2 2.x for 24 bits. It does not decode a JPEG
// or PNG inside a bitmap: see [File].
//
// header.go reads the header, pixels.go converts rows without compression, runs.go those
// with run lengths.
package bmp

import (
	"errors"
	"fmt"

	"exemplar/internal/imaging/shrink"
)

// ErrCorrupt means that the file is damaged.
var ErrCorrupt = errors.New("damaged BMP")

// ErrTruncated means that the file ends before its picture does.
var ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)

// ErrUnsupported means that the file uses a part of BMP that is not read.
var ErrUnsupported = errors.New("unsupported BMP")

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format+" is not read: save it as a 24-bit BMP or as PNG", append([]any{ErrUnsupported}, args...)...)
}

// File is a file whose header has been read.
type File struct {
	W, H int
	// Embedded is the JPEG or PNG file inside the bitmap, or nil. A bitmap with such a file
	// has no pixels of its own and must not be decoded.
	Embedded []byte

	bits        int
	compression int
	topDown     bool
	palette     [256][3]byte
	masks       [4]mask // red, green, blue, alpha
	pixels      []byte
}

// Is says whether data begins like a bitmap, with the file header or, as on a clipboard,
// without it.
func Is(data []byte) bool {
	if len(data) >= 2 && data[0] == 'B' && data[1] == 'M' {
		return true
	}
	return isBare(data)
}

// Decode returns the picture at 1/scale of its size, rounded up: w by h pixels, 3 bytes each
// (R, G, B), row by row. The scale is 1, 2, 4 or 8. The caller checks the size first.
//
// missing is the share of the pixels that are missing because the file is cut off; they are
// white. If it is more than a half, Decode returns an error.
func (f *File) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	runs := f.compression == rle8 || f.compression == rle4 || f.compression == rle24
	if !runs && 2*int64(len(f.pixels)) < int64(f.stride())*int64(f.H) {
		return 0, 0, nil, 1, ErrTruncated
	}
	p := painter{File: f, builder: shrink.New(f.W, f.H, scale), row: make([]byte, 3*f.W)}
	rows := 0
	if runs {
		rows = p.paintRuns()
	} else {
		rows = p.paintRows()
	}
	if missing = 1 - float64(rows)/float64(f.H); missing > 0.5 {
		return 0, 0, nil, missing, ErrTruncated
	}
	w, h, pix = p.builder.Picture()
	return w, h, pix, missing, nil
}

// Cost returns the largest number of bytes that Decode allocates, with the result, except for
// tables and rows.
func (f *File) Cost(scale int) int64 { return shrink.Cost(f.W, f.H, scale) + 4*int64(f.W) }

// stride returns the bytes of a row: a multiple of four.
func (f *File) stride() int { return (f.W*f.bits + 31) / 32 * 4 }

// painter converts the file's rows to pixels.
type painter struct {
	*File
	builder *shrink.Builder
	row     []byte // RGB
	opaque  bool
}

// put adds the row, the n-th in the file, to the result.
func (p *painter) put(n int) {
	y := p.H - 1 - n
	if p.topDown {
		y = n
	}
	p.builder.Row(y, p.row)
}
