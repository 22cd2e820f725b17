package tiff

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Tags (TIFF 6.0, appendix A, and its supplements) that the decoder knows.
const (
	tagNewSubfileType  = 254
	tagSubfileType     = 255
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagXResolution     = 282
	tagYResolution     = 283
	tagPlanarConfig    = 284
	tagT4Options       = 292
	tagT6Options       = 293
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagSubIFDs         = 330
	tagInkSet          = 332
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
	tagJPEGOffset      = 513
	tagJPEGLength      = 514
	tagJPEGRestart     = 515
	tagJPEGQTables     = 519
	tagJPEGDCTables    = 520
	tagJPEGACTables    = 521
	tagYCbCrWeights    = 529
	tagYCbCrSampling   = 530
	tagReferenceBW     = 532
)

// Limits of the work: more directories than a document has pages and, since directories may
// overlap, a total number of entries.
const (
	maxDirectories = 1 << 14
	maxEntries     = 1 << 20
)

// typeSize is the size in bytes of a value, by its type; 0 for unknown types.
// 13, 16, 17 and 18 are IFD, LONG8, SLONG8 and IFD8 of BigTIFF.
var typeSize = [19]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// entry is the values of a tag as bytes of the file.
type entry struct {
	kind uint16
	raw  []byte // a whole number of values, as many as are in the file
}

func (e entry) count() int {
	if len(e.raw) == 0 {
		return 0
	}
	return len(e.raw) / int(typeSize[e.kind])
}

// directory is one image file directory.
type directory struct {
	reader  *reader
	entries map[uint16]entry
}

// reader knows the file's byte order and the width of its offsets.
type reader struct {
	data    []byte
	order   binary.ByteOrder
	big     bool
	seen    map[uint64]bool
	entries int
	ends    bool // before a directory that another one leads to
}

// readDirectories returns the directories of the pages. A loop ends the chain.
func readDirectories(data []byte) ([]*directory, error) {
	r := &reader{data: data, seen: map[uint64]bool{}}
	first, err := r.readHeader()
	if err != nil {
		return nil, err
	}
	all := r.chain(first)
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: no directory at byte %d", ErrTruncated, first)
	}
	pages := fullPages(all)
	for i := 0; i < len(all) && len(pages) == 0; i++ { // only thumbnails: the picture may hang on them
		for _, at := range all[i].uints(tagSubIFDs) {
			pages = append(pages, fullPages(r.chain(at))...)
		}
	}
	if len(pages) == 0 {
		pages = all
	}
	return pages, nil
}

// fullPages returns the directories except those of reduced pictures, transparency masks, and
// those without a picture.
func fullPages(dirs []*directory) []*directory {
	const reduced, mask, oldReduced = 1, 4, 2
	var pages []*directory
	for _, d := range dirs {
		kind := d.uint(tagNewSubfileType, 0)
		if kind&(reduced|mask) == 0 && d.uint(tagSubfileType, 0) != oldReduced && d.uint(tagWidth, 0) > 0 {
			pages = append(pages, d)
		}
	}
	return pages
}

// readHeader returns the offset of the first directory.
func (r *reader) readHeader() (uint64, error) {
	if len(r.data) < 8 {
		return 0, ErrTruncated
	}
	r.order = binary.BigEndian
	if r.data[0] == 'I' {
		r.order = binary.LittleEndian
	}
	// Some writers store the 42 in the opposite byte order.
	if r.data[2] != 43 && r.data[3] != 43 {
		return uint64(r.order.Uint32(r.data[4:])), nil
	}
	if len(r.data) < 16 {
		return 0, ErrTruncated
	}
	r.big = true
	return r.order.Uint64(r.data[8:]), nil
}

// chain returns the directory at an offset and those that follow.
func (r *reader) chain(at uint64) []*directory {
	var dirs []*directory
	for at != 0 && !r.seen[at] && len(r.seen) < maxDirectories {
		r.seen[at] = true
		d, next := r.readDirectory(at)
		if d == nil {
			r.ends = len(dirs) > 0
			break
		}
		dirs = append(dirs, d)
		at = next
	}
	return dirs
}

