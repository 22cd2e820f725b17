package imaging

import (
	"errors"
	"fmt"
	"io"

	"exemplar/internal/imaging/bmp"
	"exemplar/internal/imaging/gif"
	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/png"
	"exemplar/internal/imaging/tiff"
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
	return file.picture(f.name, side, lim)
}

// picture decodes the file: its first page that is not blank and can be read, or
// when there is none its first.
func (o opened) picture(name string, side int, lim Limits) (*Image, Info, error) {
	m, info, err := o.page(name, side, lim)
	if o.next == nil || err == nil && !isBlank(m) || errors.Is(err, ErrTooLarge) {
		return m, info, err
	}
	next, nextInfo, nextErr := o.next().picture(name, side, lim)
	if nextErr != nil || err == nil && isBlank(next) {
		return m, info, err
	}
	return next, nextInfo, nil
}

// page decodes the file without regard to further pages.
func (o opened) page(name string, side int, lim Limits) (*Image, Info, error) {
	if err := lim.checkPixels(name, o.w, o.h); err != nil {
		return nil, Info{}, err
	}
	img, notes, err := o.decode(scaleFor(max(o.w, o.h), side), lim.budget())
	if err != nil {
		return nil, Info{}, fmt.Errorf("decode %s of %d x %d pixels: %w", name, o.w, o.h, classify(err))
	}
	info := Info{Format: name, W: o.w, H: o.h, Orientation: o.orientation, Notes: append(o.notes, notes...)}
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
	name, called string // for programs and for people: "jpeg", "JPEG"
	// matches tells a file by its first bytes.
	matches func(head []byte) bool
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
	// next opens the page after this one; nil when there is none.
	next func() opened
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

var jpegFormat = format{"jpeg", "JPEG", begins("\xFF\xD8\xFF"), openJPEG}

// formats are tried in this order.
var formats = []format{
	jpegFormat,
	{"png", "PNG", begins(png.Signature), openPNG},
	{"gif", "GIF", begins("GIF87a", "GIF89a"), openGIF},
	{"bmp", "BMP", isBMP, openBMP},
	{"tiff", "TIFF", isTIFF, openTIFF},
	{"webp", "WebP", isWebP, openWebP},
	{"pnm", "PNM", isPNM, openPNM},
}

func openJPEG(data []byte) (opened, error) {
	header, err := jpeg.ReadHeader(data)
	if err != nil {
		return opened{}, err
	}
	return opened{
		w: header.W, h: header.H, orientation: jpegOrientation(data),
		cost: func(scale int) int64 {
			bytes := 3*int64(header.W)*int64(header.H)/int64(scale*scale) + int64(len(data)) + 1<<20
			if header.Buffered {
				bytes += 2*int64(header.Samples) + int64(header.Samples)/64
			}
			return bytes
		},
		pixels: func(scale int) (*Image, []string, error) {
			w, h, pix, damage, err := jpeg.DecodeDamaged(data, scale)
			return &Image{W: w, H: h, Pix: pix}, damageNotes(damage), err
		},
	}, nil
}

func damageNotes(damage jpeg.Damage) []string {
	switch {
	case damage.Err == nil:
		return nil
	case damage.Missing == 0:
		return []string{"damaged: some detail may be missing"}
	case errors.Is(damage.Err, jpeg.ErrTruncated):
		return cutOff(damage.Missing)
	}
	return []string{fmt.Sprintf("damaged: %.0f %% of the picture is missing", max(1, 100*damage.Missing))}
}

func openPNG(data []byte) (opened, error) {
	f, err := png.Open(data)
	if err != nil {
		return opened{}, err
	}
	return opened{
		w: f.W, h: f.H, orientation: pngOrientation(data), notes: frames(f.Frames), cost: f.Cost,
		pixels: func(scale int) (*Image, []string, error) { return rowByRow(f.Decode(scale)) },
	}, nil
}

func openGIF(data []byte) (opened, error) {
	f, err := gif.Open(data)
	if err != nil {
		return opened{}, err
	}
	return opened{
		w: f.W, h: f.H, orientation: 1, notes: frames(f.Frames), cost: f.Cost,
		pixels: func(scale int) (*Image, []string, error) { return rowByRow(f.Decode(scale)) },
	}, nil
}

// rowByRow takes what decoders return that read from top to bottom.
func rowByRow(w, h int, pix []byte, missing float64, err error) (*Image, []string, error) {
	return &Image{W: w, H: h, Pix: pix}, cutOff(missing), err
}

// frames says that a file has more pictures than the one that is read.
func frames(count int) []string {
	if count < 2 {
		return nil
	}
	return []string{fmt.Sprintf("the first of %d frames", count)}
}

// cutOff says that a share of the picture is missing at its end.
func cutOff(missing float64) []string {
	if missing <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("cut off: the last %.0f %% of the picture is missing", max(1, 100*missing))}
}

// libraryCost is what decoders that are not ours take for a pixel at the most:
// four samples of 16 bits, or of 8 twice.
const libraryCost = 8

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
	switch {
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrCorrupt), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, tiff.ErrUnsupported), errors.Is(err, bmp.ErrUnsupported): // say themselves what to do
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.Is(err, jpeg.ErrUnsupported), errors.Is(err, png.ErrUnsupported):
		return fmt.Errorf("%w: %w: convert the file to PNG or JPEG", ErrUnsupported, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errors.New("the file ends too early")
	}
	return fmt.Errorf("%w: %w: copy or send the file again", ErrCorrupt, err)
}
