// Package shrink reduces a picture while it is decoded, row by row, so that the picture of
// full size is never in memory. The decoders below package imaging call it.
//
//	b := shrink.New(w, h, 4)
//	for y := range h {
//		b.Row(y, rgb) // in any order, each pixel at most once
//	}
//	w, h, pix := b.Picture()
//
// Each pixel of the result is the mean of the square of pixels that it replaces. Pixels
// that are not given are white, like paper.
package shrink

import "math/bits"

// Builder collects the pixels of one picture.
type Builder struct {
	w, h, scale int
	shift       uint // scale as a power of two
	outW, outH  int
	pix         []byte   // at full size: the picture itself
	ink         []uint16 // reduced: sums of 255 less the sample; 255*8*8 fits
}

// New returns a builder of a white picture of w by h pixels at 1/scale of its size, rounded
// up. The scale is 1, 2, 4 or 8.
func New(w, h, scale int) *Builder {
	b := &Builder{w: w, h: h, scale: scale, shift: uint(bits.TrailingZeros(uint(scale))), outW: ceilDiv(w, scale), outH: ceilDiv(h, scale)}
	if scale > 1 {
		b.ink = make([]uint16, 3*b.outW*b.outH)
		return b
	}
	b.pix = make([]byte, 3*w*h)
	for i := range b.pix {
		b.pix[i] = 0xFF
	}
	return b
}

// Cost returns the number of bytes that a builder allocates, with its picture.
func Cost(w, h, scale int) int64 {
	out := 3 * int64(ceilDiv(w, scale)) * int64(ceilDiv(h, scale))
	if scale > 1 {
		return 3 * out // sums of two bytes and the result
	}
	return out
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// Row adds row y: 3 bytes for each of the w pixels.
func (b *Builder) Row(y int, rgb []byte) { b.Span(0, y, 1, rgb) }

// Span adds pixels of row y at the columns x, x+step, ... It ignores pixels outside of the
// picture.
func (b *Builder) Span(x, y, step int, rgb []byte) {
	if y < 0 || y >= b.h {
		return
	}
	for x < 0 && len(rgb) >= 3 {
		x, rgb = x+step, rgb[3:]
	}
	if fit := ceilDiv(b.w-x, step); x >= b.w {
		return
	} else if len(rgb) > 3*fit {
		rgb = rgb[:3*fit]
	}
	switch {
	case b.scale == 1 && step == 1:
		copy(b.pix[3*(y*b.w+x):], rgb)
	case b.scale == 1:
		for at := 3 * (y*b.w + x); len(rgb) >= 3; at, rgb = at+3*step, rgb[3:] {
			copy(b.pix[at:at+3], rgb[:3])
		}
	default:
		b.add(x, b.ink[3*b.outW*(y/b.scale):][:3*b.outW], step, rgb)
	}
}

// add adds pixels to a row of sums.
func (b *Builder) add(x int, sums []uint16, step int, rgb []byte) {
	if step == 1 {
		b.addRun(x, sums, rgb)
		return
	}
	for ; len(rgb) >= 3; x, rgb = x+step, rgb[3:] {
		p := sums[3*(x>>b.shift):][:3]
		p[0] += 255 - uint16(rgb[0])
		p[1] += 255 - uint16(rgb[1])
		p[2] += 255 - uint16(rgb[2])
	}
}

// addRun is add for consecutive pixels: each sum is loaded and stored once.
func (b *Builder) addRun(x int, sums []uint16, rgb []byte) {
	for pixels := len(rgb) / 3; pixels > 0; {
		n := min(b.scale-x&(b.scale-1), pixels)
		p, run := sums[3*(x>>b.shift):][:3], rgb[:3*n]
		r, g, blue := uint16(255*n), uint16(255*n), uint16(255*n)
		for i := 0; i+2 < len(run); i += 3 {
			r, g, blue = r-uint16(run[i]), g-uint16(run[i+1]), blue-uint16(run[i+2])
		}
		p[0], p[1], p[2] = p[0]+r, p[1]+g, p[2]+blue
		x, rgb, pixels = x+n, rgb[3*n:], pixels-n
	}
}

// Picture returns the result, row by row, 3 bytes per pixel. The builder must not be used
// afterwards.
func (b *Builder) Picture() (w, h int, pix []byte) {
	if b.scale == 1 {
		return b.w, b.h, b.pix
	}
	pix = make([]byte, len(b.ink))
	for y := range b.outH {
		rows := min(b.scale, b.h-y*b.scale)
		for x := range b.outW {
			count := uint32(rows * min(b.scale, b.w-x*b.scale))
			at := 3 * (y*b.outW + x)
			for c, ink := range b.ink[at : at+3] {
				pix[at+c] = byte(255 - (uint32(ink)+(count-1)/2)/count)
			}
		}
	}
	b.ink = nil
	return b.outW, b.outH, pix
}

// OverWhite blends a sample of opacity a with white, to the nearest number.
func OverWhite(v, a byte) byte {
	return byte((uint32(v)*uint32(a) + 255*(255-uint32(a)) + 127) / 255)
}
