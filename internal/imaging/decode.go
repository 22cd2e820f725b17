package imaging

import (
	"errors"
	"fmt"
	"io"

	"exemplar/internal/imaging/bmp"
	"exemplar/internal/imaging/heif"
	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/png"
	"exemplar/internal/imaging/tiff"
)

// Info describes the file of a picture.
type Info struct {
	Format      string // "jpeg", "png", "gif", "bmp", "tiff", "webp" ...
	W, H        int    // of the upright picture in the file, before any scaling
	Orientation int    // EXIF, 1 to 8; already applied
	// Notes say in words what of the file is not in the picture: "page 1 of 12", "cut off:
	// the last 12 % of the picture is missing".
	Notes []string
}

// Decode reads a picture at its full size, upright, with transparency blended with white.
// Errors wrap [ErrTooLarge], [ErrUnsupported] or [ErrCorrupt]. It checks the limits before
// it allocates memory, and waits until the budget has memory for decoding.
//
// Of a file that is cut off or damaged it needs at least half of the picture. The rest is
// white or grey, and the notes say how much.
func Decode(data []byte, lim Limits) (*Image, Info, error) {
	return decode(data, 0, lim)
}

// DecodeAtLeast is [Decode] for callers that need a longer side of about side pixels and
// scale the result themselves. To save time and memory, the result may be reduced to a half,
// a quarter or an eighth (rounded up), as long as its longer side is at least side.
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

// picture decodes the first page that is not blank and can be read, or the first page if
// there is none.
func (o opened) picture(name string, side int, lim Limits) (*Image, Info, error) {
	first, firstInfo, firstErr := o.page(name, side, lim)
	if firstErr == nil && (o.next == nil || !isBlank(first)) || errors.Is(firstErr, ErrTooLarge) {
		return first, firstInfo, firstErr
	}
	failed, looked := firstErr != nil, 1
	for next := o.next; next != nil; looked++ {
		page := next(failed)
		m, info, err := page.page(name, side, lim)
		if err == nil && !isBlank(m) {
			return m, info, nil
		}
		next, failed = page.next, err != nil
	}
	if firstErr == nil {
		firstInfo.Notes = append(o.series.nothingOn(looked), firstInfo.Notes[len(o.notes):]...)
	}
	return first, firstInfo, firstErr
}

// page decodes the file's current page.
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
	return img, info, nil
}

// scaleFor returns the largest reduction of pixels, 1, 2, 4 or 8, that leaves at least side;
// it returns 1 if side is 0.
func scaleFor(pixels, side int) int {
	scale := 1
	for side > 0 && scale < 8 && (pixels+2*scale-1)/(2*scale) >= side {
		scale *= 2
	}
	return scale
}

// guard turns a panic of a third-party decoder into an error, so that a malformed file does
// not end the process.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: the decoder gave up: %v", ErrCorrupt, r)
	}
}

// classify wraps an error of a decoder in the matching sentinel, unless it wraps one
// already.
func classify(err error) error {
	switch {
	case errors.Is(err, ErrUnsupported), errors.Is(err, ErrCorrupt), errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, tiff.ErrUnsupported), errors.Is(err, bmp.ErrUnsupported),
		errors.Is(err, jpeg.ErrUnsupported), errors.Is(err, png.ErrUnsupported), heif.IsUnsupported(err): // their text says what to do
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errors.New("the file ends too early")
	}
	return fmt.Errorf("%w: %w: copy or send the file again", ErrCorrupt, err)
}
