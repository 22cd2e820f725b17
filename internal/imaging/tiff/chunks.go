package tiff

import (
	"errors"
	"io"
)

// A chunk is a strip or a tile of chunkW by chunkH pixels, of which those within the picture
// count.
type chunk struct {
	index      int
	x, y, w, h int // the part of the picture that it contains
}

// planes returns the number of pieces of the file that make up a chunk.
func (p *Page) planes() int {
	if p.planar {
		return p.samples
	}
	return 1
}

// eachRow reads all chunks. It calls visit for each row of pixels with one slice of bytes per
// plane, valid until visit returns. It returns the number of pixels that cannot be read and,
// if there are any, the reason.
func (p *Page) eachRow(visit func(x, y, w int, planes [][]byte)) (lost int64, err error) {
	rows := p.newRows()
	for i := range p.across * p.down {
		col, row := i%p.across, i/p.across
		c := chunk{index: i, x: col * p.chunkW, y: row * p.chunkH}
		c.w, c.h = min(p.chunkW, p.W-c.x), min(p.chunkH, p.H-c.y)
		done, chunkErr := rows.readChunk(c, visit)
		if errors.Is(chunkErr, ErrUnsupported) {
			return int64(p.W) * int64(p.H), chunkErr
		}
		if done < c.h {
			lost += int64(c.w) * int64(c.h-done)
			if err == nil {
				err = chunkErr
			}
		}
	}
	return lost, err
}

// checkPresent refuses, before it takes memory and time, a picture with more strips or tiles
// than the file lists, and one for which the file has too few bytes for most of them at any
// compression ratio.
func (p *Page) checkPresent() error {
	if p.offsets.count() == 0 {
		return nil // the page is a single JPEG
	}
	total := int64(p.across) * int64(p.down) * int64(p.planes())
	if int64(p.offsets.count()) < total/2 {
		return corrupt("it lists %d strips or tiles of %d", p.offsets.count(), total)
	}
	present, need := int64(0), p.leastBytes()
	for i := range int(total) {
		present += min(int64(len(p.piece(i, p.chunkH))), need)
	}
	if float64(present) < float64(total)*float64(need)/4 {
		return ErrTruncated
	}
	return nil
}

// leastBytes returns the least number of bytes of a compressed strip or tile.
func (p *Page) leastBytes() int64 {
	raw := p.rawBytes(min(p.chunkH, p.H))
	switch p.compression {
	case compressionNone:
		return raw
	case compressionPackBits: // 128 bytes in two
		return raw/64 + 1
	case compressionDeflate, compressionOldFlate: // 258 bytes in two bits
		return raw/1032 + 1
	case compressionLZW: // codes of 12 bits, for at most as many bytes as there are codes
		return raw/2560 + 1
	case compressionG3, compressionG4, compressionRLE, compressionRLEW: // one bit per row
		return int64(min(p.chunkH, p.H))/8 + 1
	}
	return 1
}

// rawBytes returns the bytes of rows of a chunk without compression.
func (p *Page) rawBytes(rows int) int64 {
	if p.subX*p.subY > 1 {
		blocks := int64(ceilDiv(p.chunkW, p.subX)) * int64(ceilDiv(rows, p.subY))
		return blocks * int64(p.subX*p.subY+2)
	}
	return int64(p.rowBytes()) * int64(rows)
}

// rowBytes returns the bytes of a chunk's row in one plane.
func (p *Page) rowBytes() int { return (p.chunkW*p.samples/p.planes()*p.bits + 7) / 8 }

// offset returns the position of piece i in the file, or a position beyond the end if it is
// not known.
func (p *Page) offset(i int) int64 {
	size := int64(len(p.dir.reader.data))
	if i >= p.offsets.count() {
		return size
	}
	return int64(min(toUint(p.dir.number(p.offsets, i)), uint64(size)))
}

// piece returns the bytes of piece i. The size of an uncompressed piece is computed, since
// some writers store a wrong one or none. A compressed piece without a size is assumed to
// extend to the end of the file.
func (p *Page) piece(i, rows int) []byte {
	rest := p.dir.reader.data[p.offset(i):]
	if p.compression == compressionNone {
		return rest[:min(p.rawBytes(rows), int64(len(rest)))]
	}
	if i < p.byteCounts.count() {
		if size := toUint(p.dir.number(p.byteCounts, i)); size > 0 && size < uint64(len(rest)) {
			return rest[:size]
		}
	}
	return rest
}

// rows reads chunks, one at a time.
type rows struct {
	page    *Page
	inflate []inflater // one for each plane
	buffers [][]byte
	floats  []byte // see unpredictFloats
}

func (p *Page) newRows() *rows {
	r := &rows{page: p, inflate: make([]inflater, p.planes())}
	width := p.rowBytes()
	if p.jpegRGB || p.subX*p.subY > 1 {
		width = 3 * p.chunkW
	}
	for range p.planes() {
		r.buffers = append(r.buffers, make([]byte, width))
	}
	return r
}

// readChunk visits the rows of a chunk and returns their number. The missing part of the last
// row may contain bytes of the row before.
func (r *rows) readChunk(c chunk, visit func(x, y, w int, planes [][]byte)) (done int, err error) {
	p := r.page
	sources := make([]io.Reader, p.planes())
	for i := range sources {
		if i >= p.colors && i != p.alpha {
			continue
		}
		index := c.index + i*p.across*p.down
		if sources[i], err = r.open(i, index, c); err != nil {
			return 0, err
		}
	}
	for ; done < c.h; done++ {
		for i, source := range sources {
			if source == nil {
				continue
			}
			if _, err := io.ReadFull(source, r.buffers[i]); err != nil {
				if err == io.EOF || err == io.ErrUnexpectedEOF {
					err = ErrTruncated
				}
				return done, err
			}
			r.unpredict(r.buffers[i])
		}
		visit(c.x, c.y+done, c.w, r.buffers)
	}
	return done, nil
}
