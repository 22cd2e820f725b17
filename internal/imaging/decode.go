package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/png"
	"io"
	"math"

	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/shrink"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Info tells about the file that a picture came from.
type Info struct {
	Format      string // "jpeg", "png", "gif", "bmp", "tiff", "webp" ...
	W, H        int    // of the upright picture in the file, before any scaling
	Orientation int    // EXIF, 1 to 8; already applied
	// Notes say in words what of the file is not in the picture: "the first of
	// 12 frames", "cut off: the lower 12 % is missing".
	Notes []string
}

// Decode reads a picture at its full size: upright, transparency over white.
// Errors wrap [ErrTooLarge], [ErrUnsupported] or [ErrCorrupt]; the limits are
// checked before memory is taken, and memory for decoding is waited for.
//
// Of a file that is cut off or damaged there must be at least half; the rest is
// white or grey, and the notes say how much.
func Decode(data []byte, lim Limits) (*Image, Info, error) {
	return decode(data, 0, lim)
}

// DecodeAtLeast is [Decode] for those who need a picture of a longer side of
// about side pixels and will scale it themselves: where the file's own longer
// side is at least that, so is the result's, but it may be an exact half,
// quarter or eighth of the file's (rounded up) to save time and memory.
func DecodeAtLeast(data []byte, side int, lim Limits) (*Image, Info, error) {
	return decode(data, max(side, 1), lim)
}

// decode reads a picture, at full size when side is 0.
func decode(data []byte, side int, lim Limits) (*Image, Info, error) {
	if err := lim.checkBytes(len(data)); err != nil {
		return nil, Info{}, err
	}
	f, err := sniff(data)
	if err != nil {
		return nil, Info{}, err
	}
	file, err := f.openGuarded(data)
	if err != nil {
		return nil, Info{}, fmt.Errorf("read %s header: %w", f.name, classify(err))
	}
	if err := lim.checkPixels(f.name, file.w, file.h); err != nil {
		return nil, Info{}, err
	}
	scale := scaleFor(max(file.w, file.h), side)
	img, notes, err := file.decode(scale, lim.budget())
	if err != nil {
		return nil, Info{}, fmt.Errorf("decode %s of %d x %d pixels: %w", f.name, file.w, file.h, classify(err))
	}
	info := Info{Format: f.name, W: file.w, H: file.h, Orientation: file.orientation, Notes: append(file.notes, notes...)}
	if info.Orientation >= 5 {
		info.W, info.H = info.H, info.W
	}
	return upright(img, info.Orientation), info, nil
}

// scaleFor returns the largest reduction, 1, 2, 4 or 8, that leaves side pixels
// of so many; none when side is 0.
func scaleFor(pixels, side int) int {
	scale := 1
	for side > 0 && scale < 8 && (pixels+2*scale-1)/(2*scale) >= side {
		scale *= 2
	}
	return scale
}

// format is one of the file formats that are read.
type format struct {
	name string
	// open reads the header, and takes next to no memory whatever it claims.
	open func(data []byte) (opened, error)
}

// opened is a file whose header has been read.
type opened struct {
	w, h        int      // as stored
	orientation int      // EXIF, 1 to 8
	notes       []string // what the header tells: see Info
	// cost is the most bytes that pixels takes at a scale, the result included.
	cost func(scale int) int64
	// pixels decodes at 1/scale of the size, rounded up; the scale is 1, 2, 4
	// or 8. What is found out in passing comes as notes.
	pixels func(scale int) (*Image, []string, error)
}

func (f format) openGuarded(data []byte) (file opened, err error) {
	defer guard(&err)
	return f.open(data)
}

// decode waits for the memory that the pixels need and decodes them.
func (o opened) decode(scale int, budget *Budget) (m *Image, notes []string, err error) {
	release, err := budget.take(o.cost(scale))
	if err != nil {
		return nil, nil, err
	}
	defer release()
	defer guard(&err)
	return o.pixels(scale)
}

var (
	jpegFormat = format{"jpeg", openJPEG}
	pngFormat  = library("png", png.DecodeConfig, png.Decode, pngOrientation)
	gifFormat  = library("gif", gif.DecodeConfig, firstFrame, alwaysUpright)
	bmpFormat  = library("bmp", bmp.DecodeConfig, bmp.Decode, alwaysUpright)
	tiffFormat = library("tiff", tiff.DecodeConfig, firstPage, tiffOrientation)
	webpFormat = library("webp", webp.DecodeConfig, fullRange, webpOrientation)
)

func alwaysUpright([]byte) int { return 1 }

