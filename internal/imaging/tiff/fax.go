package tiff

import (
	"encoding/binary"
	"io"
)

// faxCoding is the variant of fax coding.
type faxCoding struct {
	g4    bool // all rows in two dimensions, without ends of lines (ITU-T T.6)
	twoD  bool // G3 only: a bit after each end of line says whether the row is one- or two-dimensional (T.4)
	align int  // rows begin at multiples of this number of bits
}

func (p *Page) faxCoding() faxCoding {
	switch p.compression {
	case compressionG4:
		return faxCoding{g4: true, align: 1}
	case compressionRLE:
		return faxCoding{align: 8}
	case compressionRLEW:
		return faxCoding{align: 16}
	}
	return faxCoding{twoD: p.fax2D, align: 1}
}

// fax decodes the rows of a strip: 1 bit a pixel, 1 for black.
//
// A row is a list of the positions where the colour changes, starting with white: a black run
// begins at positions of even index and ends at those of odd index. The last is the width.
type fax struct {
	faxCoding
	data       []byte
	pos        int // in bits
	w          int
	above, row []int32
	packed     []byte
	tables     *[2]runTable
	count, bad int // rows, and those with an error
}

// newFax returns a reader of the rows of a strip, whole bytes each.
func newFax(data []byte, w int, coding faxCoding, reversed bool) io.Reader {
	if reversed {
		data = reverseBits(data)
	}
	f := &fax{faxCoding: coding, data: data, w: w, tables: runTables(), packed: make([]byte, (w+7)/8)}
	return &rowReader{next: f.next}
}

func (f *fax) next() ([]byte, error) {
	twoD := f.g4
	if !f.g4 && f.align == 1 {
		tag, err := f.lineStart()
		if err != nil {
			return nil, err
		}
		twoD = f.twoD && !tag
	} else if f.pos >= 8*len(f.data) {
		return nil, ErrTruncated
	}
	f.above, f.row = f.row, f.above[:0]
	if f.count++; f.count == 1 {
		f.above = append(f.above, int32(f.w))
	}
	start := f.pos
	var err error
	if twoD {
		err = f.read2D()
	} else {
		err = f.read1D()
	}
	f.pos = ceilDiv(f.pos, f.align) * f.align
	if err != nil {
		if err := f.resume(start, err); err != nil {
			return nil, err
		}
	}
	f.finishRow()
	return f.packed, nil
}

// resume continues after a damaged row at the next end of line, so that noise on the telephone
// line costs one row, the rest of which stays white. It returns an error if more rows are
// damaged than not.
func (f *fax) resume(start int, err error) error {
	f.bad++
	if f.g4 || f.align > 1 || f.bad > 10 && 2*f.bad > f.count {
		return err
	}
	for f.pos = start; f.pos < 8*len(f.data); {
		if zeros := f.zeros(); zeros >= 11 {
			return nil
		} else {
			f.pos += zeros + 1
		}
	}
	return err
}

// lineStart skips the code for the end of the line before, at least eleven zeros and a one, if
// there is one. It returns the bit after it, if the coding has one, which is set for a
// one-dimensional row. Six ends of lines end the page.
func (f *fax) lineStart() (tag bool, err error) {
	tag = true
	for ends := 0; ; ends++ {
		if f.pos >= 8*len(f.data) || ends >= 6 {
			return false, ErrTruncated
		}
		zeros := f.zeros()
		if zeros < 11 {
			return tag, nil
		}
		f.pos += zeros + 1
		if f.twoD {
			tag = f.peek(1) == 1
			f.pos++
		}
	}
}

// zeros counts the next bits that are zero.
func (f *fax) zeros() int {
	n := 0
	for at := f.pos; at < 8*len(f.data); at, n = at+1, n+1 {
		if at&7 == 0 {
			for at+8 <= 8*len(f.data) && f.data[at>>3] == 0 {
				at, n = at+8, n+8
			}
			if at >= 8*len(f.data) {
				break
			}
		}
		if f.data[at>>3]<<(at&7)&0x80 != 0 {
			break
		}
	}
	return n
}

