package tiff

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"io"

	"exemplar/internal/imaging/jpeg"
)

// openJPEG decodes the JPEG of a strip or tile (technical note 2 to TIFF 6.0). If the samples
// are luma and chroma, it returns RGB.
func (p *Page) openJPEG(index int, c chunk) (io.Reader, error) {
	raw := p.piece(index, c.h)
	if len(raw) == 0 {
		return nil, ErrTruncated
	}
	stream := p.completeJPEG(raw)
	header, err := jpeg.ReadHeader(stream)
	if err != nil {
		return nil, wrapJPEG(err)
	}
	if int64(header.W)*int64(header.H) > p.chunkPixels()+1<<16 { // the last strip may be filled up
		return nil, corrupt("a strip or tile of %d x %d pixels holds a JPEG of %d x %d", p.chunkW, p.chunkH, header.W, header.H)
	}
	if p.planar && (header.W < c.w || header.H < c.h) {
		return nil, unsupported("chroma in JPEG planes of fewer pixels is not read: save it with one plane")
	}
	samples := p.samples / p.planes()
	if header.Components != samples {
		return nil, corrupt("a JPEG of %d components for %d samples a pixel", header.Components, samples)
	}
	pix, damage, err := samplesOfJPEG(stream, header)
	if err != nil {
		return nil, wrapJPEG(err)
	}
	rows := header.H
	if errors.Is(damage.Err, jpeg.ErrTruncated) {
		rows = int(float64(rows) * (1 - damage.Missing))
	}
	row := make([]byte, p.chunkW*samples)
	y := 0
	return &rowReader{next: func() ([]byte, error) {
		if y == rows {
			return nil, ErrTruncated
		}
		copy(row, pix[y*header.W*samples:][:header.W*samples])
		y++
		return row, nil
	}}, nil
}

// samplesOfJPEG decodes a JPEG to one sample per component for each pixel.
func samplesOfJPEG(stream []byte, header jpeg.Header) ([]byte, jpeg.Damage, error) {
	if header.Components == 4 {
		inks, err := inksOfJPEG(stream)
		return inks, jpeg.Damage{}, err
	}
	_, _, pix, damage, err := jpeg.DecodeDamaged(stream, 1)
	if err != nil || header.Components == 3 {
		return pix, damage, err
	}
	gray := pix[:len(pix)/3]
	for i := range gray {
		gray[i] = pix[3*i]
	}
	return gray, damage, nil
}

// inksOfJPEG decodes four components without conversion, by the standard library. Our own
// decoder converts them to RGB and assumes that they are stored inverted, as in Adobe's
// files; in TIFF they are not.
func inksOfJPEG(stream []byte) ([]byte, error) {
	picture, err := stdjpeg.Decode(bytes.NewReader(stream))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", jpeg.ErrCorrupt, err)
	}
	inks, ok := picture.(*image.CMYK)
	if !ok {
		return nil, fmt.Errorf("%w: %T is no picture of four components", jpeg.ErrUnsupported, picture)
	}
	size := inks.Bounds().Size()
	pix := make([]byte, 0, 4*size.X*size.Y)
	for y := range size.Y {
		for _, v := range inks.Pix[y*inks.Stride:][:4*size.X] {
			pix = append(pix, 255-v) // stdjpeg.Decode has inverted them
		}
	}
	return pix, nil
}

// completeJPEG completes a strip to a JPEG file: it prepends the tables, which all strips
// share, and the segment that says whether its components are RGB.
func (p *Page) completeJPEG(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte{0xFF, 0xD8}) {
		return raw
	}
	stream := append([]byte{0xFF, 0xD8}, p.adobeSegment()...)
	if tables := p.dir.bytes(tagJPEGTables); len(tables) > 4 {
		stream = append(stream, bytes.TrimSuffix(tables[2:], []byte{0xFF, 0xD9})...)
	}
	return append(stream, raw[2:]...)
}

// adobeSegment is an APP14 segment that says whether there is chroma.
func (p *Page) adobeSegment() []byte {
	if p.photometric == yCbCr && p.samples == 3 {
		return adobeSegment(1)
	}
	return adobeSegment(0)
}

func adobeSegment(transform byte) []byte {
	return append([]byte("\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00"), transform)
}

// wrapJPEG converts errors of the JPEG decoder to those of this package.
func wrapJPEG(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jpeg.ErrTruncated):
		return ErrTruncated
	case errors.Is(err, jpeg.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// chunkPixels returns the number of pixels of a strip or tile, bounded by about the page's
// size if a tile is far larger than the page.
func (p *Page) chunkPixels() int64 {
	return int64(min(p.chunkW, p.W+1024)) * int64(min(p.chunkH, p.H+1024))
}

// wholeJPEG returns at most most bytes of the JPEG of a page that consists of a single one. ok
// is false for any other page.
func (p *Page) wholeJPEG(most int) (stream []byte, header jpeg.Header, ok bool) {
	single := p.across*p.down == 1 && !p.planar && p.compression == compressionJPEG
	plain := p.photometric == blackIsZero && p.samples == 1 || p.samples == 3 && (p.photometric == rgb || p.jpegRGB)
	if !single || !plain {
		return nil, header, false
	}
	piece := p.piece(0, p.H)
	stream = p.completeJPEG(piece[:min(len(piece), most)])
	header, err := jpeg.ReadHeader(stream)
	return stream, header, err == nil && header.W == p.W && header.H == p.H && header.Components == p.samples
}

// jpegCost returns the largest number of bytes that decoding the page's JPEG allocates,
// without the result.
func (p *Page) jpegCost() int64 {
	pixels := int64(p.W) * int64(p.H)
	if p.compression == compressionOldJPEG {
		return 2*int64(len(p.dir.reader.data)) + 3*pixels
	}
	if _, header, ok := p.wholeJPEG(1 << 17); ok {
		cost := int64(1<<20) + int64(len(p.piece(0, p.H)))
		if header.Buffered { // coefficients of two bytes
			cost += 2*int64(header.Samples) + int64(header.Samples)/64
		}
		return cost
	}
	// A strip or tile is in memory as pixels, and as samples or coefficients.
	return 9 * p.chunkPixels()
}