// readDirectory returns a directory and the offset of the next one, or nil if there is none
// at the offset. It returns the beginning of a directory that is cut off if that has the width.
func (r *reader) readDirectory(at uint64) (d *directory, next uint64) {
	head, size, word := uint64(2), uint64(12), uint64(4)
	if r.big {
		head, size, word = 8, 20, 8
	}
	if at >= uint64(len(r.data)) || uint64(len(r.data))-at < head {
		return nil, 0
	}
	b := r.data[at:]
	count := uint64(r.order.Uint16(b))
	if r.big {
		count = r.order.Uint64(b)
	}
	b = b[head:]
	d = &directory{reader: r, entries: map[uint16]entry{}}
	for ; count > 0 && uint64(len(b)) >= size && r.entries < maxEntries; count-- {
		r.entries++
		tag := r.order.Uint16(b)
		if _, twice := d.entries[tag]; tag <= tagReferenceBW && !twice {
			if e := r.readEntry(b[2:size]); len(e.raw) > 0 {
				d.entries[tag] = e
			}
		}
		b = b[size:]
	}
	if count > 0 && uint64(len(b)) < size && d.uint(tagWidth, 0) == 0 {
		return nil, 0 // what is left of it does not even say that there is a picture
	}
	if count == 0 && uint64(len(b)) >= word {
		next = r.offset(b)
	}
	return d, next
}

// readEntry finds the values of an entry: type, count, value or offset.
func (r *reader) readEntry(b []byte) entry {
	e := entry{kind: r.order.Uint16(b)}
	if int(e.kind) >= len(typeSize) || typeSize[e.kind] == 0 {
		return entry{}
	}
	count := uint64(r.order.Uint32(b[2:]))
	value := b[6:]
	if r.big {
		count, value = r.order.Uint64(b[2:]), b[10:]
	}
	size := typeSize[e.kind]
	if count > uint64(len(r.data))/size {
		count = uint64(len(r.data)) / size // cut off below
	}
	if count*size > uint64(len(value)) {
		at := r.offset(value)
		if at >= uint64(len(r.data)) {
			return entry{}
		}
		value = r.data[at:]
	}
	n := min(count*size, uint64(len(value)))
	e.raw = value[:n-n%size]
	return e
}

// offset reads an offset in the width of the file.
func (r *reader) offset(b []byte) uint64 {
	if r.big {
		return r.order.Uint64(b)
	}
	return uint64(r.order.Uint32(b))
}

// number returns the value i of an entry.
func (d *directory) number(e entry, i int) float64 {
	order, size := d.reader.order, int(typeSize[e.kind])
	b := e.raw[i*size:]
	switch e.kind {
	case 1, 2, 7:
		return float64(b[0])
	case 3:
		return float64(order.Uint16(b))
	case 4, 13:
		return float64(order.Uint32(b))
	case 5:
		return float64(order.Uint32(b)) / float64(order.Uint32(b[4:]))
	case 6:
		return float64(int8(b[0]))
	case 8:
		return float64(int16(order.Uint16(b)))
	case 9:
		return float64(int32(order.Uint32(b)))
	case 10:
		return float64(int32(order.Uint32(b))) / float64(int32(order.Uint32(b[4:])))
	case 11:
		return float64(math.Float32frombits(order.Uint32(b)))
	case 12:
		return math.Float64frombits(order.Uint64(b))
	case 17:
		return float64(int64(order.Uint64(b)))
	}
	return float64(order.Uint64(b))
}

// maxValues bounds the number of values that are copied from a tag; a palette of 16 bits has
// most. Lists of strips, which may be longer, are read without a copy.
const maxValues = 3 << 16

// floats returns the values of a tag as numbers, or nil if there are none.
func (d *directory) floats(tag uint16) []float64 {
	e, ok := d.entries[tag]
	if !ok {
		return nil
	}
	values := make([]float64, min(e.count(), maxValues))
	for i := range values {
		values[i] = d.number(e, i)
	}
	return values
}

// uints returns the values of a tag as whole numbers; negative values and NaN become 0. The
// 53 bits of a float64 suffice for any offset.
func (d *directory) uints(tag uint16) []uint64 {
	var values []uint64
	for _, v := range d.floats(tag) {
		values = append(values, toUint(v))
	}
	return values
}

func toUint(v float64) uint64 {
	if v >= 0 && v < 1<<53 {
		return uint64(v)
	}
	return 0
}

// uint returns the first value of a tag, or missing if there is none.
func (d *directory) uint(tag uint16, missing uint64) uint64 {
	e, ok := d.entries[tag]
	if !ok {
		return missing
	}
	return toUint(d.number(e, 0))
}

// bytes returns the bytes of a tag's values.
func (d *directory) bytes(tag uint16) []byte { return d.entries[tag].raw }
