package bmp

import (
	"encoding/binary"
	"math/bits"
)

// Values of the field for compression.
const (
	none           = 0
	rle8           = 1
	rle4           = 2
	bitFields      = 3
	jpegFile       = 4
	pngFile        = 5
	alphaBitFields = 6

	// In OS/2 2.x two values have another meaning.
	huffman = 100
	rle24   = 101
)

// Sizes of headers.
const (
	fileHeader = 14
	os2V1      = 12
	os2V2      = 64
	windowsV3  = 40
	withMasks  = 52 // and those above
	withAlpha  = 56
	windowsV5  = 124
)

// header is the header before the palette.
type header struct {
	data   []byte // from the header on
	size   int
	colors int
	File
}

// Open reads the header of a file.
func Open(data []byte) (*File, error) {
	at, pixels := 0, 0
	if !isBare(data) {
		if len(data) < fileHeader+4 {
			return nil, ErrTruncated
		}
		at, pixels = fileHeader, int(binary.LittleEndian.Uint32(data[10:]))
	}
	h := header{data: data[at:]}
	if err := h.read(); err != nil {
		return nil, err
	}
	end, err := h.readPalette(pixels - at)
	if err != nil {
		return nil, err
	}
	if pixels -= at; pixels < h.size || pixels > len(h.data) || pixels == h.size && h.hasPalette() {
		pixels = min(end, len(h.data)) // left out, or wrong
	}
	h.pixels = h.data[pixels:]
	if h.compression == jpegFile || h.compression == pngFile {
		h.Embedded = h.pixels
	}
	return &h.File, nil
}

// isBare says whether data begins with the header of a bitmap, without a file header.
func isBare(data []byte) bool {
	if len(data) < windowsV3 {
		return false
	}
	size, planes, bits := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint16(data[12:]), binary.LittleEndian.Uint16(data[14:])
	switch size {
	case windowsV3, withMasks, withAlpha, os2V2, 108, windowsV5:
	case os2V1:
		planes, bits = binary.LittleEndian.Uint16(data[8:]), binary.LittleEndian.Uint16(data[10:])
	default:
		return false
	}
	return planes == 1 && (bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32)
}

// read reads the header up to the palette.
func (h *header) read() error {
	if len(h.data) < os2V1 {
		return ErrTruncated
	}
	h.size = int(min(binary.LittleEndian.Uint32(h.data), 1<<16))
	if h.size < os2V1 || h.size > windowsV5 {
		return unsupported("a header of %d bytes", h.size)
	}
	if len(h.data) < h.size {
		return ErrTruncated
	}
	if h.size == os2V1 {
		h.W, h.H = int(binary.LittleEndian.Uint16(h.data[4:])), int(binary.LittleEndian.Uint16(h.data[6:]))
		h.bits = int(binary.LittleEndian.Uint16(h.data[10:]))
	} else {
		h.W, h.H = int(int32(h.field(4))), int(int32(h.field(8)))
		h.bits = int(h.field(14) & 0xFFFF)
		h.compression = int(min(h.field(16), 99))
		h.colors = int(min(h.field(32), 1<<16))
	}
	if h.topDown = h.H < 0; h.topDown {
		h.H = -h.H
	}
	return h.check()
}

// field returns a 32-bit field of the header, or 0 if the header is too short for it, as
// headers of OS/2 2.x may be.
func (h *header) field(at int) uint32 {
	var b [4]byte
	if at < h.size {
		copy(b[:], h.data[at:h.size])
	}
	return binary.LittleEndian.Uint32(b[:])
}

// check returns an error unless the pixels are of a kind that is read.
func (h *header) check() error {
	os2 := h.size != windowsV3 && h.size < os2V2+1 && h.size != withMasks && h.size != withAlpha
	if os2 && h.compression == bitFields && h.bits == 1 {
		h.compression = huffman
	}
	if os2 && h.compression == jpegFile && h.bits == 24 {
		h.compression = rle24
	}
	switch h.compression {
	case none:
		switch h.bits {
		case 1, 2, 4, 8, 16, 24, 32:
			return h.readMasks()
		}
	case rle8, rle4, rle24:
		if want := map[int]int{rle8: 8, rle4: 4, rle24: 24}[h.compression]; h.bits == want {
			return nil
		}
	case bitFields, alphaBitFields:
		if h.bits == 16 || h.bits == 32 {
			return h.readMasks()
		}
	case jpegFile, pngFile:
		return nil
	case huffman:
		return unsupported("the Huffman compression of OS/2")
	case 11, 12, 13:
		return unsupported("a picture in printing inks (CMYK)")
	default:
		return unsupported("compression %d", h.compression)
	}
	return unsupported("a picture of %d bits a pixel with compression %d", h.bits, h.compression)
}

// mask is the position of a colour in a pixel of 16 or 32 bits.
type mask struct{ shift, most uint32 }

// value returns the colour of a pixel, 0 to 255.
func (m mask) value(pixel uint32) byte {
	if m.most == 0 {
		return 0
	}
	return byte((uint64(pixel>>m.shift&m.most)*255 + uint64(m.most)/2) / uint64(m.most))
}

// readMasks reads the masks, or sets the default ones if the file has none.
func (h *header) readMasks() error {
	var values [4]uint32
	switch {
	case h.compression == none && h.bits == 16:
		values = [4]uint32{0x7C00, 0x3E0, 0x1F}
	case h.compression == none:
		values = [4]uint32{0xFF0000, 0xFF00, 0xFF}
	default:
		n := 3
		if h.compression == alphaBitFields || h.size >= withAlpha {
			n = 4
		}
		if len(h.data) < windowsV3+4*n {
			return ErrTruncated
		}
		for i := range n { // after a header of 40 bytes, they are where longer headers include them
			values[i] = binary.LittleEndian.Uint32(h.data[windowsV3+4*i:])
		}
	}
	for i, v := range values {
		shift := uint32(bits.TrailingZeros32(v))
		if v == 0 {
			continue
		}
		if most := v >> shift; most&(most+1) == 0 {
			h.masks[i] = mask{shift, most}
		} else {
			return unsupported("a colour with gaps in its mask %08X", v)
		}
	}
	return nil
}

func (h *header) hasPalette() bool { return h.bits >= 1 && h.bits <= 8 }

// readPalette reads the palette, which may be cut short by the pixels, and returns its end.
// Colours beyond it are black.
func (h *header) readPalette(pixels int) (end int, err error) {
	at, entry := h.size, 4
	if h.size == os2V1 {
		entry = 3
	}
	if h.size == windowsV3 && h.compression == bitFields {
		at += 12
	}
	if h.size == windowsV3 && h.compression == alphaBitFields {
		at += 16
	}
	if !h.hasPalette() {
		return at + h.colors*entry, nil // a hint for screens of few colours
	}
	n := h.colors
	if n == 0 || n > 256 {
		n = 1 << h.bits
	}
	end = at + n*entry
	for i := range n {
		from := at + i*entry
		if from+3 > len(h.data) || pixels > h.size && from+3 > pixels {
			break
		}
		b := h.data[from:]
		h.palette[i] = [3]byte{b[2], b[1], b[0]}
	}
	return end, nil
}
