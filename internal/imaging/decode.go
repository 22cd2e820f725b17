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

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Info tells about the file that a picture came from.
type Info struct {
	Format      string // "jpeg", "png", "gif", "bmp", "tiff", "webp"
	W, H        int    // of the upright picture in the file, before any scaling
	Orientation int    // EXIF, 1 to 8; already applied
}

// Decode reads a picture at its full size: upright, transparency over white.
// Errors wrap [ErrTooLarge], [ErrUnsupported] or [ErrCorrupt]; the limits are
// checked before memory is taken.
//
// A file that is cut off is damaged, however little is missing: an answer
// about half a document would be a guess. Only the end marker may be missing.
func Decode(data []byte, lim Limits) (*Image, Info, error) {
	return decode(data, 0, lim)
}

// DecodeAtLeast is [Decode] for those who need a picture of a longer side of
// about side pixels and will scale it themselves: where the file's own longer
// side is at least that, so is the result's, but it may be an exact half,
// quarter or eighth of the file's (rounded up) when that saves time. Only JPEG
// does; other formats come at full size.
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
	w, h, err := f.size(data)
	if err != nil {
		return nil, Info{}, fmt.Errorf("read %s header: %w", f.name, classify(err))
	}
	if err := lim.checkPixels(f.name, w, h); err != nil {
		return nil, Info{}, err
	}
	img, err := f.pixels(data, side)
	if err != nil {
		return nil, Info{}, fmt.Errorf("decode %s of %d x %d pixels: %w", f.name, w, h, classify(err))
	}
	info := Info{Format: f.name, W: w, H: h, Orientation: f.orientation(data)}
	if info.Orientation >= 5 {
		info.W, info.H = h, w
	}
	return upright(img, info.Orientation), info, nil
}

// format is one of the file formats that are read.
type format struct {
	name        string
	size        func(data []byte) (w, h int, err error)
	pixels      func(data []byte, side int) (*Image, error)
	orientation func(data []byte) int
}

var (
	jpegFormat = format{"jpeg", jpegSize, jpegPixels, jpegOrientation}
	pngFormat  = library("png", png.DecodeConfig, png.Decode, pngOrientation)
	gifFormat  = library("gif", gif.DecodeConfig, firstFrame, alwaysUpright)
	bmpFormat  = library("bmp", bmp.DecodeConfig, bmp.Decode, alwaysUpright)
	tiffFormat = library("tiff", tiff.DecodeConfig, firstPage, tiffOrientation)
	webpFormat = library("webp", webp.DecodeConfig, fullRange, webpOrientation)
)

func alwaysUpright([]byte) int { return 1 }

func jpegSize(data []byte) (w, h int, err error) {
	header, err := jpeg.ReadHeader(data)
	return header.W, header.H, err
}

// jpegPixels decodes at the smallest scale that leaves side pixels.
func jpegPixels(data []byte, side int) (*Image, error) {
	header, err := jpeg.ReadHeader(data)
	if err != nil {
		return nil, err
	}
	scale := 1
	for side > 0 && scale < 8 && (max(header.W, header.H)+2*scale-1)/(2*scale) >= side {
		scale *= 2
	}
	w, h, pix, err := jpeg.Decode(data, scale)
	return &Image{W: w, H: h, Pix: pix}, err
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

// library makes a format of a decoder in the manner of the standard library.
func library(name string, config func(io.Reader) (image.Config, error),
	decode func(io.Reader) (image.Image, error), orientation func([]byte) int) format {
	return format{
		name: name,
		size: func(data []byte) (w, h int, err error) {
			defer guard(&err)
			c, err := config(bytes.NewReader(data))
			return c.Width, c.Height, err
		},
		pixels: func(data []byte, _ int) (m *Image, err error) {
			defer guard(&err)
			img, err := decode(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return FromImage(img), nil
		},
		orientation: orientation,
	}
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
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrCorrupt):
		return err
	case errors.Is(err, jpeg.ErrUnsupported), errors.Is(err, bmp.ErrUnsupported),
		errors.As(err, &pngUnsupported), errors.As(err, &tiffUnsupported):
		return fmt.Errorf("%w: %w: convert the file to PNG or JPEG", ErrUnsupported, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errors.New("the file ends too early")
	}
	return fmt.Errorf("%w: %w: copy or send the file again", ErrCorrupt, err)
}
