package png

import (
	"bufio"
	"compress/zlib"
	"fmt"
	"io"
	"iter"

	"exemplar/internal/imaging/shrink"
)

// mostPerByte is the largest number of bytes that zlib makes of one: a code of two bits may
// stand for 258 bytes (RFC 1951).
const mostPerByte = 1032

// Cost returns the largest number of bytes that Decode allocates at a scale, with the result.
func (f *File) Cost(scale int) int64 {
	return shrink.Cost(f.W, f.H, scale) + 2*int64(f.rowBytes(f.W)) + 3*int64(f.W) + 1<<17
}

// Decode returns the picture at 1/scale of its size, rounded up: w by h pixels, 3 bytes each
// (R, G, B), row by row, with transparency blended with white. The scale is 1, 2, 4 or 8. If
// the file is cut off or damaged after at least half of its rows, the others are white, and
// missing is their share.
func (f *File) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	p := &f.picture
	if p.compressed < f.rowBytes(p.w)*p.h/2/mostPerByte {
		return 0, 0, nil, 0, fmt.Errorf("%w: %d bytes cannot hold %d x %d pixels", ErrTruncated, p.compressed, p.w, p.h)
	}
	next, stop := iter.Pull(chunksAt(p.chunks))
	defer stop()
	z, err := zlib.NewReader(bufio.NewReader(&pixelReader{next: next, frame: p.isFrame}))
	if err != nil {
		return 0, 0, nil, 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	d := decoder{File: f, src: z, out: shrink.New(f.W, f.H, scale), convert: f.converter()}
	rows := 0
	if f.interlaced {
		rows, err = d.passes()
	} else {
		rows, err = d.pass(interlace{0, 0, 1, 1})
	}
	if err != nil && (2*rows < p.h || rows == 0) {
		return 0, 0, nil, 0, fmt.Errorf("%w: %d of %d rows are there", ErrTruncated, rows, p.h)
	}
	w, h, pix = d.out.Picture()
	return w, h, pix, float64(p.h-rows) / float64(f.H), nil
}

// decoder is the state of decoding one file.
type decoder struct {
	*File
	src     io.Reader
	out     *shrink.Builder
	convert func(dst, row []byte) // converts the samples of a row to RGB
}

// interlace is a pass: its first pixel and the steps from one to the next.
type interlace struct{ x, y, stepX, stepY int }

// adam7 are the passes of interlaced files (PNG 8.2).
var adam7 = [7]interlace{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// passes reads an interlaced picture and returns its height, or 0 if anything is missing,
// since the holes would be all over the picture.
func (d *decoder) passes() (rows int, err error) {
	for _, p := range adam7 {
		if _, err := d.pass(p); err != nil {
			return 0, err
		}
	}
	return d.picture.h, nil
}

// pass reads the rows of a pass and returns how many there were.
func (d *decoder) pass(p interlace) (rows int, err error) {
	w := (d.picture.w - p.x + p.stepX - 1) / p.stepX
	if w <= 0 {
		return 0, nil
	}
	size, pixel := d.rowBytes(w), (d.bitsPerPixel()+7)/8
	// The filters refer to the pixel on the left; before each row there is one of zeros.
	row, above := make([]byte, pixel+size), make([]byte, pixel+size)
	var filter [1]byte
	rgb := make([]byte, 3*w)
	for y := p.y; y < d.picture.h; y += p.stepY {
		if _, err := io.ReadFull(d.src, filter[:]); err != nil {
			return rows, err
		}
		if _, err := io.ReadFull(d.src, row[pixel:]); err != nil {
			return rows, err
		}
		if filter[0] > 4 {
			return rows, fmt.Errorf("row %d has filter %d", y, filter[0])
		}
		unfilter(filter[0], row, above, pixel)
		d.convert(rgb, row[pixel:])
		d.out.Span(d.picture.x+p.x, d.picture.y+y, p.stepX, rgb)
		row, above = above, row
		rows++
	}
	return rows, nil
}

// unfilter inverts the filter (PNG 9) of a row, in place. Both rows begin with a pixel of
// zeros.
func unfilter(filter byte, row, above []byte, pixel int) {
	above = above[:len(row)]
	switch filter {
	case 1: // sub
		for i := pixel; i < len(row); i++ {
			row[i] += row[i-pixel]
		}
	case 2: // up
		for i := pixel; i < len(row); i++ {
			row[i] += above[i]
		}
	case 3: // average
		for i := pixel; i < len(row); i++ {
			row[i] += byte((int(row[i-pixel]) + int(above[i])) / 2)
		}
	case 4:
		for i := pixel; i < len(row); i++ {
			row[i] += paeth(row[i-pixel], above[i], above[i-pixel])
		}
	}
}

// paeth returns which of three neighbours is nearest to left + up - corner.
func paeth(left, up, corner byte) byte {
	a, b := int32(up)-int32(corner), int32(left)-int32(corner)
	toLeft, toUp, toCorner := abs(a), abs(b), abs(a+b)
	switch {
	case toLeft <= toUp && toLeft <= toCorner:
		return left
	case toUp <= toCorner:
		return up
	}
	return corner
}

func abs(v int32) int32 { return max(v, -v) }
