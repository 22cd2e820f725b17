// Package png decodes PNG files row by row, to RGB over white and if wanted at a
// half, a quarter or an eighth of their size, so that a picture takes the memory
// of its result and not of its file.
//
//	file, err := png.Open(data)
//	w, h, pix, missing, err := file.Decode(4)
//
// It reads all of PNG (third edition, W3C 2025): every colour type and depth,
// palettes, transparency, interlacing; of animations the default picture. It is
// lenient where others are: wrong checksums, a missing end, and rows that are cut
// off are no reason to refuse the rest. Colour profiles and gamma are ignored.
package png

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var (
	// ErrCorrupt means that the file is damaged.
	ErrCorrupt = errors.New("damaged PNG")
	// ErrTruncated means that less than half of the picture is there.
	ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)
	// ErrUnsupported means that the file is no PNG of the standard.
	ErrUnsupported = errors.New("unsupported PNG")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

// Colour types (PNG 11.2.1).
const (
	gray      = 0
	rgb       = 2
	palette   = 3
	grayAlpha = 4
	rgbAlpha  = 6
)

// File is a file whose chunks have been found.
type File struct {
	W, H   int
	Frames int // of an animation; 0 for a still picture

	depth, colour int
	interlaced    bool
	plte, trns    []byte
	data          []byte // the file
	compressed    int    // bytes of pixels in it
}

// Open finds the chunks of a file. It takes next to no memory.
func Open(data []byte) (*File, error) {
	f := &File{data: data}
	for c := range Chunks(data) {
		if f.W == 0 && c.Type != "IHDR" && c.Type != "CgBI" {
			return nil, corrupt("it begins with %q, not with its header", c.Type)
		}
		switch c.Type {
		case "CgBI":
			return nil, fmt.Errorf("%w: it is packed for iPhone apps (CgBI), which is not PNG: save it as PNG with another program", ErrUnsupported)
		case "IHDR":
			if f.W != 0 {
				continue
			}
			if err := f.header(c.Data); err != nil {
				return nil, err
			}
		case "PLTE":
			f.plte = c.Data
		case "tRNS":
			f.trns = c.Data
		case "acTL":
			if len(c.Data) >= 4 {
				f.Frames = int(binary.BigEndian.Uint32(c.Data))
			}
		case "IDAT":
			f.compressed += len(c.Data)
		}
	}
	if f.W == 0 {
		return nil, fmt.Errorf("%w before its header", ErrTruncated)
	}
	if f.colour == palette && len(f.plte) < 3 {
		return nil, corrupt("the palette is missing")
	}
	return f, nil
}

// header reads IHDR (PNG 11.2.1).
func (f *File) header(b []byte) error {
	if len(b) < 13 {
		return fmt.Errorf("%w in its header", ErrTruncated)
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return corrupt("the header claims %d x %d pixels", w, h)
	}
	f.W, f.H = int(w), int(h)
	f.depth, f.colour, f.interlaced = int(b[8]), int(b[9]), b[12] == 1
	depths := map[int]string{gray: "\x01\x02\x04\x08\x10", rgb: "\x08\x10", palette: "\x01\x02\x04\x08", grayAlpha: "\x08\x10", rgbAlpha: "\x08\x10"}
	known := false
	for _, depth := range []byte(depths[f.colour]) {
		known = known || int(depth) == f.depth
	}
	if !known || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return corrupt("the header has colour type %d with %d bits, compression %d, filter %d, interlacing %d", b[9], b[8], b[10], b[11], b[12])
	}
	return nil
}

// bitsPerPixel returns the bits of a pixel in the file.
func (f *File) bitsPerPixel() int {
	return f.depth * map[int]int{gray: 1, rgb: 3, palette: 1, grayAlpha: 2, rgbAlpha: 4}[f.colour]
}

// rowBytes returns the bytes of a row of w pixels, without the filter's.
func (f *File) rowBytes(w int) int { return (w*f.bitsPerPixel() + 7) / 8 }
