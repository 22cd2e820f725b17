// Package heif decodes HEIC files, as iPhones make them: pictures in the High Efficiency Image
// File Format (ISO/IEC 23008-12) that are coded with HEVC. Package imaging calls it.
//
//	file, err := heif.Open(data)
//	w, h, pix, missing, err := file.Decode(4)
//
// It reads the main picture of a file, whether it is one coded picture, a grid of tiles, an
// overlay of several or another view of one (iden); it crops it, blends transparency with white,
// and converts its colours to sRGB. [File.Orientation] says how to turn it. The orientation
// in EXIF is only information in these files, and is not looked at. Depths, gain maps, thumbnails, further
// pictures and image sequences are passed over. It does not read pictures that are coded in
// another way, such as AVIF.
//
// boxes.go takes the file apart, items.go finds the items and their properties, view.go folds
// crops and turns, source.go finds what the main picture is made of, paint.go decodes it,
// colour.go makes RGB of YCbCr, and profile.go makes sRGB of that.
package heif

import (
	"errors"
	"fmt"

	"exemplar/internal/imaging/hevc"
	"exemplar/internal/imaging/shrink"
)

// ErrCorrupt means that the file is damaged.
var ErrCorrupt = errors.New("damaged HEIC")

// ErrTruncated means that the file ends before its picture does.
var ErrTruncated = fmt.Errorf("%w: the file ends too early", ErrCorrupt)

// ErrUnsupported means that the file uses a part of HEIF that is not read.
var ErrUnsupported = errors.New("unsupported HEIC")

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format+": convert the picture to JPEG", append([]any{ErrUnsupported}, args...)...)
}

// File is a file whose boxes have been read.
type File struct {
	W, H int // as stored: cropped, and not yet turned
	// Orientation is, in EXIF's numbers 1 to 8, how the picture is turned and mirrored.
	Orientation int
	// Pictures is the number of pictures in the file that are to be seen; one is read.
	Pictures int

	main    *source
	alpha   *source // of the same size; nil: the picture is opaque
	premul  bool    // the colours are multiplied by the opacity already
	profile *profile
}

// Open reads the boxes of a file. It allocates little, whatever they state.
func Open(data []byte) (*File, error) {
	m, err := readMeta(data)
	if err != nil {
		return nil, err
	}
	main := m.items[m.primary]
	if main == nil {
		return nil, corrupt("its main picture is not there")
	}
	b := builder{meta: m}
	source, err := b.source(main, 0)
	if err != nil {
		return nil, err
	}
	f := &File{W: source.view.w, H: source.view.h, Orientation: source.view.orientation(), Pictures: m.pictures(), main: source}
	f.profile = b.profile(main, source)
	if alpha := m.alphaOf(main); alpha != nil {
		// A picture whose transparency cannot be read is shown without.
		if a, err := b.source(alpha, 0); err == nil && a.kind != overlay {
			f.alpha, f.premul = a, m.refers("prem", main.id, alpha.id)
		}
	}
	return f, b.check(f)
}

// Cost returns the largest number of bytes that Decode allocates, with the result.
func (f *File) Cost(scale int) int64 {
	cost := shrink.Cost(f.W, f.H, scale) + 3*int64(f.main.w) + f.main.cost() + 1<<20
	if f.main.kind == overlay {
		cost += 3 * int64(f.main.w) * int64(f.main.h)
	}
	if f.alpha != nil {
		cost += f.alpha.cost() + int64(f.alpha.w)*int64(f.alpha.h)
	}
	return cost
}

// Decode returns the picture at 1/scale of its size, rounded up: w by h pixels, 3 bytes each
// (R, G, B), row by row. The scale is 1, 2, 4 or 8. missing is the share of the pixels that are
// damaged or cut off; they are white or grey. If it is more than a half, Decode returns an
// error.
func (f *File) Decode(scale int) (w, h int, pix []byte, missing float64, err error) {
	p := painter{file: f, builder: shrink.New(f.W, f.H, scale)}
	if f.alpha != nil {
		p.readAlpha()
	}
	missing, err = p.paint(f.main)
	if missing > mostMissing {
		if err == nil {
			err = ErrTruncated
		}
		return 0, 0, nil, missing, err
	}
	w, h, pix = p.builder.Picture()
	f.profile.convert(pix)
	return w, h, pix, missing, nil
}

// mostMissing is the largest share of a picture that may be lost. By eye.
const mostMissing = 0.5

// IsUnsupported says whether an error means that the file uses what is not read.
func IsUnsupported(err error) bool {
	return errors.Is(err, ErrUnsupported) || errors.Is(err, hevc.ErrUnsupported)
}
