package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// bitReader reads the bits of an entropy-coded segment. Stuffed zero bytes have been removed
// before, so that it can load eight bytes at a time without examining them.
type bitReader struct {
	src  []byte // the segment, then padding
	end  int    // length of the segment without the padding
	pos  int    // of the next byte to load
	bits uint64 // the next bits, from the highest down
	n    uint   // how many of bits count; those below are zero or loaded in advance
	bad  bool   // a code was read that is not in its table
}

// padding is the number of bytes that may be read past the end of a segment. The end is
// checked after every block, and a block of 64 coefficients takes at most 64*(16+16) bits.
const padding = 64*(16+16)/8 + 16

// refill extends bits, of which n count, to at least 56. The last byte may be loaded in part
// and is loaded again the next time. Its bits are the same then, so or-ing them is harmless.
func (r *bitReader) refill(bits uint64, n uint) (uint64, uint) {
	bits |= binary.BigEndian.Uint64(r.src[r.pos:]) >> (n & 63)
	r.pos += int(63-n) >> 3
	return bits, n | 56
}

// need makes at least 32 bits available: a code and its value.
func (r *bitReader) need() {
	if r.n < 32 {
		r.bits, r.n = r.refill(r.bits, r.n)
	}
}

func (r *bitReader) drop(count uint) {
	r.bits <<= count & 63
	r.n -= count
}

// failed says whether anything read so far was invalid or past the end.
func (r *bitReader) failed() bool {
	return r.bad || r.pos*8-int(r.n) > r.end*8
}

// take returns the next count bits, 0 to 16, which must be available: see need.
func (r *bitReader) take(count uint) int32 {
	v := r.bits >> 1 >> (63 - count&63)
	r.drop(count)
	return int32(v)
}

// signed returns the next count bits, 1 to 15, as a value in JPEG's
// one's-complement-like coding (T.81 F.2.2.1, RECEIVE and EXTEND).
func (r *bitReader) signed(count uint) int32 {
	v := int32(r.bits >> ((64 - count) & 63))
	if r.bits>>63 == 0 {
		v -= 1<<(count&31) - 1
	}
	r.drop(count)
	return v
}

// symbol decodes one Huffman code. 16 bits must be available: see need.
func (r *bitReader) symbol(h *huffman) byte {
	if e := h.short[r.bits>>(64-shortBits)]; e != 0 {
		r.drop(uint(e >> 8))
		return byte(e)
	}
	for length := uint(shortBits + 1); length <= 16; length++ {
		code := int32(r.bits >> (64 - length))
		if code < h.limit[length] {
			r.drop(length)
			return h.symbols[code-h.offset[length]]
		}
	}
	r.bad = true
	return 0
}

// openSegment prepares d.bits for the entropy-coded bytes at d.pos, up to the
// next marker, where it leaves d.pos.
func (d *decoder) openSegment() {
	if d.spare == nil {
		d.spare = make([]byte, 0, len(d.data)-d.pos+padding) // enough for any segment
	}
	out := d.spare[:0]
	for {
		at := bytes.IndexByte(d.data[d.pos:], 0xFF)
		if at < 0 || d.pos+at+1 >= len(d.data) {
			out = append(out, d.data[d.pos:]...)
			d.pos = len(d.data)
			break
		}
		marker := d.data[d.pos+at+1]
		if marker == 0 {
			at++ // keep FF, drop the 0
		}
		out = append(out, d.data[d.pos:d.pos+at]...)
		d.pos += at
		if marker != 0 && marker != 0xFF {
			break
		}
		d.pos++
	}
	d.bits = bitReader{src: out[:len(out)+padding], end: len(out)}
	clear(d.bits.src[len(out):])
}

// nextRestart skips the restart marker that is due and opens the segment after it; index is
// the number of the restart in the scan. It returns false if the segment is lost, which it
// infers from one of the next three markers in its place. It skips anything else before the
// marker (as jpeg_resync_to_restart in libjpeg's jdmarker.c, which examines the next two).
func (d *decoder) nextRestart(index int) bool {
	for i := range d.components {
		d.components[i].dc = 0
	}
	for {
		d.skipEntropyToMarker()
		if d.pos+2 > len(d.data) {
			d.report(ErrTruncated)
			return false
		}
		marker := d.data[d.pos+1]
		if marker == eoi || marker == sos {
			d.report(corrupt("marker %02X at byte %d where a restart marker is due", marker, d.pos))
			return false
		}
		if marker >= rst0 && marker <= rst7 {
			switch ahead := (int(marker-rst0) - index%8 + 8) % 8; {
			case ahead == 0:
				d.pos += 2
				d.openSegment()
				return true
			case ahead <= 3:
				d.report(corrupt("the restart marker before byte %d is missing", d.pos))
				return false
			}
		}
		d.report(corrupt("marker %02X at byte %d where restart marker %d is due", marker, d.pos, index%8))
		d.pos += 2
	}
}

// scanError is the reason why reading the current segment failed.
func (d *decoder) scanError(row int) error {
	if !d.bits.bad && d.pos >= len(d.data) {
		return fmt.Errorf("%w: %d of %d rows of blocks are there", ErrTruncated, row, d.mcusY)
	}
	return corrupt("invalid code in row %d of %d of blocks", row, d.mcusY)
}

// skipEntropy moves past the entropy-coded bytes of a scan that is not needed.
func (d *decoder) skipEntropy() {
	for {
		d.skipEntropyToMarker()
		if d.pos >= len(d.data) || d.data[d.pos+1] < rst0 || d.data[d.pos+1] > rst7 {
			return
		}
		d.pos += 2
	}
}

// skipEntropyToMarker moves to the next marker, or to the end of the file.
func (d *decoder) skipEntropyToMarker() {
	for {
		at := bytes.IndexByte(d.data[d.pos:], 0xFF)
		if at < 0 || d.pos+at+1 >= len(d.data) {
			d.pos = len(d.data)
			return
		}
		d.pos += at
		if marker := d.data[d.pos+1]; marker != 0 && marker != 0xFF {
			return
		}
		d.pos++
	}
}