// peek returns the next n bits, at most 25, with zeros after the end.
func (f *fax) peek(n int) uint32 {
	at := f.pos >> 3
	var v uint32
	if at+4 <= len(f.data) {
		v = binary.BigEndian.Uint32(f.data[at:])
	} else {
		for i := range 4 {
			v <<= 8
			if at+i < len(f.data) {
				v |= uint32(f.data[at+i])
			}
		}
	}
	return v << (f.pos & 7) >> (32 - n)
}

// run reads the length of a run of a colour, 0 for white and 1 for black.
func (f *fax) run(color int) (int, error) {
	total := 0
	for {
		code := f.tables[color][f.peek(codeBits)]
		if code == 0 {
			return total, f.badCode("run")
		}
		f.pos += int(code & 15)
		run := int(code >> 4)
		if total += run; run < 64 || total > f.w {
			return total, nil
		}
	}
}

func (f *fax) badCode(what string) error {
	if f.pos+codeBits > 8*len(f.data) {
		return ErrTruncated
	}
	return corrupt("no %s of fax codes has the bits %013b at byte %d", what, f.peek(codeBits), f.pos/8)
}

// change adds a change of colour. A position before the last change is an error. A position
// past the end of the row, which some machines send, counts as the end.
func (f *fax) change(x int) error {
	if n := len(f.row); n > 0 && x < int(f.row[n-1]) || x < 0 || n > f.w+1 {
		return corrupt("a fax row of %d pixels changes colour at %d", f.w, x)
	}
	f.row = append(f.row, int32(min(x, f.w)))
	return nil
}

func (f *fax) read1D() error {
	for x, color := 0, 0; x < f.w; color ^= 1 {
		run, err := f.run(color)
		if err != nil {
			return err
		}
		x += run
		if err := f.change(x); err != nil {
			return err
		}
	}
	return nil
}

// read2D reads a row that is coded relative to the row above (T.4, 4.2.1.3). a is the current
// position, and above[b] the next change in the row above, right of a, to the colour opposite
// to that of this row at a.
func (f *fax) read2D() error {
	w := int32(f.w)
	at := func(i int) int32 {
		if i < len(f.above) {
			return f.above[i]
		}
		return w
	}
	a, color, b := int32(-1), 0, 0
	for a < w {
		for b = max(0, b-2)&^1 | color; at(b) <= a && at(b) < w; b += 2 {
		}
		m := modes[f.peek(modeBits)]
		f.pos += int(m.length)
		switch m.kind {
		case passMode:
			a = at(b + 1)
		case verticalMode:
			a = at(b) + int32(m.offset)
			if err := f.change(int(a)); err != nil {
				return err
			}
			color ^= 1
		case horizontalMode:
			for range 2 {
				run, err := f.run(color)
				if err != nil {
					return err
				}
				a = max(a, 0) + int32(run)
				if err := f.change(int(a)); err != nil {
					return err
				}
				color ^= 1
			}
		case extensionMode:
			return unsupported("the uncompressed mode of fax coding is not read: save it with LZW compression, or as PNG")
		default:
			return f.badCode("mode")
		}
	}
	return nil
}

// finishRow ends the row at its width and packs it. Runs of length zero stay in the list,
// since the codes of the next row refer to them.
func (f *fax) finishRow() {
	if n := len(f.row); n&1 == 1 && int(f.row[n-1]) < f.w {
		f.row = f.row[:n-1] // a black run without an end
	}
	f.row = append(f.row, int32(f.w))
	clear(f.packed)
	for i := 0; i+1 < len(f.row); i += 2 {
		blacken(f.packed, int(f.row[i]), int(f.row[i+1]))
	}
}

// blacken sets the bits [x0, x1).
func blacken(packed []byte, x0, x1 int) {
	if x0 >= x1 {
		return
	}
	first, last := x0>>3, (x1-1)>>3
	head, tail := byte(0xFF)>>(x0&7), byte(0xFF)<<(7-(x1-1)&7)
	if first == last {
		packed[first] |= head & tail
		return
	}
	packed[first] |= head
	for i := first + 1; i < last; i++ {
		packed[i] = 0xFF
	}
	packed[last] |= tail
}
