// Package tiff decodes TIFF files (TIFF 6.0, its supplements, BigTIFF) as
// scanners, fax machines and libraries write them, page by page, to 8-bit RGB
// over white.
//
//	file, err := tiff.Open(data)
//	page := file.Pages[0]
//	w, h := page.Squared() // as the page is to be seen
//	w, h, pix, missing, err := page.Decode(4, 4)
//
// It goes through the strips or tiles row by row and gathers what it finds at
// the size that is asked for, so that memory is proportional to the result, not
// to the page. Only strips compressed as JPEG are decoded as a whole.
//
// The path of a page: ifd.go reads the tags, page.go makes sense of them,
// chunks.go walks over the strips or tiles, codec.go (with fax.go and jpeg.go)
// expands them, samples.go makes 8-bit samples of rows, color.go makes pixels of
// samples.
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
	// Pages are the pictures in their order, at least one. Thumbnails and
	// masks, which the file marks as such, are passed over.
	Pages []*Page
}

// Open reads the directories of a file. It refuses a file without a picture;
// what is wrong with one page only, its Decode says.
func Open(data []byte) (*File, error) {
	dirs, err := readDirectories(data)
	if err != nil {
		return nil, err
	}
	file := &File{}
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

// Squared returns the size of the page with square pixels: the longer way of
// the file's resolution along both axes. Fax machines send 204 dots per inch
// along a line, and 98 lines per inch.
//
// Resolutions that differ by less than a tenth are as good as equal (204 by 196
// is the common fine fax), and those that differ by more than four times are no
// fax's, but a mistake.
func (p *Page) Squared() (w, h int) {
	switch ratio := p.resX / p.resY; {
	case ratio >= 1.1 && ratio <= 4:
		return p.W, int(float64(p.H)*ratio + 0.5)
	case ratio >= 0.25 && ratio <= 1/1.1:
		return int(float64(p.W)/ratio + 0.5), p.H
	}
	return p.W, p.H
}

// Decode returns the page at 1/scale of its size, rounded up: w by h pixels, 3
// bytes each (R, G, B), row by row, as they lie in the file: neither squared nor
// turned upright. The scale is 1, 2, 4 or 8. The caller checks the size first.
//
// missing is the share of the pixels that could not be read, because the file
// is cut off or damaged; they are white. When it is more than a half, there is
// an error instead.
func (p *Page) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	defer func() {
		if r := recover(); r != nil { // in a decompressor that is not ours
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
	if stream, _, ok := p.wholeJPEG(math.MaxInt); ok { // at a scale it saves time and memory
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

// Cost returns the most bytes that Decode takes, the result included, but for
// tables and rows.
func (p *Page) Cost(scale int) int64 {
	cost := shrink.Cost(p.W, p.H, scale)
	if p.err != nil {
		return 0 // nothing is taken
	}
	if p.isJPEG() {
		cost += p.jpegCost()
	}
	return cost + 16*int64(p.chunkW)*int64(p.samples)
}
