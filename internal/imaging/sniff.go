package imaging

import (
	"bytes"
	"fmt"

	"exemplar/internal/imaging/bmp"
)

// sniff finds the format of a file by its first bytes; names of files lie.
func sniff(data []byte) (format, error) {
	switch {
	case len(data) == 0:
		return format{}, fmt.Errorf("%w: the file is empty", ErrCorrupt)
	case bytes.HasPrefix(data, []byte("\xFF\xD8\xFF")):
		return jpegFormat, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1A\n")):
		return pngFormat, nil
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return gifFormat, nil
	case bmp.Is(data):
		return bmpFormat, nil
	case isTIFF(data):
		return tiffFormat, nil
	case bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return webpFormat, nil
	}
	return format{}, fmt.Errorf("%w: %s", ErrUnsupported, foreign(data))
}

// isTIFF knows TIFF and BigTIFF in both byte orders, which some writers confuse.
func isTIFF(data []byte) bool {
	if len(data) < 4 {
		return false
	}
	switch order, version := string(data[:2]), string(data[2:4]); version {
	case "*\x00", "\x00*", "+\x00", "\x00+":
		return order == "II" || order == "MM"
	}
	return false
}

// foreign says what a file is that is not read, and what to do with it.
func foreign(data []byte) string {
	brand := ""
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		brand = string(data[8:12])
	}
	switch {
	case brand == "avif", brand == "avis":
		return "this is AVIF: convert it to JPEG or PNG"
	case brand == "heic", brand == "heix", brand == "heim", brand == "heis",
		brand == "hevc", brand == "hevx", brand == "mif1", brand == "msf1":
		return "this is HEIC, the iPhone's own format: share it as JPEG, or choose Settings > Camera > Formats > Most Compatible"
	case brand != "":
		return "this is a video or an unknown ISO media file: take a still picture of it as JPEG or PNG"
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "this is PDF: save its pages as PNG or JPEG (pdftoppm -r 150 -png FILE page)"
	case bytes.HasPrefix(data, []byte("\xFF\x0A")), bytes.HasPrefix(data, []byte("\x00\x00\x00\x0CJXL ")):
		return "this is JPEG XL: convert it to JPEG or PNG"
	case bytes.HasPrefix(data, []byte("\x00\x00\x00\x0CjP  ")):
		return "this is JPEG 2000: convert it to JPEG or PNG"
	}
	return "the first bytes are those of no known picture format; JPEG, PNG, GIF, BMP, TIFF and WebP are read"
}
