// Package gif decodes a frame of GIF files row by row to RGB, blended with white, at full
// size or at a half, a quarter or an eighth of it. Package imaging calls it. gif.go reads
// the blocks, lzw.go expands the pixels.
//
//	file, err := gif.Open(data)
//	w, h, pix, missing, err := file.Decode(4)
//
// It reads GIF87a and GIF89a: local palettes, transparency, interlacing, frames that
// extend beyond the canvas (which then grows), files that are cut off.
package gif

import (
	"encoding/binary"
	"errors"
	"fmt"

	"exemplar/internal/imaging/shrink"
)

var (
	// ErrCorrupt means that the file is damaged.
	ErrCorrupt = errors.New("damaged GIF")
	// ErrTruncated means that less than half of the picture is there.
	ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)
)

// File is a file whose blocks have been found.
type File struct {
	W, H   int // of the canvas
	Frames int

	frame   frame   // the one that is read
	frames  []frame // the first MostFrames
	palette []byte  // 3 bytes a colour
	screen  [2]int  // size of the canvas by the header
}

// MostFrames is the largest number of frames that can be read.
const MostFrames = 100

// frame is the position of a picture on the canvas, and its data.
type frame struct {
	x, y, w, h int
	interlaced bool
	palette    []byte
	// transparent is the index of the transparent colour; -1 for none.
	transparent int
	codeBits    int    // of LZW, at the start
	blocks      reader // at the first block of LZW
	bytes       int    // in those blocks
}

// Open finds the blocks of a file. It allocates little.
func Open(data []byte) (*File, error) {
	r := &reader{data: data}
	r.take(6) // signature
	screen := r.take(7)
	if screen == nil {
		return nil, fmt.Errorf("%w in its header", ErrTruncated)
	}
	f := &File{screen: [2]int{int(binary.LittleEndian.Uint16(screen)), int(binary.LittleEndian.Uint16(screen[2:]))}}
	f.palette = r.colours(screen[4])
	f.blocks(r)
	if f.Frames == 0 {
		return nil, fmt.Errorf("%w before its picture", ErrTruncated)
	}
	return f.Frame(0)
}

// Frame returns the file with the frame index as the picture to read; 0 is the first frame.
// The frame is read as if it were alone on the canvas.
func (f *File) Frame(index int) (*File, error) {
	if index >= len(f.frames) {
		return nil, fmt.Errorf("%w: it has no frame %d", ErrCorrupt, index+1)
	}
	out := *f
	p := f.frames[index]
	if p.w == 0 || p.h == 0 {
		return nil, fmt.Errorf("%w: its frame %d is %d x %d pixels", ErrCorrupt, index+1, p.w, p.h)
	}
	if p.palette == nil {
		p.palette = f.palette
	}
	out.frame = p
	// The canvas contains the whole frame, whatever the header states.
	out.W, out.H = max(f.screen[0], p.x+p.w), max(f.screen[1], p.y+p.h)
	return &out, nil
}

// blocks walks over the blocks of a file up to its end.
func (f *File) blocks(r *reader) {
	const extension, control, picture = 0x21, 0xF9, 0x2C
	transparent := -1
	for {
		switch r.byte() {
		case 0: // stray zeros between blocks
			if r.pos >= len(r.data) {
				return
			}
		case extension:
			kind := r.byte()
			block := r.block()
			if kind == control && len(block) >= 4 && block[0]&1 != 0 {
				transparent = int(block[3])
			}
			if len(block) > 0 {
				r.skipBlocks()
			}
		case picture:
			p, there := r.picture()
			if !there {
				return
			}
			p.transparent, transparent = transparent, -1
			if f.Frames++; f.Frames <= MostFrames {
				f.frames = append(f.frames, p)
			}
		default: // the trailer, or no valid block
			return
		}
	}
}

// picture reads an image descriptor, which may be cut off, and finds its data.
func (r *reader) picture() (p frame, there bool) {
	d := r.take(9)
	if d == nil {
		return p, false
	}
	u := func(i int) int { return int(binary.LittleEndian.Uint16(d[i:])) }
	p = frame{x: u(0), y: u(2), w: u(4), h: u(6), interlaced: d[8]&0x40 != 0}
	p.palette = r.colours(d[8])
	p.codeBits = int(r.byte())
	p.blocks = *r
	p.bytes = r.skipBlocks()
	return p, true
}

