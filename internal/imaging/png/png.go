// Package png decodes PNG files row by row to RGB, blended with white, at full size or at
// a half, a quarter or an eighth of it. Memory is proportional to the result, not to the
// picture in the file. Package imaging calls it.
//
//	file, err := png.Open(data)
//	w, h, pix, missing, err := file.Decode(4)
//
// It reads all of PNG (third edition, W3C 2025): every colour type and depth, palettes,
// transparency, interlacing, and any frame of an animation. Like other decoders it accepts
// wrong checksums, a missing end, and missing rows. It ignores colour profiles and gamma.
//
// The path of a file: png.go finds the chunks with chunks.go, decode.go expands and
// unfilters the rows, and convert.go converts them to RGB.
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
	Frames int // number of frames of an animation that are in the file; 1 for a still picture

	depth, colour int
	interlaced    bool
	plte, trns    []byte
	picture       picture   // the one that is read
	pictures      []picture // the default one, and the first MostFrames of others
}

// MostFrames is the largest number of frames that can be read.
const MostFrames = 100

// picture is the position of a picture on the canvas, and its chunks.
type picture struct {
	x, y, w, h int
	chunks     []byte // the chunks from the first one with its pixels on
	isFrame    bool   // of an animation, and not the default picture
	compressed int    // bytes of pixels
}

// Open finds the chunks of a file. It allocates little.
func Open(data []byte) (*File, error) {
	f := &File{}
	var control []byte // of the frame that follows
	var after []byte
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
			f.Frames, f.pictures = 1, []picture{{w: f.W, h: f.H, chunks: c.rest}}
		case "PLTE":
			f.plte = c.Data
		case "tRNS":
			f.trns = c.Data
		case "fcTL":
			control, after = c.Data, c.rest
		case "IDAT":
			control = nil
			f.pictures[0].compressed += len(c.Data)
		case "fdAT":
			f.frame(control, after, len(c.Data))
			control = nil
		}
	}
	if f.W == 0 {
		return nil, fmt.Errorf("%w before its header", ErrTruncated)
	}
	if f.colour == palette && len(f.plte) < 3 {
		return nil, corrupt("the palette is missing")
	}
	return f.Frame(0)
}

// frame adds the pixels of the frame that a control chunk (APNG 1.0) has announced. If there
// is no control chunk, the pixels belong to the frame before.
func (f *File) frame(control, chunks []byte, bytes int) {
	if control != nil {
		f.Frames++
	}
	switch {
	case f.Frames > 1+MostFrames:
	case control != nil:
		p := picture{chunks: chunks, isFrame: true, compressed: bytes}
		if len(control) >= 20 {
			u := func(i int) int { return int(binary.BigEndian.Uint32(control[i:])) }
			p.w, p.h, p.x, p.y = u(4), u(8), u(12), u(16)
		}
		f.pictures = append(f.pictures, p)
	default:
		f.pictures[len(f.pictures)-1].compressed += bytes
	}
}

// Frame returns the file with the frame index as the picture to read; 0 is the default
// picture. The frame is read as if it were alone on the canvas.
func (f *File) Frame(index int) (*File, error) {
	if index >= len(f.pictures) {
		return nil, corrupt("it has no frame %d", index+1)
	}
	p := f.pictures[index]
	if p.w < 1 || p.h < 1 || p.x < 0 || p.y < 0 || p.x > f.W-p.w || p.y > f.H-p.h {
		return nil, corrupt("frame %d of %d x %d pixels does not lie in the picture", index+1, p.w, p.h)
	}
	out := *f
	out.picture = p
	return &out, nil
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
