package imaging

import (
	"encoding/binary"
	"fmt"

	"exemplar/internal/imaging/shrink"
)

// tgaFile is a Truevision TGA file (TGA 2.0 specification) whose header has been
// read.
type tgaFile struct {
	w, h      int
	kind      byte // 1 palette, 2 colour, 3 grey
	runs      bool // packed as runs
	bytes     int  // in a unit, which is a pixel, or eight pixels of one bit
	units     int  // pixels in a unit
	hasAlpha  bool
	fromTop   bool
	fromRight bool
	palette   [][3]byte
	first     int    // index of the palette's first colour
	data      []byte // pixels
}

const tgaHeader = 18

// isTGA says whether the header is a plausible one of TGA, which has no magic number, and the
// file is of no kind that has one.
func isTGA(head []byte) bool {
	if len(head) < tgaHeader || head[1] > 1 || head[17]&0xC0 != 0 || head[12]|head[13] == 0 || head[14]|head[15] == 0 {
		return false
	}
	depth := head[16]
	known := false
	switch head[2] &^ 8 {
	case 1:
		known = head[1] == 1 && depth == 8
	case 2:
		known = depth == 15 || depth == 16 || depth == 24 || depth == 32
	case 3:
		known = depth == 1 || depth == 8 || depth == 16
	}
	return known && head[2] < 12 && foreignKind(head).guessed
}

func openTGA(data []byte) (opened, error) {
	f := &tgaFile{
		w: int(binary.LittleEndian.Uint16(data[12:])), h: int(binary.LittleEndian.Uint16(data[14:])),
		kind: data[2] &^ 8, runs: data[2]&8 != 0, bytes: (int(data[16]) + 7) / 8, units: 1,
		fromTop: data[17]&0x20 != 0, fromRight: data[17]&0x10 != 0,
	}
	f.hasAlpha = data[17]&15 == 8 && f.bytes == 4 || f.kind == 3 && f.bytes == 2
	if data[16] == 1 {
		f.units = 8
	}
	at := tgaHeader + int(data[0])
	if data[1] == 1 {
		f.first = int(binary.LittleEndian.Uint16(data[3:]))
		size, width := int(binary.LittleEndian.Uint16(data[5:])), (int(data[7])+7)/8
		if width < 2 || width > 4 || at+size*width > len(data) {
			return opened{}, fmt.Errorf("the palette of %d colours of %d bytes is not there", size, width)
		}
		for i := range size {
			f.palette = append(f.palette, bgr(data[at+i*width:at+(i+1)*width], false))
		}
		at += size * width
	}
	f.data = data[min(at, len(data)):]
	return opened{
		w: f.w, h: f.h, orientation: 1,
		cost:   func(scale int) int64 { return shrink.Cost(f.w, f.h, scale) + 3*int64(f.w) + 1<<18 },
		pixels: f.pixels,
	}, nil
}

// bgr returns the colour of a pixel of 2, 3 or 4 bytes, blended with white.
func bgr(p []byte, hasAlpha bool) [3]byte {
	if len(p) == 2 {
		v := int(binary.LittleEndian.Uint16(p))
		five := func(shift int) byte { return byte((v >> shift & 31 * 255) / 31) }
		return [3]byte{five(10), five(5), five(0)}
	}
	c := [3]byte{p[2], p[1], p[0]}
	if hasAlpha {
		for i, v := range c {
			c[i] = shrink.OverWhite(v, p[3])
		}
	}
	return c
}

// colour returns the colour of the pixel i of a unit of the file, blended with white.
func (f *tgaFile) colour(p []byte, i int) (c [3]byte) {
	switch {
	case f.units > 1: // not in the specification, but written by many; 1 is white
		v := -(p[0] >> (7 - i) & 1)
		return [3]byte{v, v, v}
	case f.kind == 1:
		if i := int(p[0]) - f.first; i >= 0 && i < len(f.palette) {
			return f.palette[i]
		}
		return c
	case f.kind == 3:
		v := p[0]
		if f.hasAlpha {
			v = shrink.OverWhite(v, p[1])
		}
		return [3]byte{v, v, v}
	}
	return bgr(p, f.hasAlpha)
}

func (f *tgaFile) pixels(scale int) (*Image, []string, error) {
	mostPerByte := 128 * f.units // pixels in a run
	if len(f.data) < f.w*f.h/2/mostPerByte {
		return nil, nil, fmt.Errorf("%d bytes cannot hold the picture", len(f.data))
	}
	out := shrink.New(f.w, f.h, scale)
	row, x, y := make([]byte, 3*f.w), 0, 0
	f.each(func(unit []byte) bool {
		for i := range min(f.units, f.w-x) {
			at := x
			if f.fromRight {
				at = f.w - 1 - x
			}
			c := f.colour(unit, i)
			copy(row[3*at:], c[:])
			x++
		}
		if x == f.w {
			place := y
			if !f.fromTop {
				place = f.h - 1 - y
			}
			out.Row(place, row)
			x, y = 0, y+1
		}
		return y < f.h
	})
	if 2*y < f.h {
		return nil, nil, fmt.Errorf("the file ends too early: %d of %d rows are there", y, f.h)
	}
	w, h, pix := out.Picture()
	return rowByRow(w, h, pix, float64(f.h-y)/float64(f.h), nil)
}

// each calls put for every unit until it returns false or the data end.
func (f *tgaFile) each(put func(unit []byte) bool) {
	rest := f.data
	for len(rest) > 0 {
		count, repeated := 1, false
		if f.runs {
			count, repeated = 1+int(rest[0]&127), rest[0] >= 128
			rest = rest[1:]
		}
		for i := range count {
			if len(rest) < f.bytes || !put(rest[:f.bytes]) {
				return
			}
			if !repeated || i == count-1 {
				rest = rest[f.bytes:]
			}
		}
	}
}
