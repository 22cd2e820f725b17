package tiff

import (
	"bytes"
	stdlzw "compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"fmt"
)

// testTag is a tag with its values as whole numbers; those of type RATIONAL are
// over 1000.
type testTag struct {
	tag, kind uint16
	values    []uint64
}

const (
	kindByte     = 1
	kindShort    = 3
	kindLong     = 4
	kindRational = 5
)

func short(tag uint16, values ...uint64) testTag    { return testTag{tag, kindShort, values} }
func long(tag uint16, values ...uint64) testTag     { return testTag{tag, kindLong, values} }
func rational(tag uint16, values ...uint64) testTag { return testTag{tag, kindRational, values} }

func byteTag(tag uint16, b []byte) testTag {
	t := testTag{tag: tag, kind: kindByte}
	for _, v := range b {
		t.values = append(t.values, uint64(v))
	}
	return t
}

// testPage is a directory and its strips or tiles.
type testPage struct {
	tags   []testTag
	pieces [][]byte
	tiled  bool
}

// with returns the page with tags added or replaced.
func (p testPage) with(tags ...testTag) testPage {
	all := append([]testTag(nil), tags...)
	for _, old := range p.tags {
		replaced := false
		for _, t := range tags {
			replaced = replaced || t.tag == old.tag
		}
		if !replaced {
			all = append(all, old)
		}
	}
	p.tags = all
	return p
}

// without returns the page without a tag.
func (p testPage) without(tag uint16) testPage {
	var kept []testTag
	for _, t := range p.tags {
		if t.tag != tag {
			kept = append(kept, t)
		}
	}
	p.tags = kept
	return p
}

// testFile writes pages in a byte order, as TIFF or BigTIFF.
type testFile struct {
	order binary.AppendByteOrder
	big   bool
	out   []byte
}

func littleFile(pages ...testPage) []byte {
	f := testFile{order: binary.LittleEndian}
	return f.write(pages...)
}

func (f *testFile) write(pages ...testPage) []byte {
	f.out = []byte("II")
	if f.order == binary.AppendByteOrder(binary.BigEndian) {
		f.out = []byte("MM")
	}
	if f.big {
		f.out = f.order.AppendUint16(f.order.AppendUint16(f.order.AppendUint16(f.out, 43), 8), 0)
	} else {
		f.out = f.order.AppendUint16(f.out, 42)
	}
	link := len(f.out)
	f.out = f.offset(f.out, 0)
	for _, p := range pages {
		link = f.page(p, link)
	}
	return f.out
}

// offset appends an offset in the width of the file.
func (f *testFile) offset(b []byte, at uint64) []byte {
	if f.big {
		return f.order.AppendUint64(b, at)
	}
	return f.order.AppendUint32(b, uint32(at))
}

// page writes a page, lets link point to it, and returns where the next link is.
func (f *testFile) page(p testPage, link int) int {
	offsets, counts := long(tagStripOffsets), long(tagStripByteCounts)
	if p.tiled {
		offsets.tag, counts.tag = tagTileOffsets, tagTileByteCounts
	}
	for _, piece := range p.pieces {
		offsets.values = append(offsets.values, uint64(len(f.out)))
		counts.values = append(counts.values, uint64(len(piece)))
		f.out = append(f.out, piece...)
	}
	tags := p.tags
	for _, t := range []testTag{offsets, counts} {
		given := len(t.values) == 0
		for _, other := range p.tags {
			given = given || other.tag == t.tag
		}
		if !given {
			tags = append(tags[:len(tags):len(tags)], t)
		}
	}
	var entries []byte
	for _, t := range tags {
		entries = append(entries, f.entry(t)...)
	}
	at := uint64(len(f.out))
	copy(f.out[link:], f.offset(nil, at))
	if f.big {
		f.out = f.order.AppendUint64(f.out, uint64(len(tags)))
	} else {
		f.out = f.order.AppendUint16(f.out, uint16(len(tags)))
	}
	f.out = append(f.out, entries...)
	link = len(f.out)
	f.out = f.offset(f.out, 0)
	return link
}

// entry returns a directory entry; values that do not fit go to the file.
func (f *testFile) entry(t testTag) []byte {
	var values []byte
	for _, v := range t.values {
		switch t.kind {
		case kindByte:
			values = append(values, byte(v))
		case kindShort:
			values = f.order.AppendUint16(values, uint16(v))
		case kindLong:
			values = f.order.AppendUint32(values, uint32(v))
		case kindRational:
			values = f.order.AppendUint32(f.order.AppendUint32(values, uint32(v)), 1000)
		}
	}
	width := len(f.offset(nil, 0))
	entry := f.order.AppendUint16(f.order.AppendUint16(nil, t.tag), t.kind)
	entry = f.offset(entry, uint64(len(t.values)))
	if len(values) > width {
		at := uint64(len(f.out))
		f.out = append(f.out, values...)
		values = f.offset(nil, at)
	}
	return append(entry, append(values, make([]byte, width-len(values))...)...)
}

var deflater = zlib.NewWriter(nil)

// compress is the inverse of the decoder for compressions of bytes.
func compress(compression int, raw []byte) []byte {
	var out bytes.Buffer
	switch compression {
	case compressionNone:
		return raw
	case compressionDeflate, compressionOldFlate:
		deflater.Reset(&out) // a new one takes 800 kB
		deflater.Write(raw)
		deflater.Close()
	case compressionLZW:
		return literalLZW(raw)
	case oldLZW:
		w := stdlzw.NewWriter(&out, stdlzw.LSB, 8)
		w.Write(raw)
		w.Close()
	case compressionPackBits:
		return packed(raw)
	default:
		panic(fmt.Sprint("compression ", compression))
	}
	return out.Bytes()
}

// oldLZW is a number for LZW with the bits in the opposite order, for this test only.
const oldLZW = 1005

// literalLZW writes literal codes of 9 bits and clears the table before they
// grow.
func literalLZW(raw []byte) []byte {
	var out []byte
	bits, n := uint64(0), 0
	put := func(code uint64) {
		bits, n = bits<<9|code, n+9
		for n >= 8 {
			out = append(out, byte(bits>>(n-8)))
			n -= 8
		}
	}
	for i, v := range raw {
		if i%200 == 0 {
			put(256)
		}
		put(uint64(v))
	}
	put(257)
	put(0)
	return out
}

// packed writes runs of three and more as such.
func packed(raw []byte) (out []byte) {
	for len(raw) > 0 {
		run := 1
		for run < len(raw) && run < 128 && raw[run] == raw[0] {
			run++
		}
		if run >= 3 {
			out = append(out, byte(257-run), raw[0])
			raw = raw[run:]
			continue
		}
		n := min(len(raw), 5)
		out = append(append(out, byte(n-1)), raw[:n]...)
		raw = raw[n:]
	}
	return out
}
