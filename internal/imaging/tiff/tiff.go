// Package tiff decodes TIFF files (TIFF 6.0, its supplements, BigTIFF) of scanners, fax
// machines and libraries, page by page, to 8-bit RGB, blended with white. Package imaging
// calls it.
//
//	file, err := tiff.Open(data)
//	page := file.Pages[0]
//	w, h, pix, missing, err := page.Decode(4)
//	w, h = page.Squared() // the size with square pixels
//
// It decodes strips or tiles row by row and reduces them at once, so that memory is
// proportional to the result, not to the page. Only strips compressed as JPEG are decoded
// as a whole.
//
// The path of a page: ifd.go reads the tags, page.go interprets them, chunks.go walks over
// the strips or tiles, codec.go (with fax.go, jpeg.go and oldjpeg.go) expands them,
// samples.go converts rows to 8-bit samples, color.go samples to pixels.
package tiff

import (
	"errors"
	"fmt"
	"math"

	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/shrink"
)

// ErrCorrupt means that the file is damaged.
var ErrCorrupt = errors.New("damaged TIFF")

// ErrTruncated means that the file ends before its picture does.
var ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)

// ErrUnsupported means that the file uses a part of TIFF that is not read.
var ErrUnsupported = errors.New("unsupported TIFF")

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}

// File is an opened file: its tags are read, its pixels are not.
type File struct {
	// Pages are the pictures in their order, at least one, without those that the file
	// marks as thumbnails or masks.
	Pages []*Page
	// LacksPages says that the last directory leads to another one behind the end of the
	// data: the file was cut off, and nobody knows how many pages it had.
	LacksPages bool
}

// Open reads the directories of a file. It returns an error if there is no picture. Errors of
// single pages are returned by their Decode.
func Open(data []byte) (*File, error) {
	dirs, err := readDirectories(data)
	if err != nil {
		return nil, err
	}
	file := &File{LacksPages: dirs[0].reader.ends}
	for _, dir := range dirs {
		file.Pages = append(file.Pages, newPage(dir))
	}
	return file, nil
}

// Pages returns how many pages a file has.
func Pages(data []byte) (int, error) {
	file, err := Open(data)
	if err != nil {
		return 0, err
	}
	return len(file.Pages), nil
}

// Squared returns the size of the page with square pixels, at the higher of the resolutions
// of the two axes. Fax machines send 204 dots per inch along a line, and 98 lines per inch.
//
// Resolutions that differ by less than a tenth count as equal (204 by 196 is the common fine
// fax). A ratio of more than four counts as an error in the file.
func (p *Page) Squared() (w, h int) {
	switch ratio := p.resX / p.resY; {
	case ratio >= 1.1 && ratio <= 4:
		return p.W, int(float64(p.H)*ratio + 0.5)
	case ratio >= 0.25 && ratio <= 1/1.1:
		return int(float64(p.W)/ratio + 0.5), p.H
	}
	return p.W, p.H
}

// Decode returns the page at 1/scale of its size, rounded up: w by h pixels, 3 bytes each (R,
// G, B), row by row, as in the file: neither squared nor turned upright. The scale is 1, 2, 4
// or 8. The caller checks the size first.
//
// missing is the share of the pixels that could not be read because the file is cut off or
// damaged; they are white. If it is more than a half, Decode returns an error.
func (p *Page) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	defer func() {
		if r := recover(); r != nil { // from a third-party decompressor
			err = corrupt("the decoder gave up: %v", r)
		}
	}()
	if p.err != nil {
		return 0, 0, nil, 0, p.err
	}
	if p.compression == compressionOldJPEG {
		if stream, err := p.oldJPEG(); stream != nil || err != nil {
			if err != nil {
				return 0, 0, nil, 1, err
			}
			return p.decodeOldJPEG(stream, scale)
		}
	}
	if stream, _, ok := p.wholeJPEG(math.MaxInt); ok { // decoding at a scale saves time and memory
		w, h, pix, damage, err := jpeg.DecodeDamaged(stream, scale)
		return w, h, pix, damage.Missing, wrapJPEG(err)
	}
	if err := p.checkPresent(); err != nil {
		return 0, 0, nil, 1, err
	}
	painter := p.newPainter(shrink.New(p.W, p.H, scale))
	lost, err := p.eachRow(painter.paint)
	missing = float64(lost) / (float64(p.W) * float64(p.H))
	if missing > 0.5 || errors.Is(err, ErrUnsupported) {
		return 0, 0, nil, missing, err
	}
	w, h, pix = painter.builder.Picture()
	return w, h, pix, missing, nil
}

// Cost returns the largest number of bytes that Decode allocates, with the result, except for
// tables and rows.
func (p *Page) Cost(scale int) int64 {
	cost := shrink.Cost(p.W, p.H, scale)
	if p.err != nil {
		return 0 // Decode only returns the error
	}
	if p.isJPEG() {
		cost += p.jpegCost()
	}
	return cost + 16*int64(p.chunkW)*int64(p.samples)
}