func openJPEG(data []byte) (opened, error) {
	header, err := jpeg.ReadHeader(data)
	if err != nil {
		return opened{}, err
	}
	return opened{
		w: header.W, h: header.H, orientation: jpegOrientation(data),
		cost: func(scale int) int64 {
			pixels := int64(header.W) * int64(header.H)
			bytes := 3*pixels/int64(scale*scale) + 1<<20
			if header.Progressive { // coefficients of two bytes; several scans are rare otherwise
				bytes += 2 * pixels * int64(header.Components)
			}
			return bytes
		},
		pixels: func(scale int) (*Image, []string, error) {
			w, h, pix, err := jpeg.Decode(data, scale)
			return &Image{W: w, H: h, Pix: pix}, nil, err
		},
	}, nil
}

// firstFrame puts the first frame of a GIF, which may be smaller than the
// picture, in its place.
func firstFrame(r io.Reader) (image.Image, error) {
	var file bytes.Buffer
	config, err := gif.DecodeConfig(io.TeeReader(r, &file))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(io.MultiReader(&file, r))
	canvas := image.Rect(0, 0, config.Width, config.Height)
	if err != nil || frame.Bounds() == canvas {
		return frame, err
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return whole, nil
}

// fullRange decodes WebP. Lossy files hold brightness from 16 to 235 and colour
// from 16 to 240 (RFC 6386, section 9.2; ITU-R BT.601), which the decoder hands on
// in a type that means 0 to 255: all would look washed out.
func fullRange(r io.Reader) (image.Image, error) {
	picture, err := webp.Decode(r)
	switch m := picture.(type) {
	case *image.YCbCr:
		widen(m)
	case *image.NYCbCrA:
		widen(&m.YCbCr)
	}
	return picture, err
}

func widen(m *image.YCbCr) {
	var bright, colour [256]byte
	for v := range 256 {
		bright[v] = byte(min(max(math.Round(float64(v-16)*255/219), 0), 255))
		colour[v] = byte(min(max(math.Round(float64(v-128)*255/224)+128, 0), 255))
	}
	for i, v := range m.Y {
		m.Y[i] = bright[v]
	}
	for _, plane := range [2][]byte{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = colour[v]
		}
	}
}

// firstPage decodes the first picture of a TIFF file. The decoder takes fax
// compression to mean ink on white whatever the file says, which is wrong where
// zero is black: there the codes for white stand for zeros.
func firstPage(r io.Reader) (image.Image, error) {
	const faxGroup3, faxGroup4, blackIsZero = 3, 4, 1
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	page, err := tiff.Decode(bytes.NewReader(data))
	compression := tiffValue(data, compressionTag)
	if gray, ok := page.(*image.Gray); ok && (compression == faxGroup3 || compression == faxGroup4) &&
		tiffValue(data, photometricTag) == blackIsZero {
		for i := range gray.Pix {
			gray.Pix[i] = ^gray.Pix[i]
		}
	}
	return page, err
}

// libraryCost is what decoders that are not ours take for a pixel at the most:
// four samples of 16 bits, or of 8 twice.
const libraryCost = 8

// library makes a format of a decoder in the manner of the standard library.
func library(name string, config func(io.Reader) (image.Config, error),
	decode func(io.Reader) (image.Image, error), orientation func([]byte) int) format {
	return format{name, func(data []byte) (opened, error) {
		c, err := config(bytes.NewReader(data))
		if err != nil {
			return opened{}, err
		}
		return opened{
			w: c.Width, h: c.Height, orientation: orientation(data),
			cost: func(scale int) int64 {
				return libraryCost*int64(c.Width)*int64(c.Height) + shrink.Cost(c.Width, c.Height, scale)
			},
			pixels: func(scale int) (*Image, []string, error) {
				img, err := decode(bytes.NewReader(data))
				if err != nil {
					return nil, nil, err
				}
				return fromImage(img, scale), nil, nil
			},
		}, nil
	}}
}

// guard turns a panic of a decoder that is not ours into an error: a strange
// file must not end the process.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: the decoder gave up: %v", ErrCorrupt, r)
	}
}

// classify wraps an error of a decoder in the sentinel that fits, if it does
// not wrap one already.
func classify(err error) error {
	var (
		pngUnsupported  png.UnsupportedError
		tiffUnsupported tiff.UnsupportedError
	)
	switch {
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrCorrupt), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, jpeg.ErrUnsupported), errors.Is(err, bmp.ErrUnsupported),
		errors.As(err, &pngUnsupported), errors.As(err, &tiffUnsupported):
		return fmt.Errorf("%w: %w: convert the file to PNG or JPEG", ErrUnsupported, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errors.New("the file ends too early")
	}
	return fmt.Errorf("%w: %w: copy or send the file again", ErrCorrupt, err)
}
