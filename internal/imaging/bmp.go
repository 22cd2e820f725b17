package imaging

import (
	"bytes"
	"fmt"

	"exemplar/internal/imaging/bmp"
)

func openBMP(data []byte) (opened, error) {
	f, err := bmp.Open(data)
	if err != nil {
		return opened{}, err
	}
	if f.Embedded != nil {
		switch {
		case bytes.HasPrefix(f.Embedded, []byte("\xFF\xD8\xFF")):
			return openJPEG(f.Embedded)
		case bytes.HasPrefix(f.Embedded, []byte("\x89PNG")):
			return openPNG(f.Embedded)
		}
		return opened{}, fmt.Errorf("%w: the BMP claims to hold a JPEG or PNG and does not", ErrCorrupt)
	}
	return opened{
		w: f.W, h: f.H, orientation: 1, cost: f.Cost,
		pixels: func(scale int) (*Image, []string, error) {
			w, h, pix, missing, err := f.Decode(scale)
			return &Image{W: w, H: h, Pix: pix}, missingPart(missing), err
		},
	}, nil
}
