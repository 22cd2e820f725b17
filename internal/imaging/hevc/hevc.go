// Package hevc decodes still pictures of H.265 (HEVC, ISO/IEC 23008-2) to planes of YCbCr.
// Package heif calls it for the pictures of an iPhone's HEIC files.
//
//	params, err := hevc.ReadParams(nals)           // from the file's hvcC box
//	d := hevc.NewDecoder(params)
//	pic, missing, err := d.Decode(units)           // the slices of one picture
//
// It decodes intra pictures: the profiles Main Still Picture, Main and Main 10, and 4:0:0,
// 4:2:2 and 4:4:4 with up to 12 bits as far as they use no other tools of the range
// extensions. It does not decode pictures that are predicted from others, as videos have
// them. The result is exact: the standard leaves no choice.
//
// The path of a picture: bits.go reads bits, sps.go, pps.go, scaling.go and slice.go the
// headers, cabac.go and contexts.go the arithmetic code; decode.go goes from one coding tree block to the next,
// coding.go through the tree of one, residual.go reads the coefficients, transform.go turns
// them into differences, intra.go predicts from neighbours; deblock.go and sao.go filter the
// whole picture. Numbers of sections and tables are those of ITU-T H.265 (12/2016).
package hevc

import (
	"errors"
	"fmt"
)

// ErrCorrupt means that the stream is damaged.
var ErrCorrupt = errors.New("damaged HEVC")

// ErrTruncated means that the stream ends before its picture does.
var ErrTruncated = fmt.Errorf("%w: the data ends too early", ErrCorrupt)

// ErrUnsupported means that the stream uses a part of HEVC that is not read.
var ErrUnsupported = errors.New("unsupported HEVC")

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format+": convert the picture to JPEG", append([]any{ErrUnsupported}, args...)...)
}

// Colour says how the samples of a picture become colours (Annex E, tables E.3 to E.5).
type Colour struct {
	Known                       bool // the stream says it
	Primaries, Transfer, Matrix int
	FullRange                   bool
}

// Plane holds the samples of one component, row by row.
type Plane struct {
	Pix          []uint16
	W, H, Stride int
}

// Picture is a decoded picture.
type Picture struct {
	// W and H are the size in samples of luma, after the stream's own crop.
	W, H int
	// Planes are luma and two of chroma, or luma alone. Chroma is smaller by the shifts.
	Planes         []Plane
	ShiftX, ShiftY uint
	// Depth is the number of bits of a sample, of luma and of chroma.
	Depth  [3]int
	Colour Colour
}
