package imaging

import (
	"errors"
	"fmt"

	"exemplar/internal/imaging/gif"
	"exemplar/internal/imaging/jpeg"
	"exemplar/internal/imaging/png"
)

// format is one of the file formats that are read.
type format struct {
	name, called string // for programs and for people: "jpeg", "JPEG"
	// matches says whether a file has the format, by its first bytes.
	matches func(head []byte) bool
	// open reads the header. It takes little memory, whatever the header states.
	open func(data []byte) (opened, error)
}

// opened is a file whose header has been read.
type opened struct {
	w, h        int      // as stored
	orientation int      // EXIF, 1 to 8
	notes       []string // from the header: see Info
	// cost is the largest number of bytes that pixels takes at a scale, with the result.
	cost func(scale int) int64
	// pixels decodes at 1/scale of the size, rounded up; the scale is 1, 2, 4 or 8. It
	// returns notes about what it found.
	pixels func(scale int) (*Image, []string, error)
	// next opens the page after this one; unread says that this one could not be decoded,
	// and is not blank. nil if there is no further page.
	next func(unread bool) opened
	// series is the series of pictures, if the file has several.
	series series
}

func (f format) openGuarded(data []byte) (file opened, err error) {
	defer guard(&err)
	return f.open(data)
}

// decode waits for the memory that the pixels need, decodes them, and turns the picture
// upright.
func (o opened) decode(scale int, budget *Budget) (m *Image, notes []string, err error) {
	bytes := o.cost(scale)
	if o.orientation > 1 { // a copy of the result
		bytes += 3 * int64(o.w/scale+1) * int64(o.h/scale+1)
	}
	release, err := budget.take(bytes)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	defer guard(&err)
	if m, notes, err = o.pixels(scale); err != nil {
		return nil, nil, err
	}
	return upright(m, o.orientation), notes, nil
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
	{"heic", "HEIC", isHEIC, openHEIC},
	{"pnm", "PNM", isPNM, openPNM},
	{"tga", "TGA", isTGA, openTGA},
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
	file, err := png.Open(data)
	if err != nil {
		return opened{}, err
	}
	orientation := pngOrientation(data)
	return series{"frame", file.Frames, func(index int) (opened, error) {
		f, err := file.Frame(index)
		if err != nil {
			return opened{}, err
		}
		return opened{
			w: f.W, h: f.H, orientation: orientation, cost: f.Cost,
			pixels: func(scale int) (*Image, []string, error) { return rowByRow(f.Decode(scale)) },
		}, nil
	}}.at(0, 0, false), nil
}

func openGIF(data []byte) (opened, error) {
	file, err := gif.Open(data)
	if err != nil {
		return opened{}, err
	}
	return series{"frame", file.Frames, func(index int) (opened, error) {
		f, err := file.Frame(index)
		if err != nil {
			return opened{}, err
		}
		return opened{
			w: f.W, h: f.H, orientation: 1, cost: f.Cost,
			pixels: func(scale int) (*Image, []string, error) { return rowByRow(f.Decode(scale)) },
		}, nil
	}}.at(0, 0, false), nil
}

// rowByRow converts the result of a decoder that reads from top to bottom.
func rowByRow(w, h int, pix []byte, missing float64, err error) (*Image, []string, error) {
	return &Image{W: w, H: h, Pix: pix}, cutOff(missing), err
}

// cutOff is the note that a share of the picture is missing at its end.
func cutOff(missing float64) []string {
	if missing <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("cut off: the last %.0f %% of the picture is missing", max(1, 100*missing))}
}
