package tiff

import (
	"encoding/binary"
	"maps"
	"slices"
)

// Cut returns some pages, by their places in f.Pages, as a file of their own, in the order of
// indexes. The strips or tiles are copied as they are. Tags above 532 are left out, among them
// those that lead to other directories; so are thumbnails.
func (f *File) Cut(indexes []int) ([]byte, error) {
	c := newCutter(f.Pages[0].dir.reader)
	for _, i := range indexes {
		if err := c.page(f.Pages[i].dir); err != nil {
			return nil, err
		}
	}
	return c.out, nil
}

// cutter writes a file in the byte order, and with the width of offsets, of the one that it
// copies from.
type cutter struct {
	from   *reader
	order  binary.AppendByteOrder
	out    []byte
	link   int // where the offset of the next directory belongs
	copied int // bytes of strips and tiles
}

func newCutter(from *reader) *cutter {
	c := &cutter{from: from, order: binary.BigEndian, out: []byte("MM")}
	if from.order == binary.LittleEndian {
		c.order, c.out = binary.LittleEndian, []byte("II")
	}
	if from.big {
		c.out = c.order.AppendUint16(c.order.AppendUint16(c.order.AppendUint16(c.out, 43), 8), 0)
	} else {
		c.out = c.order.AppendUint16(c.out, 42)
	}
	c.link = len(c.out)
	c.offset(0)
	return c
}

// offset appends an offset in the width of the file.
func (c *cutter) offset(v int) {
	if c.from.big {
		c.out = c.order.AppendUint64(c.out, uint64(v))
	} else {
		c.out = c.order.AppendUint32(c.out, uint32(v))
	}
}

// wordBytes is the width of an offset.
func (c *cutter) wordBytes() int {
	if c.from.big {
		return 8
	}
	return 4
}

// patch sets the offset at a place.
func (c *cutter) patch(at, v int) {
	rest := c.out
	c.out = c.out[:at]
	c.offset(v)
	c.out = rest
}

// page copies a directory and what it leads to.
func (c *cutter) page(d *directory) error {
	if d.uint(tagCompression, 1) == compressionOldJPEG {
		return unsupported("pages in the JPEG of 1992 cannot be cut out")
	}
	entries := maps.Clone(d.entries)
	delete(entries, tagSubIFDs)
	pieces := 0
	for _, tags := range [][2]uint16{{tagStripOffsets, tagStripByteCounts}, {tagTileOffsets, tagTileByteCounts}} {
		offsets, counts := d.uints(tags[0]), d.uints(tags[1])
		if len(offsets) == 0 {
			continue
		}
		if len(counts) != len(offsets) || len(offsets) >= maxValues {
			return unsupported("%d strips with %d sizes cannot be cut out", len(offsets), len(counts))
		}
		pieces += len(offsets)
		if err := c.pieces(entries, tags, offsets, counts); err != nil {
			return err
		}
	}
	if pieces == 0 {
		return corrupt("the page has no strips")
	}
	c.directory(entries)
	return nil
}

// pieces copies strips or tiles, and sets the entries that lead to them.
func (c *cutter) pieces(entries map[uint16]entry, tags [2]uint16, offsets, counts []uint64) error {
	kind, width := uint16(4), 4 // LONG
	if c.from.big {
		kind, width = 16, 8 // LONG8
	}
	at, size := make([]byte, 0, width*len(offsets)), make([]byte, 0, width*len(offsets))
	number := func(b []byte, v int) []byte {
		if c.from.big {
			return c.order.AppendUint64(b, uint64(v))
		}
		return c.order.AppendUint32(b, uint32(v))
	}
	for i, offset := range offsets {
		data := c.from.data[min(offset, uint64(len(c.from.data))):]
		data = data[:min(counts[i], uint64(len(data)))] // of a file that is cut off, what there is
		if c.copied += len(data); c.copied > len(c.from.data) {
			return unsupported("strips that overlap cannot be cut out")
		}
		c.even()
		at, size = number(at, len(c.out)), number(size, len(data))
		c.out = append(c.out, data...)
	}
	entries[tags[0]], entries[tags[1]] = entry{kind, at}, entry{kind, size}
	return nil
}

// directory writes the entries, with the values that do not fit into them before.
func (c *cutter) directory(entries map[uint16]entry) {
	tags := slices.Sorted(maps.Keys(entries))
	places := map[uint16]int{}
	for _, tag := range tags {
		if raw := entries[tag].raw; len(raw) > c.wordBytes() {
			c.even()
			places[tag] = len(c.out)
			c.out = append(c.out, raw...)
		}
	}
	c.even()
	c.patch(c.link, len(c.out))
	if c.from.big {
		c.out = c.order.AppendUint64(c.out, uint64(len(tags)))
	} else {
		c.out = c.order.AppendUint16(c.out, uint16(len(tags)))
	}
	for _, tag := range tags {
		e := entries[tag]
		c.out = c.order.AppendUint16(c.order.AppendUint16(c.out, tag), e.kind)
		c.offset(e.count())
		if at, apart := places[tag]; apart {
			c.offset(at)
			continue
		}
		c.out = append(c.out, e.raw...)
		c.out = append(c.out, make([]byte, c.wordBytes()-len(e.raw))...)
	}
	c.link = len(c.out)
	c.offset(0)
}

// even makes the next byte one on an even place, as values must be (TIFF 6.0, section 2).
func (c *cutter) even() {
	if len(c.out)%2 == 1 {
		c.out = append(c.out, 0)
	}
}