// reader walks over the bytes of a file.
type reader struct {
	data []byte
	pos  int
}

// take returns the next n bytes, or nil.
func (r *reader) take(n int) []byte {
	if n > len(r.data)-r.pos {
		r.pos = len(r.data)
		return nil
	}
	r.pos += n
	return r.data[r.pos-n : r.pos]
}

// byte returns the next byte, or 0 at the end.
func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// colours reads the palette that flags announce, or returns nil.
func (r *reader) colours(flags byte) []byte {
	if flags&0x80 == 0 {
		return nil
	}
	return r.take(3 << (1 + flags&7))
}

// block returns the next sub-block: empty after the last one. It may be cut off.
func (r *reader) block() []byte {
	size := int(r.byte())
	return r.take(min(size, len(r.data)-r.pos))
}

// skipBlocks skips the sub-blocks up to the empty one that ends them, and returns their total
// number of bytes.
func (r *reader) skipBlocks() (bytes int) {
	for {
		b := r.block()
		if len(b) == 0 {
			return bytes
		}
		bytes += len(b)
	}
}

// Cost returns the largest number of bytes that Decode allocates at a scale, with the result.
func (f *File) Cost(scale int) int64 {
	return shrink.Cost(f.W, f.H, scale) + 4*int64(f.W) + 8*int64(f.H) + 1<<16
}

// mostPerByte is the largest number of pixels that LZW makes of a byte: a code of 12 bits
// stands for fewer than 4096.
const mostPerByte = 4096 * 8 / 12

// Decode returns the frame on its canvas at 1/scale of its size, rounded
// up: w by h pixels, 3 bytes each (R, G, B), row by row. The scale is 1, 2, 4 or 8.
// Transparent pixels and those outside the frame are white. If the file is cut off or
// damaged after at least half of the rows, the others are white, and missing is their share.
func (f *File) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	p := &f.frame
	if p.codeBits < 1 || p.codeBits > 11 {
		return 0, 0, nil, 0, fmt.Errorf("%w: codes of %d bits", ErrCorrupt, p.codeBits)
	}
	if p.bytes < p.w*p.h/2/mostPerByte {
		return 0, 0, nil, 0, fmt.Errorf("%w: %d bytes cannot hold %d x %d pixels", ErrTruncated, p.bytes, p.w, p.h)
	}
	out := shrink.New(f.W, f.H, scale)
	colours := f.colours()
	rgb, at, rows := make([]byte, 3*p.w), 0, 0
	order := p.rows()
	expand(p.blocks, p.codeBits, func(index byte) bool {
		copy(rgb[at:at+3], colours[index][:])
		if at += 3; at == len(rgb) {
			out.Span(p.x, p.y+order(rows), 1, rgb)
			at, rows = 0, rows+1
		}
		return rows < p.h
	})
	least := (p.h + 1) / 2
	if p.interlaced { // the last of four passes has every second row
		least = p.h
	}
	if rows < least {
		return 0, 0, nil, 0, fmt.Errorf("%w: %d of %d rows are there", ErrTruncated, rows, p.h)
	}
	w, h, pix = out.Picture()
	return w, h, pix, float64(p.h-rows) / float64(f.H), nil
}

// colours returns the palette, with white for transparency. Without a palette samples are
// grey; indices past its end are black.
func (f *File) colours() *[256][3]byte {
	colours := new([256][3]byte)
	for i := range colours {
		switch {
		case i == f.frame.transparent:
			colours[i] = [3]byte{255, 255, 255}
		case f.frame.palette == nil:
			colours[i] = [3]byte{byte(i), byte(i), byte(i)}
		case 3*i+3 <= len(f.frame.palette):
			colours[i] = [3]byte(f.frame.palette[3*i:])
		}
	}
	return colours
}

// rows returns the map from the number of a row in the file to its position in the frame.
func (p *frame) rows() func(i int) int {
	if !p.interlaced {
		return func(i int) int { return i }
	}
	places := make([]int, 0, p.h)
	for _, pass := range [4][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		for y := pass[0]; y < p.h; y += pass[1] {
			places = append(places, y)
		}
	}
	return func(i int) int { return places[i] }
}
