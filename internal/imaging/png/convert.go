package png

import (
	"encoding/binary"

	"exemplar/internal/imaging/shrink"
)

// converter returns the function that converts a row of the file's samples to RGB, blended
// with white.
func (f *File) converter() func(dst, row []byte) {
	switch {
	case f.colour == palette:
		return f.indexed(f.colours())
	case f.colour == gray && f.depth < 8:
		return f.indexed(f.grays())
	case f.colour == rgb && f.depth == 8 && len(f.trns) < 6:
		return func(dst, row []byte) { copy(dst, row) }
	case f.colour == gray && f.depth == 8:
		return func(dst, row []byte) { spread(dst, row, f.clear(1)) }
	case f.depth == 8:
		return f.eight
	}
	return f.sixteen
}

// colours returns the palette, blended with white. Indices past its end are black.
func (f *File) colours() *[256][3]byte {
	colours := new([256][3]byte)
	for i := range min(256, len(f.plte)/3) {
		c := [3]byte(f.plte[3*i:])
		if i < len(f.trns) {
			for j, v := range c {
				c[j] = shrink.OverWhite(v, f.trns[i])
			}
		}
		colours[i] = c
	}
	return colours
}

// grays returns the colours of grey samples of less than 8 bits.
func (f *File) grays() *[256][3]byte {
	colours, most := new([256][3]byte), 1<<f.depth-1
	for i := range most + 1 {
		v := byte(i * 255 / most)
		colours[i] = [3]byte{v, v, v}
	}
	if clear := f.clear(1); clear != nil {
		colours[int(clear[0])&most] = [3]byte{255, 255, 255}
	}
	return colours
}

// clear returns the samples of the one transparent colour, or nil.
func (f *File) clear(samples int) []uint16 {
	if len(f.trns) < 2*samples {
		return nil
	}
	clear := make([]uint16, samples)
	for i := range clear {
		clear[i] = binary.BigEndian.Uint16(f.trns[2*i:])
	}
	return clear
}

// indexed returns the function that looks up the colours of samples of up to 8 bits.
func (f *File) indexed(colours *[256][3]byte) func(dst, row []byte) {
	depth, perByte := f.depth, 8/f.depth
	mask := byte(1<<depth - 1)
	return func(dst, row []byte) {
		for i := range len(dst) / 3 {
			shift := 8 - depth*(1+i%perByte)
			copy(dst[3*i:3*i+3], colours[row[i/perByte]>>shift&mask][:])
		}
	}
}

// spread converts grey samples of 8 bits to RGB.
func spread(dst, row []byte, clear []uint16) {
	for i, v := range row[:len(dst)/3] {
		if clear != nil && uint16(v) == clear[0] {
			v = 255
		}
		p := dst[3*i : 3*i+3 : 3*i+3]
		p[0], p[1], p[2] = v, v, v
	}
}

// eight converts samples of 8 bits with transparency to RGB.
func (f *File) eight(dst, row []byte) {
	clear := f.clear(3)
	for i := range len(dst) / 3 {
		out := dst[3*i : 3*i+3 : 3*i+3]
		switch f.colour {
		case rgb:
			p := row[3*i : 3*i+3]
			copy(out, p)
			if clear != nil && uint16(p[0]) == clear[0] && uint16(p[1]) == clear[1] && uint16(p[2]) == clear[2] {
				out[0], out[1], out[2] = 255, 255, 255
			}
		case grayAlpha:
			v := shrink.OverWhite(row[2*i], row[2*i+1])
			out[0], out[1], out[2] = v, v, v
		case rgbAlpha:
			p := row[4*i : 4*i+4 : 4*i+4]
			if p[3] == 255 {
				out[0], out[1], out[2] = p[0], p[1], p[2]
				continue
			}
			out[0], out[1], out[2] = shrink.OverWhite(p[0], p[3]), shrink.OverWhite(p[1], p[3]), shrink.OverWhite(p[2], p[3])
		}
	}
}

// sixteen converts samples of 16 bits to RGB, rounded to 8 bits.
func (f *File) sixteen(dst, row []byte) {
	samples := f.bitsPerPixel() / 16
	colours, hasAlpha, clear := samples, samples&1 == 0, []uint16(nil)
	if hasAlpha {
		colours--
	} else {
		clear = f.clear(samples)
	}
	for i := range len(dst) / 3 {
		p := row[2*samples*i:][:2*samples]
		opacity := uint64(0xFFFF)
		switch {
		case hasAlpha:
			opacity = uint64(binary.BigEndian.Uint16(p[2*colours:]))
		case clear != nil && equal(p, clear):
			opacity = 0
		}
		for c := range 3 {
			v := uint64(binary.BigEndian.Uint16(p[2*(c%colours):]))
			v = (v*opacity + 0xFFFF*(0xFFFF-opacity) + 0x7FFF) / 0xFFFF
			dst[3*i+c] = byte((v + 128) / 257)
		}
	}
}

func equal(p []byte, clear []uint16) bool {
	for i, v := range clear {
		if binary.BigEndian.Uint16(p[2*i:]) != v {
			return false
		}
	}
	return true
}
